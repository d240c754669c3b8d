// Detection by Template. Wiring only.
import { definePlugin } from "@nightjar/core";
import { pluginConfig } from "./config.ts";
import { detector } from "./detector.ts";

export default definePlugin({
  name: "nightjar-vca-template",
  configSchema: pluginConfig,
  setup(nvr) {
    nvr.detectors.register(detector());
  },
});
