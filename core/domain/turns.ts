// Lets a few pieces of work run at once and some more wait for their turn, in order.
import type { NightjarError } from "../errors.ts";

/** `busy` makes the error for whoever comes when all places, waiting ones too, are taken. */
export class Turns {
  readonly #atOnce: number;
  readonly #waitingLimit: number;
  readonly #busy: () => NightjarError;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(atOnce: number, waitingLimit: number, busy: () => NightjarError) {
    this.#atOnce = atOnce;
    this.#waitingLimit = waitingLimit;
    this.#busy = busy;
  }

  /** Runs `action` when it is its turn. Whoever was given up by then still takes its turn: `action` sees to it. */
  async run<T>(action: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#atOnce) {
      if (this.#waiting.length >= this.#waitingLimit) throw this.#busy();
      // Whoever leaves hands its place on, so that nobody slips in between.
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#running += 1;
    try {
      return await action();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}
