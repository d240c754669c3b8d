// What the gateway remembers over a restart, and that a spoilt memory counts as none.
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { describe, it } from "node:test";
import type { VolumeId } from "../../../core/domain/ids.ts";
import type { GatewaySettings } from "../../../core/gateway/protocol.ts";
import { SavedStateFile } from "../../../core/gateway/saved-state.ts";
import { silentLog } from "../../../core/log.ts";
import { tempDir } from "../../../core/testing/temp-dir.ts";

const DOOR = { port: 8443, host: "::", enabled: true };
const SETTINGS: GatewaySettings = {
  http: { port: 8480, host: "127.0.0.1" },
  ...{ https: DOOR, rtsp: DOOR, rtsps: DOOR },
  basePath: "/nvr",
  trustedProxies: ["10.0.0.1"],
  certificateNames: ["nvr.example"],
  maxTranscodes: 2,
  ffmpegPath: "/usr/bin/ffmpeg",
  volumes: [{ id: "v" as VolumeId, path: "/srv/video" }],
};

describe("what the gateway remembers", () => {
  it("is there after a restart: settings, and ports that were taken instead of busy ones", async () => {
    using dir = tempDir();
    const before = new SavedStateFile(dir.path, silentLog);
    await before.keepSettings(SETTINGS);
    await before.keepPort("http", 8480, 8481);
    const after = new SavedStateFile(dir.path, silentLog);
    await after.load();
    assert.deepEqual(after.settings, SETTINGS);
    assert.equal(after.takenPort("http", 8480), 8481);
    assert.equal(after.takenPort("http", 80), undefined);
  });

  it("may be of a version that knew no restream", async () => {
    using dir = tempDir();
    const { rtsp: _rtsp, rtsps: _rtsps, ffmpegPath: _ffmpeg, ...former } = SETTINGS;
    await writeFile(dir.join("gateway.json"), JSON.stringify({ version: 1, taken: {}, settings: former }));
    const state = new SavedStateFile(dir.path, silentLog);
    await state.load();
    assert.equal(state.settings?.rtsp.enabled, false);
    assert.deepEqual(state.settings?.https, DOOR);
  });

  it("counts as nothing where any of it is not as it was written", async () => {
    using dir = tempDir();
    const before = new SavedStateFile(dir.path, silentLog);
    await before.keepSettings(SETTINGS);
    await before.keepPort("https", 8443, 8444);
    const good = JSON.parse(await readFile(dir.join("gateway.json"), "utf8"));
    for (const [path, value] of [
      ["version", 2],
      ["taken", null],
      ["taken.https", { wanted: 8443 }],
      ["taken.https.taken", 65_536],
      ["settings", "none"],
      ["settings.http.port", "8480"],
      ["settings.https.enabled", undefined],
      ["settings.rtsp", null],
      ["settings.basePath", 1],
      ["settings.trustedProxies", ["10.0.0.1", 7]],
      ["settings.certificateNames", "nvr.example"],
      ["settings.maxTranscodes", -1],
      ["settings.ffmpegPath", {}],
      ["settings.volumes", [{ id: "v" }]],
    ] as const) {
      const spoilt = structuredClone(good);
      const keys = path.split(".");
      const last = keys.pop() as string;
      keys.reduce((at, key) => at[key], spoilt)[last] = value;
      await writeFile(dir.join("gateway.json"), JSON.stringify(spoilt));
      const state = new SavedStateFile(dir.path, silentLog);
      await state.load();
      assert.equal(state.settings, undefined, path);
      assert.equal(state.takenPort("https", 8443), undefined, path);
    }
  });
});
