// ONVIF cameras: by address, user and password. Wiring only.
import { definePlugin } from "@nightjar/core";
import { pluginConfig } from "./config.ts";
import { onvifDriver } from "./driver.ts";

export default definePlugin({
  name: "nightjar-camera-onvif",
  configSchema: pluginConfig,
  setup(nvr) {
    nvr.cameraDrivers.register(onvifDriver(nvr.lookup));
  },
});
