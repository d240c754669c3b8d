// Storage by Template. Wiring only.
import { definePlugin } from "@nightjar/core";
import { pluginConfig } from "./config.ts";
import { storageDriver } from "./driver.ts";

export default definePlugin({
  name: "nightjar-storage-template",
  configSchema: pluginConfig,
  setup(nvr, config) {
    nvr.storageDrivers.register(storageDriver(nvr.fetch, config));
  },
});
