// Loaded into the media process before its own code: how long each turn of its event loop takes, over the whole of a measured
// window. At each SIGUSR2 it tells its parent what was seen since the one before, and begins anew. It touches no disk.
import { monitorEventLoopDelay } from "node:perf_hooks";
import { isMainThread } from "node:worker_threads";

/** Turns shorter than this are not told apart; each longer one is counted once, whole. */
const RESOLUTION_MS = 1;

if (isMainThread) {
  const turns = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  turns.enable();
  process.on("SIGUSR2", () => {
    const p99Ms = turns.percentile(99) / 1e6;
    process.send?.({ type: "bench-loop", turns: turns.count, p99Ms, longestMs: turns.max / 1e6 });
    turns.reset();
  });
}
