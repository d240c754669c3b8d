// A plugin whose process ends again and again until it is left alone, in a whole recorder: an event from then on, with what it
// ended with, and over when its owner switches it off.
import assert from "node:assert/strict";
import { it } from "node:test";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { AskedRecorder } from "../support/asked-recorder.ts";
import { writeHousePlugin } from "../support/house-plugin.ts";
import { RecorderRig } from "../support/recorder-rig.ts";

const NAME = "nightjar-linkage-crash";
const TYPE = "exception-plugin";

it("a plugin whose process is killed at every start is an event once it is left alone, until it is switched off", {
  timeout: 240_000,
}, async (t) => {
  const dir = tempDir("nightjar-crash-");
  t.after(() => dir.remove());
  writeHousePlugin(
    dir.join(NAME),
    NAME,
    { displayName: "Crash", kind: "linkage", provides: [] },
    `import { definePlugin, Type } from "@nightjar/core";
    export default definePlugin({
      name: ${JSON.stringify(NAME)},
      configSchema: Type.Object({}),
      setup() { process.kill(process.pid, "SIGKILL"); },
    });`,
  );
  const rig = await RecorderRig.start({ cameras: 0, pluginPath: dir.path });
  t.after(() => rig.dispose());
  const recorder = await AskedRecorder.of(rig);
  type Shown = { readonly name: string; readonly status: string; readonly restarts: number };
  const shown = async () =>
    (await recorder.ask<{ plugins: Shown[] }>("plugins")).plugins.find(({ name }) => name === NAME);
  let before: Shown | undefined;
  await waitFor(
    async () => {
      const events = await recorder.events(TYPE);
      const now = await shown();
      // Before and after the events were asked for: while it is only started again, nobody is told.
      if (before?.status === "restarting" && now?.status === "restarting") assert.deepEqual(events, []);
      before = now;
      return now?.status === "quarantined";
    },
    { deadlineMs: 60_000, what: () => `it to be left alone; it is ${JSON.stringify(before)}` },
  );
  assert.equal(before?.restarts, 4);
  const event = await recorder.begun(TYPE);
  assert.deepEqual(
    [event.subject, event.source, event.severity, event.detail["code"]],
    ["Crash", "recorder", "warning", "plugin-quarantined"],
  );
  assert.match(String(event.detail["message"]), /^Crash: it failed 5 times .* left alone: .*SIGKILL/);
  await recorder.ask("plugins/enable", "POST", { name: NAME, enabled: false });
  await recorder.ended(event);
  assert.deepEqual(
    (await recorder.events(TYPE)).map(({ id }) => id),
    [event.id],
  );
});
