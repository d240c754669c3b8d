// Tills by Template. Wiring only.
import { definePlugin } from "@nightjar/core";
import { pluginConfig } from "./config.ts";
import { tillParser } from "./parser.ts";

export default definePlugin({
  name: "nightjar-pos-template",
  configSchema: pluginConfig,
  setup(nvr) {
    nvr.posParsers.register(tillParser());
  },
});
