// What the audit log was told of lately: many requests of one view are one act. Bounded; the oldest are forgotten first, and
// then told again.
import type { Clock } from "../clock.ts";

const MOST_REMEMBERED = 4_096;

export class ToldLately {
  readonly #clock: Clock;
  readonly #againMs: number;
  readonly #told = new Map<string, number>();

  /** `againMs`: how long what was told is no news. */
  constructor(clock: Clock, againMs: number) {
    this.#clock = clock;
    this.#againMs = againMs;
  }

  /** True if that has not been told for so long; it counts as told then. */
  isNews(...key: readonly (string | number)[]): boolean {
    const name = key.join(" ");
    const nowMs = this.#clock.monotonicMs();
    const toldMs = this.#told.get(name);
    if (toldMs !== undefined && nowMs - toldMs < this.#againMs) return false;
    this.#told.delete(name);
    this.#told.set(name, nowMs);
    const [oldest] = this.#told.keys();
    if (this.#told.size > MOST_REMEMBERED && oldest !== undefined) this.#told.delete(oldest);
    return true;
  }
}
