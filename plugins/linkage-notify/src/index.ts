// Tells other programs of events by HTTP. Wiring only.
import { definePlugin } from "@nightjar/core";
import { notifyAction } from "./action.ts";
import { pluginConfig } from "./config.ts";

export default definePlugin({
  name: "nightjar-linkage-notify",
  configSchema: pluginConfig,
  setup(nvr, settings) {
    nvr.linkageActions.register(notifyAction(settings, nvr));
  },
});
