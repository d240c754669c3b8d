// A camera whose driver is a stranger's plugin goes on being recorded when core is killed and the plugin no longer
// starts: the recorder remembers where its streams were.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { gapsOf, runFsck } from "../support/recorder-evidence.ts";
import { DEMO_FRAME_MS, RecorderRig } from "../support/recorder-rig.ts";

describe("cameras of a stranger's plugin", { timeout: 120_000 }, () => {
  const folder = tempDir("nightjar-away-");
  let rig: RecorderRig;

  function write(code: string): void {
    writeFileSync(folder.join("plugin/index.js"), code);
  }

  before(async () => {
    mkdirSync(folder.join("plugin"));
    writeFileSync(
      folder.join("plugin/package.json"),
      JSON.stringify({
        name: "nightjar-camera-far",
        version: "1.0.0",
        type: "module",
        exports: "./index.js",
        keywords: ["nightjar-plugin"],
        engines: { nightjar: "^0.1.0" },
      }),
    );
    write(`import { definePlugin, Type } from "@nightjar/core";
      export default definePlugin({
        name: "nightjar-camera-far",
        configSchema: Type.Object({}),
        setup(nvr) {
          nvr.cameraDrivers.register({
            id: "far", displayName: "Far",
            configSchema: Type.Object({ url: Type.String(), transport: Type.String() }),
            async streams({ url, transport }) { return { main: { kind: "rtsp", url, transport } }; },
          });
        },
      });`);
    rig = await RecorderRig.start({ cameras: 2, driver: "far", pluginPath: folder.join("plugin") });
    await rig.untilRecording(30_000);
  });
  after(async () => {
    await rig?.dispose();
    folder.remove();
  });

  it("are recorded without a gap although the plugin does not start any more when core does", async () => {
    write(`import { definePlugin } from "@nightjar/core"; throw new Error("broken overnight");`);
    await rig.kill("core");
    await rig.pidOf("core");
    // Core has told media what to record by now, and tells it again each time something changes.
    await waitFor(async () => (await rig.status())?.cameras.recording === 2, {
      deadlineMs: 20_000,
      periodMs: 100,
      what: "both cameras to be recorded",
    });
    await rig.untilRecording(15_000);
    await rig.stopRecorder();
    assert.deepEqual(gapsOf(rig.files(), DEMO_FRAME_MS, 50), []);
    assert.equal(runFsck(rig.dataDir).exitCode, 0);
  });

  it("are recorded after a start of the whole recorder as well", async () => {
    await rig.launch();
    await rig.untilRecording(30_000);
    await waitFor(async () => (await rig.status())?.cameras.recording === 2, {
      deadlineMs: 20_000,
      periodMs: 100,
      what: "both cameras to be shown as recorded",
    });
  });
});
