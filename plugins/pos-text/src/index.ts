// Tills that write plain lines: receipts are found by patterns. Wiring only.
import { definePlugin } from "@nightjar/core";
import { pluginConfig } from "./config.ts";
import { textParser } from "./parser.ts";

export default definePlugin({
  name: "nightjar-pos-text",
  configSchema: pluginConfig,
  setup(nvr) {
    nvr.posParsers.register(textParser());
  },
});
