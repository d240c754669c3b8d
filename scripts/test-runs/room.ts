// Runs jobs beside each other, as many as leave the processors some rest: most of a test's time is waiting for cameras,
// disks and clocks. At most one of them is one that judges moments.
import { cpus } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import type { Job } from "./suites.ts";

/** So many files are beside each other at least. */
const PLACES = 3;
/** And so many at most, for the sake of memory, ports and whatever else the processors do not show. */
const PLACES_AT_MOST = 6;
/** Processors that were idle for this share of the last look have room for one more file. */
const IDLE_SHARE = 0.12;
/** Time between looks: long enough for a file that was just started to be at its work. */
const LOOK_EVERY_MS = 3_000;

/** Runs all in their order, each as soon as there is a place for it and, unless it is early, `isAllReady`. */
export async function runAll(
  jobs: readonly Job[],
  runJob: (job: Job) => Promise<void>,
  isAllReady: () => boolean,
): Promise<void> {
  const waiting = [...jobs];
  const running = new Set<Promise<void>>();
  let isBigRunning = false;
  let idleShare = idleShares();
  while (waiting.length > 0 || running.size > 0) {
    const next = waiting.findIndex(
      ({ isBig, isEarly }) => !(isBig && isBigRunning) && (isEarly || isAllReady()),
    );
    if (next === -1 || running.size >= PLACES_AT_MOST) {
      // Alone it must keep this process alive: nothing else does while packages are compiled.
      await Promise.race([...running, delay(LOOK_EVERY_MS, undefined, { ref: running.size === 0 })]);
      continue;
    }
    if (running.size >= PLACES) {
      await Promise.race([...running, delay(LOOK_EVERY_MS, undefined, { ref: false })]);
      if (running.size >= PLACES && idleShare(LOOK_EVERY_MS / 2) < IDLE_SHARE) continue;
      idleShare = idleShares();
    }
    const job = waiting.splice(next, 1)[0] as Job;
    if (job.isBig) isBigRunning = true;
    const done = runJob(job).finally(() => {
      if (job.isBig) isBigRunning = false;
      running.delete(done);
    });
    running.add(done);
  }
}

/** What share of the time since the last answer the processors were idle; none when asked again before `afterMs`. */
export function idleShares(): (afterMs: number) => number {
  const read = (): { idle: number; all: number; at: number } => {
    const times = cpus().map((cpu) => cpu.times);
    const all = times.reduce(
      (sum, { user, nice, sys, idle, irq }) => sum + user + nice + sys + idle + irq,
      0,
    );
    return { idle: times.reduce((sum, { idle }) => sum + idle, 0), all, at: performance.now() };
  };
  let last = read();
  return (afterMs) => {
    if (performance.now() - last.at < afterMs) return 0;
    const now = read();
    const share = now.all === last.all ? 0 : (now.idle - last.idle) / (now.all - last.all);
    last = now;
    return share;
  };
}
