// RTSP cameras: any camera that a URL leads to. Wiring only.
import { definePlugin } from "@nightjar/core";
import { pluginConfig } from "./config.ts";
import { rtspDriver } from "./driver.ts";

export default definePlugin({
  name: "nightjar-camera-rtsp",
  configSchema: pluginConfig,
  setup(nvr) {
    nvr.cameraDrivers.register(rtspDriver());
  },
});
