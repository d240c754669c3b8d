// Log-in by Template. Wiring only.
import { definePlugin } from "@nightjar/core";
import { pluginConfig } from "./config.ts";
import { loginProvider } from "./provider.ts";

export default definePlugin({
  name: "nightjar-login-template",
  configSchema: pluginConfig,
  setup(nvr, config) {
    nvr.loginProviders.register(loginProvider(nvr.fetch, config));
  },
});
