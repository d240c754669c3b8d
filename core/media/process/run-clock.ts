// Maps the media time of a run to the node's wall clock (docs/design/time.md): fixed from the arrivals of the
// first half second, then slewed by at most 500 ppm, never stepped. Sample times are not touched by it.
import { TICKS_PER_MS, TICKS_PER_SECOND } from "../../domain/time.ts";

const SETTLE_MS = 500;
const SLEW_WINDOW_90K = 30 * TICKS_PER_SECOND;
const SLEW_LIMIT = 500e-6;
/** Media and wall clock further apart than this: the run is over. */
const APART_90K = TICKS_PER_SECOND;

export class RunClock {
  #firstArrivalMs: number | undefined;
  /** Wall time of media time 0, 90 kHz since the epoch. */
  #zero90k = 0;
  #settled = false;
  #windowStart = 0;
  // Delays only ever add to an arrival, so the earliest one tells the truth.
  #earliest = Number.POSITIVE_INFINITY;
  #slewPending = 0;

  /** True once the mapping stands; parts wait for it. */
  get settled(): boolean {
    return this.#settled;
  }

  /** Takes the arrival of a picture: presentation time in the run, monotonic arrival, wall minus monotonic clock. */
  arrived(time: number, receivedAtMs: number, wallOffsetMs: number): void {
    const zero = (receivedAtMs + wallOffsetMs) * TICKS_PER_MS - time;
    if (zero < this.#earliest) this.#earliest = zero;
    if (this.#settled) return;
    this.#firstArrivalMs ??= receivedAtMs;
    this.#zero90k = Math.round(this.#earliest);
    if (receivedAtMs - this.#firstArrivalMs >= SETTLE_MS) this.settle(time);
  }

  /** Fixes the mapping with what is known: when a run ends early. */
  settle(time: number): void {
    this.#settled = true;
    this.#windowStart = time;
    this.#earliest = Number.POSITIVE_INFINITY;
  }

  /** Wall time of a presentation time of the run, 90 kHz since the epoch. */
  toEpoch90k(time: number): number {
    return Math.round(this.#zero90k + time);
  }

  /**
   * Corrects the mapping at the border between two parts `elapsed` ticks after the last one. Returns false when the
   * clocks are more than a second apart, which ends the run.
   */
  slew(time: number, elapsed: number): boolean {
    if (!this.#settled) return true;
    if (time - this.#windowStart >= SLEW_WINDOW_90K && Number.isFinite(this.#earliest)) {
      const error = this.#earliest - this.#zero90k;
      if (Math.abs(error) > APART_90K) return false;
      this.#slewPending = error;
      this.#windowStart = time;
      this.#earliest = Number.POSITIVE_INFINITY;
    }
    if (this.#slewPending !== 0) {
      const most = Math.max(1, Math.floor(elapsed * SLEW_LIMIT));
      const step = Math.max(-most, Math.min(most, Math.round(this.#slewPending)));
      this.#zero90k += step;
      this.#slewPending = Math.abs(this.#slewPending - step) < 1 ? 0 : this.#slewPending - step;
    }
    return true;
  }
}
