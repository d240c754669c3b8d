// Messages to Template. Wiring only.
import { definePlugin } from "@nightjar/core";
import { linkageAction } from "./action.ts";
import { pluginConfig } from "./config.ts";

export default definePlugin({
  name: "nightjar-linkage-template",
  configSchema: pluginConfig,
  setup(nvr, config) {
    nvr.linkageActions.register(linkageAction(nvr.fetch, config));
  },
});
