// The two units of time that are stored: milliseconds and 90 kHz ticks since 1970-01-01 UTC.
// 90 kHz is RTP's video clock (RFC 6184 §8.2.1); a count since the epoch fits into 2^53.

export const TICKS_PER_MS = 90;
export const TICKS_PER_SECOND = 90_000;
/** Before this no recorder was made (2025-01-01): a clock that says so was never set. */
export const EARLIEST_WALL_MS = Date.UTC(2025, 0, 1);

/** Milliseconds since the epoch → 90 kHz ticks since the epoch. */
export function time90kFromMs(ms: number): number {
  return Math.round(ms * TICKS_PER_MS);
}

/** 90 kHz ticks since the epoch → whole milliseconds since the epoch. */
export function msFromTime90k(time90k: number): number {
  return Math.round(time90k / TICKS_PER_MS);
}

/** 90 kHz ticks since the epoch → ISO 8601 in UTC, as the API gives it. */
export function isoFromTime90k(time90k: number): string {
  return new Date(msFromTime90k(time90k)).toISOString();
}
