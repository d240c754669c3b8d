// Frame steps that were asked for while the next picture was not there: they are made once the recorder has sent it.
// Pure.

/** Steps of which none could be made for so long are forgotten: a picture that jumps long after the press surprises. */
const PATIENCE_MS = 5_000;

/** The steps of one player that stands still. */
export class PendingSteps {
  #frames = 0;
  #untilMs = 0;

  /** Notes a step forwards. True if it is the first: the recorder must be asked. */
  add(frames: number, nowMs: number): boolean {
    const isFirst = this.due(nowMs) === 0;
    this.#frames = (isFirst ? 0 : this.#frames) + frames;
    this.#untilMs = nowMs + PATIENCE_MS;
    return isFirst;
  }

  /** How many pictures are still to be stepped over; 0 if none, or no longer. */
  due(nowMs: number): number {
    return nowMs < this.#untilMs ? this.#frames : 0;
  }

  /** One was made. */
  made(nowMs: number): void {
    this.#frames = Math.max(0, this.#frames - 1);
    this.#untilMs = nowMs + PATIENCE_MS;
  }

  /** Something else is wanted now. */
  forget(): void {
    this.#frames = 0;
  }
}
