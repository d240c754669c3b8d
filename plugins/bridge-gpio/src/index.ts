// Pins of the board as alarm inputs and outputs. Wiring only.
import { definePlugin } from "@nightjar/core";
import { buildBridge } from "./bridge.ts";
import { pluginConfig } from "./config.ts";

export default definePlugin({
  name: "nightjar-bridge-gpio",
  configSchema: pluginConfig,
  async setup(nvr, settings) {
    await buildBridge(nvr, settings);
  },
});
