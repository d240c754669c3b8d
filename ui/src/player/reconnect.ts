// How long to wait before the next try after a lost line: 0.5 s, doubling to 10 s, ± 25 % so that a recorder
// that comes back is not stormed by all its viewers at once. Pure.

const FIRST_MS = 500;
const LONGEST_MS = 10_000;

/** Milliseconds before try number `attempt` (0: the first after the loss). `random` is in [0, 1). */
export function reconnectDelayMs(attempt: number, random: number): number {
  const base = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 10));
  return Math.round(base * (0.75 + random * 0.5));
}
