// Video tampering and video loss. Wiring only.
import { definePlugin } from "@nightjar/core";
import { pluginConfig } from "./config.ts";
import { lossDetector } from "./loss-detector.ts";
import { tamperDetector } from "./tamper-detector.ts";

export default definePlugin({
  name: "nightjar-vca-scene",
  configSchema: pluginConfig,
  setup(nvr) {
    nvr.detectors.register(tamperDetector());
    nvr.detectors.register(lossDetector());
  },
});
