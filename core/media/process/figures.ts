// Figures of the media process for `core` and `/metrics`: per stream, and how much of the machine it takes.
import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks";
import type { MediaFigures } from "../protocol.ts";
import type { SlabPool } from "../slab.ts";
import type { KeptStream } from "./kept-stream.ts";

/**
 * Coarse enough to cost nothing: each sample is a wake-up of its own. A window has 20 of them, so that its p99 is its
 * longest delay; the bound to hold is 50 ms.
 */
const RESOLUTION_MS = 100;

export class Figures {
  readonly #pool: SlabPool;
  readonly #delay: IntervalHistogram;
  #p99Ms = 0;

  constructor(pool: SlabPool) {
    this.#pool = pool;
    this.#delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    this.#delay.enable();
  }

  /** Closes a window of the event loop's delays. Call it every two seconds. */
  tick(): void {
    this.#p99Ms = Math.max(0, this.#delay.percentile(99) / 1e6 - RESOLUTION_MS);
    this.#delay.reset();
  }

  /** Everything, as of now. */
  collect(streams: Iterable<KeptStream>): MediaFigures {
    const cpu = process.cpuUsage();
    return {
      streams: Array.from(streams, (stream) => stream.figures()),
      memoryUsedBytes: this.#pool.usedBytes,
      memoryBudgetBytes: this.#pool.budgetBytes,
      eventLoopP99Ms: this.#p99Ms,
      cpuSeconds: (cpu.user + cpu.system) / 1e6,
      rssBytes: process.memoryUsage.rss(),
    };
  }

  close(): void {
    this.#delay.disable();
  }
}
