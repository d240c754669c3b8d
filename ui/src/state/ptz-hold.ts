// A hand that holds a camera: says so again and again while it holds, one word after the other, and lets go at once. Words are not
// sent beside each other: a stop that overtook a move would be undone by it. Knows no page.

/** How fast: each from -1 to 1, positive to the right, up and closer. */
export interface Velocity {
  readonly pan: number;
  readonly tilt: number;
  readonly zoom: number;
}

export interface PtzHoldParts {
  readonly move: (velocity: Velocity) => Promise<unknown>;
  readonly stop: () => Promise<unknown>;
  /** Calls it over and over; gives what ends that. */
  readonly every: (periodMs: number, action: () => void) => () => void;
  readonly failed: (error: unknown) => void;
}

/** The recorder stops a camera a second after the last word. */
export const SAY_AGAIN_MS = 400;

export class PtzHold {
  readonly #parts: PtzHoldParts;
  #velocity: Velocity | undefined;
  #end: (() => void) | undefined;
  #isBusy = false;
  /** Something was sent since the last stop: the camera may turn. */
  #mayTurn = false;

  constructor(parts: PtzHoldParts) {
    this.#parts = parts;
  }

  /** Begins to hold, or holds in another direction. */
  hold(velocity: Velocity): void {
    this.#velocity = velocity;
    this.#end ??= this.#parts.every(SAY_AGAIN_MS, () => void this.#say());
    void this.#say();
  }

  /** Lets go. Harmless where nothing is held. */
  release(): void {
    this.#velocity = undefined;
    this.#end?.();
    this.#end = undefined;
    void this.#say();
  }

  async #say(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      for (let said = this.#velocity; ; said = this.#velocity) {
        if (said !== undefined) {
          this.#mayTurn = true;
          await this.#parts.move(said);
        } else if (this.#mayTurn) {
          this.#mayTurn = false;
          await this.#parts.stop();
        }
        // The same is said again by the clock alone.
        if (this.#velocity === said) return;
      }
    } catch (error) {
      const mayTurn = this.#mayTurn;
      this.#mayTurn = false;
      this.#velocity = undefined;
      this.#end?.();
      this.#end = undefined;
      this.#parts.failed(error);
      // Of a move whose answer was lost nobody knows whether the camera turns.
      if (mayTurn) await this.#parts.stop().catch(() => undefined);
    } finally {
      this.#isBusy = false;
    }
  }
}
