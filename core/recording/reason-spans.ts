// Why which part of a segment was recorded, between the record that `media` reports and the index row.
import type { ReasonSpan } from "../media/segment.ts";

/**
 * Spans in order that cover [0, duration) exactly once: clipped, cut where they overlap, parts without a reason
 * given as bits 0, neighbours of equal reasons joined. What is recorded is covered, whatever is said of it.
 */
export function normaliseSpans(spans: readonly ReasonSpan[], duration90k: number): ReasonSpan[] {
  const ordered = [...spans].sort((a, b) => a.offset90k - b.offset90k);
  const result: ReasonSpan[] = [];
  let end = 0;
  for (const span of ordered) {
    const from = Math.max(end, span.offset90k);
    const to = Math.min(duration90k, span.offset90k + span.duration90k);
    if (to <= from) continue;
    if (from > end) append(result, end, from, 0);
    append(result, from, to, span.bits);
    end = to;
  }
  if (end < duration90k) append(result, end, duration90k, 0);
  return result;
}

function append(spans: ReasonSpan[], from: number, to: number, bits: number): void {
  const last = spans.at(-1);
  if (last !== undefined && last.bits === bits) {
    spans[spans.length - 1] = { ...last, duration90k: to - last.offset90k };
  } else {
    spans.push({ offset90k: from, duration90k: to - from, bits });
  }
}

/** All reasons of the spans together. */
export function bitsOfSpans(spans: readonly ReasonSpan[]): number {
  let bits = 0;
  for (const span of spans) bits |= span.bits;
  return bits;
}

/** The compact form of the index row: null for one span over the whole. `spans` as {@link normaliseSpans} gives them. */
export function packSpans(spans: readonly ReasonSpan[]): string | null {
  if (spans.length <= 1) return null;
  return JSON.stringify(spans.map((span) => [span.offset90k, span.duration90k, span.bits]));
}

/** Unpacks {@link packSpans}; `bits` and `duration90k` are those of the row. */
export function unpackSpans(packed: string | null, bits: number, duration90k: number): ReasonSpan[] {
  if (packed === null) return duration90k > 0 ? [{ offset90k: 0, duration90k, bits }] : [];
  const triples = JSON.parse(packed) as [number, number, number][];
  return triples.map(([offset, duration, spanBits]) => ({
    offset90k: offset,
    duration90k: duration,
    bits: spanBits,
  }));
}
