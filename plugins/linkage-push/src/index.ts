// Tells phones and desktops of events (Web Push). Wiring only.
import { definePlugin } from "@nightjar/core";
import { pushAction } from "./action.ts";
import { pluginConfig } from "./config.ts";
import { DeviceBook } from "./device-book.ts";
import { PushSender } from "./push-sender.ts";
import { deviceRoutes } from "./routes.ts";
import { applicationKeys } from "./vapid.ts";

const NAME = "nightjar-linkage-push";
/** When a device was told last need not be on the disk at once. */
const SAVE_EVERY_MS = 30_000;

export default definePlugin({
  name: NAME,
  configSchema: pluginConfig,
  async setup(nvr, settings) {
    const { storageDir, lookup, signal, secrets, log } = nvr;
    const nowMs = (): number => Date.now();
    const book = new DeviceBook(storageDir, log);
    await book.open();
    const keys = await applicationKeys(secrets);
    const sender = new PushSender({ settings, keys, lookup, signal, nowMs });
    nvr.linkageActions.register(pushAction({ book, sender, log, nowMs }));
    for (const route of deviceRoutes({ settings, book, sender, publicKey: keys.publicKey, nowMs }))
      nvr.routes.register(route);
    nvr.timers.every(SAVE_EVERY_MS, () => book.save());
    nvr.hooks.auditRecorded.tapPromise({ name: NAME }, (act) => book.heard(act));
    nvr.hooks.stop.tapPromise({ name: NAME }, () => book.save());
  },
});
