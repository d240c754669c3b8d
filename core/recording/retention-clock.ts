// The moment from which the age of footage is counted. A clock that jumps forward must not delete footage that
// is young (a box without a battery, a typing error, a wrong time server): a jump counts once it has lasted a day.
import type { Clock } from "../clock.ts";

/** Larger steps than that are doubted; smaller ones change no retention that is counted in days. */
const DOUBTED_MS = 3_600_000;
/** Over a restart a longer time may have passed: a recorder that is switched off over a weekend. */
const DOUBTED_AFTER_RESTART_MS = 72 * 3_600_000;
const TRUSTED_AFTER_MS = 24 * 3_600_000;

export class RetentionClock {
  readonly #clock: Clock;
  /** The last trusted moment of an earlier process. */
  readonly #lastMs: number | undefined;
  /** Wall minus monotonic clock, as trusted. */
  #offsetMs: number;
  #doubtedSinceMs: number | undefined;

  /** `lastMs`: the last trusted moment of an earlier process; undefined if there was none. */
  constructor(clock: Clock, lastMs: number | undefined) {
    this.#clock = clock;
    this.#lastMs = lastMs;
    const wallMs = clock.wallMs();
    const isDoubted = lastMs !== undefined && wallMs - lastMs > DOUBTED_AFTER_RESTART_MS;
    this.#offsetMs = (isDoubted ? lastMs : wallMs) - clock.monotonicMs();
  }

  /** Milliseconds since the epoch; behind the wall clock while that is doubted. */
  nowMs(): number {
    const monotonicMs = this.#clock.monotonicMs();
    const offsetMs = this.#clock.wallMs() - monotonicMs;
    // A box without a battery that hears of the time soon after each start: what follows the last known moment is no jump.
    const lastMs = this.#lastMs ?? Number.NEGATIVE_INFINITY;
    const isBehind = monotonicMs + this.#offsetMs < lastMs;
    const isKnown = isBehind && monotonicMs + offsetMs <= lastMs + DOUBTED_AFTER_RESTART_MS;
    if (isKnown || offsetMs <= this.#offsetMs + DOUBTED_MS) {
      this.#offsetMs = offsetMs;
      this.#doubtedSinceMs = undefined;
    } else {
      this.#doubtedSinceMs ??= monotonicMs;
      if (monotonicMs - this.#doubtedSinceMs >= TRUSTED_AFTER_MS) {
        this.#offsetMs = offsetMs;
        this.#doubtedSinceMs = undefined;
      }
    }
    return monotonicMs + this.#offsetMs;
  }
}
