// One timer for all playbacks of a process: wakes when the next unit is due, at most every 4 ms, and lets each
// playback send what is due. A timer per stream would wake a server of 256 cameras 18 000 times a second.

/** Something that sends by the clock. */
export interface Paced {
  /** Sends all that is due at `nowMs` (monotonic) and returns when the next is due; Infinity: never again. */
  advance(nowMs: number): number;
}

const SHORTEST_NAP_MS = 4;
const LONGEST_NAP_MS = 1_000;

/** Runs playbacks; stops its timer when none is left. */
export class Pacer {
  readonly #items = new Map<Paced, number>();
  #timer: NodeJS.Timeout | undefined;
  #wakeMs = Number.POSITIVE_INFINITY;

  /** Begins to call `item.advance`, the first time at `dueMs`. */
  add(item: Paced, dueMs: number): void {
    this.#items.set(item, dueMs);
    if (dueMs < this.#wakeMs) this.#sleepUntil(dueMs);
  }

  remove(item: Paced): void {
    this.#items.delete(item);
    if (this.#items.size === 0) {
      clearTimeout(this.#timer);
      this.#wakeMs = Number.POSITIVE_INFINITY;
    }
  }

  #sleepUntil(dueMs: number): void {
    clearTimeout(this.#timer);
    this.#wakeMs = dueMs;
    const nap = Math.min(LONGEST_NAP_MS, Math.max(SHORTEST_NAP_MS, dueMs - performance.now()));
    this.#timer = setTimeout(() => this.#wake(), nap);
    this.#timer.unref();
  }

  #wake(): void {
    const now = performance.now();
    let next = Number.POSITIVE_INFINITY;
    this.#wakeMs = 0;
    for (const [item, dueMs] of this.#items) {
      let due = dueMs;
      if (dueMs <= now) {
        due = item.advance(now);
        // An item may have been removed by what it sent.
        if (!this.#items.has(item)) continue;
        if (due === Number.POSITIVE_INFINITY) this.#items.delete(item);
        else this.#items.set(item, due);
      }
      if (due < next) next = due;
    }
    this.#wakeMs = Number.POSITIVE_INFINITY;
    if (next !== Number.POSITIVE_INFINITY) this.#sleepUntil(next);
  }
}
