// Why something is recorded: the closed table of record reasons (manual 7.4).

export const RECORD_REASONS = [
  "continuous",
  "manual",
  "event",
  "motion",
  "alarm",
  "motion-or-alarm",
  "motion-and-alarm",
  "pos",
] as const;

/** Why something is recorded. */
export type RecordReason = (typeof RECORD_REASONS)[number];

/** Bit of each reason in the compact form that files and index rows carry. Bits are never reused. */
export const REASON_BITS: Readonly<Record<RecordReason, number>> = {
  continuous: 1,
  manual: 2,
  event: 4,
  motion: 8,
  alarm: 16,
  "motion-or-alarm": 32,
  "motion-and-alarm": 64,
  pos: 128,
};

/** Packs reasons into bits. */
export function reasonBits(reasons: readonly RecordReason[]): number {
  let bits = 0;
  for (const reason of reasons) bits |= REASON_BITS[reason];
  return bits;
}

/** Unpacks bits into reasons, in the order of the table; unknown bits are ignored. */
export function reasonsOf(bits: number): RecordReason[] {
  return RECORD_REASONS.filter((reason) => (bits & REASON_BITS[reason]) !== 0);
}
