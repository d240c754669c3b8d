// What a fuzz target may take of time and memory (attack list A19): 100 ms for an input, 64 MiB over what it began with. An
// input that comes near and seems slower than all before is run again, by the processor's time: a pause of the machine, or of
// the collector of memory, does not count.
import { memoryUsage } from "node:process";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { FuzzTarget } from "./fuzz-targets.ts";

export const SLOW_MS = 100;
export const MEMORY_LIMIT_BYTES = 64 * 1024 * 1024;
const AGAIN = 2;
/** What takes less is far from slow, and not run again. */
const NEAR_MS = SLOW_MS / 10;
/** Inputs between two looks at the memory. */
const LOOK_EVERY = 10_000;

export class FuzzPace {
  readonly #target: FuzzTarget;
  readonly #baseline: number;
  #inputs = 0;
  /** What the slowest input took, each time that it was run; below a tenth of the limit by the clock on the wall. */
  slowestMs = 0;
  /** The slowest input that was slow each time. */
  slow: { readonly input: number; readonly ms: number; readonly bytes: Buffer } | undefined;
  /** The most over the baseline. */
  memoryBytes = 0;

  constructor(target: FuzzTarget) {
    this.#target = target;
    // What others left behind is given back first: it would hide as much that is kept here.
    collectGarbage();
    this.#baseline = usedBytes();
  }

  /** Runs one input, and once more where it took long. Throws what the target throws. */
  run(bytes: Buffer): void {
    let ms = this.#timed(bytes);
    for (let again = 0; again < AGAIN && ms > Math.max(NEAR_MS, this.slowestMs); again += 1)
      ms = Math.min(ms, this.#processorMs(bytes));
    this.slowestMs = Math.max(this.slowestMs, ms);
    if (ms > SLOW_MS && ms > (this.slow?.ms ?? 0))
      this.slow = { input: this.#inputs, ms, bytes: Buffer.from(bytes) };
    this.#inputs += 1;
    if (this.#inputs % LOOK_EVERY === 0) this.memoryBytes = Math.max(this.memoryBytes, this.#over());
  }

  #timed(bytes: Buffer): number {
    const beganMs = performance.now();
    this.#target.run(bytes);
    return performance.now() - beganMs;
  }

  #processorMs(bytes: Buffer): number {
    const before = process.threadCpuUsage();
    this.#target.run(bytes);
    const { user, system } = process.threadCpuUsage(before);
    return (user + system) / 1_000;
  }

  /** Garbage is no use of memory: it is collected before more than the limit is believed. */
  #over(): number {
    const over = usedBytes() - this.#baseline;
    if (over <= MEMORY_LIMIT_BYTES) return over;
    collectGarbage();
    return usedBytes() - this.#baseline;
  }
}

let collector: (() => void) | undefined;

function collectGarbage(): void {
  if (collector === undefined) {
    setFlagsFromString("--expose-gc");
    collector = runInNewContext("gc") as () => void;
  }
  // Buffers that the first one lets go of are given back beside it, and are so by the second one.
  for (let round = 0; round < 2; round += 1) collector();
}

function usedBytes(): number {
  const { heapUsed, external } = memoryUsage();
  return heapUsed + external;
}
