// How long to wait before the next attempt: 1 → 5 s with jitter in the first ten minutes of an outage, then up to 30 s;
// after a refused password 10 s growing to 5 min, because cameras lock accounts that are tried too often.
import type { StreamFaultCode } from "../source.ts";

const PATIENT_AFTER_MS = 10 * 60_000;
const REFUSALS: ReadonlySet<StreamFaultCode> = new Set(["wrong-password", "auth-unsupported"]);

export interface Outage {
  /** Attempts that failed in a row, at least 1. */
  readonly failures: number;
  /** Refusals of the password in a row; 0 if the last failure was of another kind. */
  readonly refusals: number;
  /** How long the stream has been away. */
  readonly lastingMs: number;
  readonly fault: StreamFaultCode;
}

/** Milliseconds until the next attempt. `random` gives numbers from 0 to 1. */
export function reconnectPauseMs(outage: Outage, random: () => number): number {
  if (REFUSALS.has(outage.fault)) {
    const pause = Math.min(300_000, 10_000 * 2 ** Math.min(10, Math.max(0, outage.refusals - 1)));
    // Never shorter than promised: jitter only lengthens.
    return Math.round(Math.min(300_000, pause * (1 + 0.2 * random())));
  }
  const patient = outage.lastingMs >= PATIENT_AFTER_MS;
  const ceiling = patient ? 30_000 : 5_000;
  const pause = patient ? 15_000 + 15_000 * random() : 1_000 * 1.5 ** Math.min(20, outage.failures - 1);
  const jittered = patient ? pause : pause * (0.8 + 0.4 * random());
  return Math.round(Math.max(1_000, Math.min(ceiling, jittered)));
}
