// Which settings a gateway opens its ports by before core has told: the last known ones, and not too soon.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { it } from "node:test";
import { runGateway } from "../../../core/gateway/run-gateway.ts";
import { SavedStateFile } from "../../../core/gateway/saved-state.ts";
import { silentLog } from "../../../core/log.ts";
import type { PreviousEnd } from "../../../core/supervisor/process-contract.ts";
import { FakeClock } from "../../../core/testing/fake-clock.ts";
import { tempDir } from "../../../core/testing/temp-dir.ts";
import { waitFor } from "../../../core/testing/wait-for.ts";

const SHUT = { port: 0, host: "127.0.0.1", enabled: false };

/** Runs one that has the settings of its last life and whose core does not come. */
async function started(dataDir: string, clock: FakeClock, previousEnd?: PreviousEnd) {
  mkdirSync(`${dataDir}/run`, { recursive: true });
  await new SavedStateFile(dataDir, silentLog).keepSettings({
    ...{ http: { port: 0, host: "127.0.0.1" }, https: SHUT, rtsp: SHUT, rtsps: SHUT },
    ...{ basePath: "", trustedProxies: [], certificateNames: [], maxTranscodes: 1, volumes: [] },
  });
  const timers = clock.pending;
  let isReady = false;
  const running = runGateway({
    ...{ dataDir, log: silentLog, clock, instance: "one" },
    ...(previousEnd === undefined ? {} : { previousEnd }),
    ready: () => {
      isReady = true;
    },
  });
  await waitFor(() => clock.pending > timers, { what: "the gateway to begin" });
  return { running, isReady: () => isReady };
}

it("a gateway opens its ports by the last known settings after a second where it alone has ended, and later where the whole recorder starts", async () => {
  using folder = tempDir();
  const clock = new FakeClock();
  // The same way, so that it would be there first if it waited no longer.
  const whole = await started(folder.join("whole"), clock);
  const alone = await started(folder.join("alone"), clock, { case: "crash", inARow: 1 });
  try {
    clock.advance(1_000);
    await waitFor(alone.isReady, { what: "the one that ended alone" });
    // Its ports may have been changed while nothing ran, and core is on its way to say so.
    assert.equal(whole.isReady(), false);
    clock.advance(9_000);
    await waitFor(whole.isReady, { what: "the one whose core does not come at all" });
  } finally {
    clock.advance(9_000);
    for (const { running } of [whole, alone]) await (await running).stop();
  }
});
