// How much of what is recorded in a range is locked against deletion. Pure.
import type { Lane } from "./coverage-store.ts";
import type { Span } from "./geometry.ts";

/** Less than this left unlocked is the rounding of moments, not footage. */
const LEAST_MS = 100;

export type LockState = "none" | "some" | "all";

/** `none` also where nothing is recorded. */
export function lockState(lane: Pick<Lane, "spans" | "locked"> | undefined, range: Span): LockState {
  if (lane === undefined) return "none";
  const locked = overlapMs(lane.locked, range);
  if (locked === 0) return "none";
  return overlapMs(lane.spans, range) - locked > LEAST_MS ? "some" : "all";
}

/** Spans are sorted and do not overlap. */
function overlapMs(spans: readonly Span[], range: Span): number {
  let sum = 0;
  for (const span of spans) {
    sum += Math.max(0, Math.min(span.endMs, range.endMs) - Math.max(span.startMs, range.startMs));
  }
  return sum;
}
