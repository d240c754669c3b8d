// Sends mails because of events. Wiring only.
import { definePlugin } from "@nightjar/core";
import { emailAction } from "./action.ts";
import { pluginConfig } from "./config.ts";
import { MailDesk } from "./mail-desk.ts";

const NAME = "nightjar-linkage-email";
/** A digest is due by the minute. */
const TURN_MS = 20_000;

export default definePlugin({
  name: NAME,
  configSchema: pluginConfig,
  async setup(nvr, settings) {
    const { storageDir, log, lookup, signal } = nvr;
    const desk = new MailDesk({ settings, storageDir, log, lookup, signal, nowMs: () => Date.now() });
    await desk.open();
    nvr.linkageActions.register(emailAction(desk));
    nvr.timers.every(TURN_MS, () => desk.turn());
    nvr.hooks.stop.tapPromise({ name: NAME }, () => desk.close());
  },
});
