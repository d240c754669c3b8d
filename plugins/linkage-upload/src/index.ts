// Uploads pictures of events to servers of other people. Wiring only.
import { definePlugin } from "@nightjar/core";
import { uploadAction } from "./action.ts";
import { openCarrier } from "./carriers.ts";
import { pluginConfig } from "./config.ts";
import { HostKeys } from "./host-keys.ts";
import { UploadDesk } from "./upload-desk.ts";
import { UploadQueue } from "./upload-queue.ts";

const NAME = "nightjar-linkage-upload";
const TURN_MS = 5_000;

export default definePlugin({
  name: NAME,
  configSchema: pluginConfig,
  async setup(nvr, settings) {
    const { storageDir, log, lookup, signal } = nvr;
    const { queueEvents, queueMegabytes, keepHours } = settings;
    const queue = new UploadQueue(storageDir, {
      mostJobs: queueEvents,
      mostBytes: queueMegabytes * 1_000_000,
      mostAgeMs: keepHours * 3_600_000,
    });
    const hostKeys = new HostKeys(storageDir);
    await Promise.all([queue.open(Date.now()), hostKeys.open()]);
    const desk = new UploadDesk({
      settings,
      queue,
      log,
      signal,
      nowMs: () => Date.now(),
      open: (target, how) => openCarrier(target, { ...how, lookup, hostKeys }),
    });
    nvr.linkageActions.register(uploadAction(settings, desk));
    nvr.timers.every(TURN_MS, () => desk.turn());
    nvr.hooks.stop.tapPromise({ name: NAME }, () => desk.close());
  },
});
