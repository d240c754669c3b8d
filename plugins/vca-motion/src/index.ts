// Motion: says when something moves in a camera's pictures. Wiring only.
import { definePlugin } from "@nightjar/core";
import { pluginConfig } from "./config.ts";
import { motionDetector } from "./detector.ts";
import { plainKernel } from "./plain-kernel.ts";
import { simdKernel } from "./simd-kernel.ts";

export default definePlugin({
  name: "nightjar-vca-motion",
  configSchema: pluginConfig,
  setup(nvr) {
    const simd = simdKernel();
    if (simd === undefined) nvr.log.notice("this processor has no SIMD: looking for motion costs far more");
    nvr.detectors.register(motionDetector(simd ?? plainKernel()));
  },
});
