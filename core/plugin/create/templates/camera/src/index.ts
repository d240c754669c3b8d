// Template cameras. Wiring only.
import { definePlugin } from "@nightjar/core";
import { pluginConfig } from "./config.ts";
import { cameraDriver } from "./driver.ts";

export default definePlugin({
  name: "nightjar-camera-template",
  configSchema: pluginConfig,
  setup(nvr) {
    nvr.cameraDrivers.register(cameraDriver());
  },
});
