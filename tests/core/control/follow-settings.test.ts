// Changed settings reach each part that they concern; one that cannot follow is named in the log, and ends nothing.
import assert from "node:assert/strict";
import { it } from "node:test";
import { ConfigStore } from "../../../core/config/config-store.ts";
import { followSettings, type SettingsFollowers } from "../../../core/control/follow-settings.ts";
import { createLog, silentLog } from "../../../core/log.ts";
import { tempDir } from "../../../core/testing/temp-dir.ts";
import { waitFor } from "../../../core/testing/wait-for.ts";

it("names the parts that cannot follow a change, and reaches the others all the same", async () => {
  using dir = tempDir("nightjar-follow-");
  const config = await ConfigStore.open({ dataDir: dir.path, log: silentLog, watch: false });
  const lines: { level: string; part: string; reason: string }[] = [];
  const told: string[] = [];
  const breaks = (part: string) => async (): Promise<void> => {
    throw new Error(`${part} broke`);
  };
  const followers: SettingsFollowers = {
    log: createLog({ destination: { write: (line) => void lines.push(JSON.parse(line)) } }),
    setLogLevel: (level) => void told.push(level),
    recording: { volumesChanged: breaks("recording") },
    preparedVolumes: { volumesChanged: async () => void told.push("prepared") },
    plugins: { settingsChanged: breaks("plugins") },
    mqtt: { settingsChanged: breaks("mqtt"), armingChanged: () => void told.push("arming") },
    describer: { changed: () => void told.push("described") },
    endGoneLogins: () => undefined,
    hintsChanged: () => void told.push("hints"),
  };
  const stop = followSettings(config, followers);
  await config.update((draft) => {
    draft.log.level = "debug";
    draft.storage.volumes = [{ path: "/srv/video" }] as typeof draft.storage.volumes;
    draft.plugins = { "nightjar-camera-demo": { enabled: false, config: {} } };
    draft.mqtt.base = "elsewhere";
    draft.alarms.hints = [{ type: "exception-clock", bell: true }];
  });
  await waitFor(() => lines.length === 3, { what: "three parts to be named" });
  assert.deepEqual(lines.map(({ level, part, reason }) => [level, part, reason].join(" ")).sort(), [
    "error mqtt Error: mqtt broke",
    "error plugins Error: plugins broke",
    "error storage Error: recording broke",
  ]);
  assert.deepEqual(told, ["debug", "arming", "hints", "described"]);
  stop();
  await config.update("/log/level", "info");
  assert.equal(told.length, 4);
  await config.close();
});
