// What a process says of its own health with its life signs: memory, processor time, and how late its event loop ran.
// Costs next to nothing: the lateness is that of the life sign itself, the worst of the last minute.

export interface ProcessFigures {
  readonly rssBytes: number;
  /** Processor time since the process began. */
  readonly cpuSeconds: number;
  /** Share of one processor core of late; absent until there was time to measure. */
  readonly cpuShare?: number;
  /** By how much the latest life sign of the last minute was late, at most. */
  readonly loopDelayMs: number;
}

/** Signs whose lateness is remembered: a minute. */
const REMEMBERED = 60;
/** A share is measured over at least this long. */
const LEAST_MS = 1_000;

/** Measures one process. Call `sign` at each life sign, which are `periodMs` apart. */
export class OwnFigures {
  readonly #periodMs: number;
  readonly #delays: number[] = [];
  #expectedMs: number;
  #measured: { readonly atMs: number; readonly cpuSeconds: number } | undefined;
  #cpuShare: number | undefined;

  constructor(periodMs: number) {
    this.#periodMs = periodMs;
    this.#expectedMs = performance.now() + periodMs;
  }

  /** Notes how late this life sign is. */
  sign(nowMs = performance.now()): void {
    this.#delays.push(Math.max(0, nowMs - this.#expectedMs));
    if (this.#delays.length > REMEMBERED) this.#delays.shift();
    this.#expectedMs = nowMs + this.#periodMs;
  }

  /** Figures now. */
  read(): ProcessFigures {
    const { user, system } = process.cpuUsage();
    const cpuSeconds = (user + system) / 1e6;
    const atMs = performance.now();
    const before = this.#measured;
    if (before === undefined || atMs - before.atMs >= LEAST_MS) {
      this.#measured = { atMs, cpuSeconds };
      if (before !== undefined) {
        this.#cpuShare = (1_000 * (cpuSeconds - before.cpuSeconds)) / (atMs - before.atMs);
      }
    }
    return {
      rssBytes: process.memoryUsage.rss(),
      cpuSeconds,
      ...(this.#cpuShare === undefined ? {} : { cpuShare: this.#cpuShare }),
      loopDelayMs: Math.round(Math.max(0, ...this.#delays)),
    };
  }
}
