// Shows the recorder and its cameras in Home Assistant. Wiring only.
import { definePlugin } from "@nightjar/core";
import { buildBridge } from "./bridge.ts";
import { pluginConfig } from "./config.ts";

export default definePlugin({
  name: "nightjar-bridge-home-assistant",
  configSchema: pluginConfig,
  async setup(nvr, settings) {
    await buildBridge(nvr, settings);
  },
});
