// Estimates how a camera's clocks run against the node's, from RTCP sender reports (RFC 3550 §6.4.1).
import type { CameraClock } from "../source.ts";

/** A report is told at most this often: offsets change slowly and each one is journaled. */
const REPORT_EVERY_MS = 10_000;
/** Drift is not told before so much time lies between reports: jitter would drown it. */
const DRIFT_BASE_MS = 30_000;
/** Wall clocks before this were never set: 2000-01-01. */
const EARLIEST_WALL_MS = 946_684_800_000;

export class CameraClockEstimator {
  readonly #clockRate: number;
  #firstTimestamp = 0;
  #firstMonotonicMs = Number.NaN;
  #driftPpm = 0;
  #toldAtMs = Number.NEGATIVE_INFINITY;

  constructor(clockRate: number) {
    this.#clockRate = clockRate;
  }

  /** Forgets the media clock's base, at the start of a run. */
  restart(): void {
    this.#firstMonotonicMs = Number.NaN;
    this.#driftPpm = 0;
  }

  /** Takes a report and gives what is to be told, if it is time. `timestamp` is unwrapped. */
  report(ntpMs: number, timestamp: number, wallMs: number, monotonicMs: number): CameraClock | undefined {
    if (Number.isNaN(this.#firstMonotonicMs)) {
      this.#firstTimestamp = timestamp;
      this.#firstMonotonicMs = monotonicMs;
    }
    const elapsedMs = monotonicMs - this.#firstMonotonicMs;
    if (elapsedMs >= DRIFT_BASE_MS) {
      const mediaMs = ((timestamp - this.#firstTimestamp) * 1000) / this.#clockRate;
      const drift = ((mediaMs - elapsedMs) / elapsedMs) * 1e6;
      if (Math.abs(drift) < 10_000) this.#driftPpm = Math.round(drift * 10) / 10;
    }
    if (ntpMs < EARLIEST_WALL_MS || monotonicMs - this.#toldAtMs < REPORT_EVERY_MS) return undefined;
    this.#toldAtMs = monotonicMs;
    return { offsetMs: Math.round(ntpMs - wallMs), driftPpm: this.#driftPpm };
  }
}
