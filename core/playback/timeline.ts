// Pure functions from rows of coverage to what a timeline shows: spans that never overlap, gaps, and fewer spans
// where the range is long. Times are 90 kHz ticks since the epoch, ends exclusive, reasons bits.

export interface TimeSpan {
  readonly start90k: number;
  readonly end90k: number;
}

export interface RecordedSpan extends TimeSpan {
  /** Bits: see core/domain/record-reasons.ts. */
  readonly reasons: number;
}

export interface LossSpan extends TimeSpan {
  readonly packets: number;
}

/**
 * Lays spans, sorted by start, over each other within [start90k, end90k): the result is sorted and never
 * overlaps; where several runs cover a moment their reasons add up; what touches for equal reasons is joined.
 */
export function mergeSpans(spans: readonly RecordedSpan[], start90k: number, end90k: number): RecordedSpan[] {
  const result: RecordedSpan[] = [];
  /** Spans that reach beyond the sweep's position. */
  let open: RecordedSpan[] = [];
  let at = start90k;
  const sweepTo = (time: number): void => {
    while (open.length > 0 && at < time) {
      let next = time;
      let bits = 0;
      for (const span of open) {
        if (span.end90k < next) next = span.end90k;
        bits |= span.reasons;
      }
      append(result, at, next, bits);
      at = next;
      open = open.filter((span) => span.end90k > at);
    }
    at = Math.max(at, time);
  };
  for (const span of spans) {
    const from = Math.max(start90k, span.start90k);
    if (span.end90k <= from || from >= end90k) continue;
    sweepTo(from);
    open.push(span.end90k > end90k ? { ...span, end90k } : span);
  }
  sweepTo(end90k);
  return result;
}

function append(spans: RecordedSpan[], start90k: number, end90k: number, reasons: number): void {
  if (end90k <= start90k) return;
  const last = spans.at(-1);
  if (last !== undefined && last.end90k === start90k && last.reasons === reasons) {
    spans[spans.length - 1] = { ...last, end90k };
  } else {
    spans.push({ start90k, end90k, reasons });
  }
}

/**
 * At most `maxSpans` spans out of merged ones, by joining over what would be too small to be seen: short gaps
 * and short changes of reason. A gap is never joined over while a shorter one is left.
 */
export function thinSpans(spans: readonly RecordedSpan[], maxSpans: number): RecordedSpan[] {
  const first = spans[0];
  const last = spans.at(-1);
  if (first === undefined || last === undefined || spans.length <= maxSpans) return [...spans];
  const total = last.end90k - first.start90k;
  let tolerance = Math.max(1, Math.floor(total / Math.max(1, maxSpans) / 4));
  for (;;) {
    const thinned = joinWithin(spans, tolerance);
    if (thinned.length <= maxSpans || tolerance > total) return thinned;
    tolerance *= 2;
  }
}

function joinWithin(spans: readonly RecordedSpan[], tolerance: number): RecordedSpan[] {
  const result: RecordedSpan[] = [];
  for (const span of spans) {
    const last = result.at(-1);
    const isNear = last !== undefined && span.start90k - last.end90k <= tolerance;
    const isSmall =
      last !== undefined &&
      (last.reasons === span.reasons ||
        last.end90k - last.start90k < tolerance ||
        span.end90k - span.start90k < tolerance);
    if (last !== undefined && isNear && isSmall) {
      result[result.length - 1] = {
        start90k: last.start90k,
        end90k: Math.max(last.end90k, span.end90k),
        reasons: last.reasons | span.reasons,
      };
    } else {
      result.push(span);
    }
  }
  return result;
}

/** At most `maxSpans` losses, sorted by start: neighbours are joined and their packets added up. */
export function thinLosses(losses: readonly LossSpan[], maxSpans: number): LossSpan[] {
  const first = losses[0];
  const last = losses.at(-1);
  if (first === undefined || last === undefined || losses.length <= maxSpans) return [...losses];
  const total = Math.max(1, last.end90k - first.start90k);
  let tolerance = Math.max(1, Math.floor(total / Math.max(1, maxSpans) / 4));
  for (;;) {
    const result: LossSpan[] = [];
    for (const loss of losses) {
      const previous = result.at(-1);
      if (previous !== undefined && loss.start90k - previous.end90k <= tolerance) {
        result[result.length - 1] = {
          start90k: previous.start90k,
          end90k: Math.max(previous.end90k, loss.end90k),
          packets: previous.packets + loss.packets,
        };
      } else {
        result.push(loss);
      }
    }
    if (result.length <= maxSpans || tolerance > total) return result;
    tolerance *= 2;
  }
}

/** What of [start90k, end90k) no span covers. `spans` as {@link mergeSpans} gives them. */
export function gapsBetween(spans: readonly TimeSpan[], start90k: number, end90k: number): TimeSpan[] {
  const gaps: TimeSpan[] = [];
  let at = start90k;
  for (const span of spans) {
    if (span.start90k > at) gaps.push({ start90k: at, end90k: Math.min(span.start90k, end90k) });
    at = Math.max(at, span.end90k);
    if (at >= end90k) return gaps;
  }
  if (at < end90k) gaps.push({ start90k: at, end90k });
  return gaps;
}
