// Loaded into the media process before its own code: how long each turn of its event loop takes, over the whole of a measured
// window. At each SIGUSR2 it writes what was seen since the one before to NIGHTJAR_BENCH_LOOP, and begins anew.
import { renameSync, writeFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { isMainThread } from "node:worker_threads";

/** Turns shorter than this are not told apart; each longer one is counted once, whole. */
const RESOLUTION_MS = 1;

const file = process.env["NIGHTJAR_BENCH_LOOP"];
if (isMainThread && file !== undefined) {
  const turns = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  turns.enable();
  process.on("SIGUSR2", () => {
    const seen = { turns: turns.count, p99Ms: turns.percentile(99) / 1e6, longestMs: turns.max / 1e6 };
    writeFileSync(`${file}.new`, JSON.stringify(seen));
    renameSync(`${file}.new`, file);
    turns.reset();
  });
}
