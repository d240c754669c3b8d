// How long something has been waited for, as a process that looks now and then may say: a pause of its own, because
// the machine is overloaded or asleep, is not held against the one that is waited for.

/** Between two looks no more than this counts; looks are meant to be much closer together. */
const LONGEST_STEP_MS = 1_000;

/** Times are monotonic. */
export class SeenWait {
  #lookedMs: number | undefined;
  #ms = 0;

  get isWaiting(): boolean {
    return this.#lookedMs !== undefined;
  }

  /** The wait begins; one that had begun goes on. */
  begin(nowMs: number): void {
    if (this.#lookedMs !== undefined) return;
    this.#lookedMs = nowMs;
    this.#ms = 0;
  }

  /** A look: gives how long the wait has been so far, 0 if there is none. */
  look(nowMs: number): number {
    if (this.#lookedMs === undefined) return 0;
    this.#ms += Math.min(nowMs - this.#lookedMs, LONGEST_STEP_MS);
    this.#lookedMs = nowMs;
    return this.#ms;
  }

  /** The wait is over; gives how long it was. */
  end(nowMs: number): number {
    const ms = this.look(nowMs);
    this.#lookedMs = undefined;
    return ms;
  }
}
