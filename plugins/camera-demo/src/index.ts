// The demo camera: a drawn yard that is served over RTSP like any other camera, so that a new recorder has
// something to record at once. Wiring only.
import { fileURLToPath } from "node:url";
import { definePlugin } from "@nightjar/core";
import { pluginConfig } from "./config.ts";
import { demoDriver } from "./driver.ts";
import { StreamServer } from "./stream-server.ts";

const NAME = "nightjar-camera-demo";
/** The demo's recordings never take more. */
const QUOTA_BYTES = 1024 ** 3;

export default definePlugin({
  name: NAME,
  configSchema: pluginConfig,
  setup(nvr, config) {
    const server = new StreamServer({
      storageDir: nvr.storageDir,
      mediaFolder: fileURLToPath(new URL("../media", import.meta.url)),
      log: nvr.log,
      onMoved: () => nvr.refreshCameras("demo"),
    });
    nvr.cameraDrivers.register(demoDriver(server));
    nvr.hooks.start.tapPromise({ name: NAME }, async () => {
      server.start();
      nvr.refreshCameras("demo");
      if (!config.offer) return;
      await nvr.offerCamera({
        id: "demo",
        name: "Demo yard",
        driver: "demo",
        config: {},
        record: { mode: "continuous", streams: "main", audio: true, quotaBytes: QUOTA_BYTES },
        onlyWhenEmpty: true,
      });
    });
    nvr.hooks.stop.tapPromise({ name: NAME }, () => server.stop());
  },
});
