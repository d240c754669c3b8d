// Bit rate, frame rate and delay of a stream as a viewer gets it, over the last two seconds. Pure, no clock of its own.

const WINDOW_MS = 2000;
/** The shortest transit seen within this time counts as the line's own. */
const FLOOR_MS = 30_000;

interface Arrival {
  readonly atMs: number;
  readonly bytes: number;
}

/** Collects arrivals and drawings. Times are milliseconds of one monotonic clock. */
export class Rates {
  #arrivals: Arrival[] = [];
  #drawn: number[] = [];
  #floors: { readonly atMs: number; readonly transitMs: number }[] = [];
  #delayMs: number | undefined;

  arrived(atMs: number, bytes: number): void {
    this.#arrivals.push({ atMs, bytes });
    const oldest = atMs - WINDOW_MS;
    while ((this.#arrivals[0]?.atMs ?? oldest) < oldest) this.#arrivals.shift();
  }

  /**
   * How long a frame was on the way beyond the quickest one of late, plus what the recorder itself took.
   * `mediaMs` is the frame's time, `ageMs` the recorder's share. The two clocks need not agree: only changes count.
   */
  transit(atMs: number, mediaMs: number, ageMs: number): number {
    const transitMs = atMs - mediaMs - ageMs;
    const newest = atMs - FLOOR_MS;
    this.#floors = this.#floors.filter((one) => one.atMs > newest && one.transitMs < transitMs);
    this.#floors.push({ atMs, transitMs });
    const floor = this.#floors[0]?.transitMs ?? transitMs;
    return Math.max(0, transitMs - floor) + ageMs;
  }

  drawn(atMs: number, delayMs: number | undefined): void {
    this.#drawn.push(atMs);
    const oldest = atMs - WINDOW_MS;
    while ((this.#drawn[0] ?? oldest) < oldest) this.#drawn.shift();
    if (delayMs !== undefined) {
      this.#delayMs = this.#delayMs === undefined ? delayMs : this.#delayMs * 0.9 + delayMs * 0.1;
    }
  }

  get delayMs(): number | undefined {
    return this.#delayMs === undefined ? undefined : Math.round(this.#delayMs);
  }

  bitrateKbps(nowMs: number): number {
    let bytes = 0;
    for (const one of this.#arrivals) if (one.atMs >= nowMs - WINDOW_MS) bytes += one.bytes;
    return Math.round((bytes * 8) / WINDOW_MS);
  }

  framesPerSecond(nowMs: number): number {
    const recent = this.#drawn.filter((atMs) => atMs >= nowMs - WINDOW_MS);
    const first = recent[0];
    const last = recent.at(-1);
    if (first === undefined || last === undefined || recent.length < 2) return 0;
    return Math.round(((recent.length - 1) * 10_000) / (last - first)) / 10;
  }
}
