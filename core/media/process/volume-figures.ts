// What is measured of a volume: how fast it is written to, and how long its sync rounds take.

const SYNC_WINDOW_MS = 60_000;
/** Weight of a second in the mean: about half a minute back. */
const RATE_WEIGHT = 1 / 30;
const LEAST_SPAN_S = 0.5;

/** Bytes a second, as a mean over about half a minute. */
export class WriteRate {
  #bytes = 0;
  #perSecond = 0;
  #sinceMs: number;

  /** Times are monotonic. */
  constructor(nowMs: number) {
    this.#sinceMs = nowMs;
  }

  get bytesPerSecond(): number {
    return this.#perSecond;
  }

  add(bytes: number): void {
    this.#bytes += bytes;
  }

  /** Brings the mean up to date. */
  tick(nowMs: number): void {
    const seconds = (nowMs - this.#sinceMs) / 1_000;
    if (seconds < LEAST_SPAN_S) return;
    this.#perSecond += (this.#bytes / seconds - this.#perSecond) * Math.min(1, seconds * RATE_WEIGHT);
    this.#bytes = 0;
    this.#sinceMs = nowMs;
  }
}

/** The longest sync round of the last minute: what a power loss costs beyond the time between rounds. */
export class SyncTimes {
  #rounds: { readonly atMs: number; readonly ms: number }[] = [];

  add(nowMs: number, ms: number): void {
    this.#rounds = this.#rounds.filter((round) => nowMs - round.atMs < SYNC_WINDOW_MS);
    this.#rounds.push({ atMs: nowMs, ms });
  }

  get longestMs(): number {
    return this.#rounds.reduce((most, round) => Math.max(most, round.ms), 0);
  }
}
