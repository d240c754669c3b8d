// Few plugins at a time are started: starting is the dearest moment of a process's life, and thirty at once would take
// the machine from the recorder itself. One that hangs gives its place away.
import type { Clock } from "../../clock.ts";

export class StartQueue {
  readonly #atOnce: number;
  readonly #holdMs: number;
  readonly #waiting: (() => void)[] = [];
  #busy = 0;

  /** At most `atOnce` at a time, each counted for at most `holdMs`. */
  constructor(atOnce: number, holdMs: number) {
    this.#atOnce = atOnce;
    this.#holdMs = holdMs;
  }

  /** Resolves when it is the caller's turn. What it resolves to ends the turn; ending it twice is harmless. */
  async turn(clock: Clock): Promise<() => void> {
    if (this.#busy >= this.#atOnce) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#busy += 1;
    let isOver = false;
    const end = (): void => {
      if (isOver) return;
      isOver = true;
      timer.cancel();
      // Whoever waits takes over the place.
      const next = this.#waiting.shift();
      if (next === undefined) this.#busy -= 1;
      else next();
    };
    const timer = clock.after(this.#holdMs, end);
    return end;
  }
}
