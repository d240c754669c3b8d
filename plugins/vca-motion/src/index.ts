// Motion: says when something moves in a camera's pictures. Wiring only.
import { definePlugin } from "@nightjar/core";
import { pluginConfig } from "./config.ts";
import { motionDetector } from "./detector.ts";

export default definePlugin({
  name: "nightjar-vca-motion",
  configSchema: pluginConfig,
  setup(nvr) {
    nvr.detectors.register(motionDetector());
  },
});
