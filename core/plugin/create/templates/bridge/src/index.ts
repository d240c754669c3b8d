// A bridge to Template. Wiring only.
import { definePlugin } from "@nightjar/core";
import { buildBridge } from "./bridge.ts";
import { pluginConfig } from "./config.ts";

export default definePlugin({
  name: "nightjar-bridge-template",
  configSchema: pluginConfig,
  setup(nvr, config) {
    buildBridge(nvr, config);
  },
});
