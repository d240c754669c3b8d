// The arithmetic of the timeline: which moment lies at which pixel, zooming about a point, ticks of the ruler.
// Pure; times are milliseconds since the epoch, widths are CSS pixels.
import { zoneOffsetMs } from "../state/time-format.ts";

/** What the timeline shows: a moment at the left edge and how much time lies across its width. */
export interface View {
  readonly startMs: number;
  readonly spanMs: number;
}

export const SHORTEST_SPAN_MS = 1000;
export const LONGEST_SPAN_MS = 7 * 86_400_000;

/** The moment at a pixel. */
export function timeAt(view: View, width: number, x: number): number {
  return view.startMs + (x / Math.max(1, width)) * view.spanMs;
}

/** The pixel of a moment; may lie outside. */
export function xAt(view: View, width: number, timeMs: number): number {
  return ((timeMs - view.startMs) / view.spanMs) * width;
}

/** Zooms by a factor (below 1: closer) so that the moment under `x` stays there. */
export function zoomAbout(view: View, width: number, x: number, factor: number): View {
  const spanMs = Math.min(LONGEST_SPAN_MS, Math.max(SHORTEST_SPAN_MS, view.spanMs * factor));
  const anchor = timeAt(view, width, x);
  return { startMs: anchor - (x / Math.max(1, width)) * spanMs, spanMs };
}

/** Moves the view by pixels; dragging to the right shows what was earlier. */
export function panBy(view: View, width: number, dx: number): View {
  return { ...view, startMs: view.startMs - (dx / Math.max(1, width)) * view.spanMs };
}

/** A view of another span about a moment. */
export function centredOn(timeMs: number, spanMs: number): View {
  return { startMs: timeMs - spanMs / 2, spanMs };
}

/** Scrolls just so far that a moment is inside, a tenth from the edge that it left by. */
export function keepInside(view: View, timeMs: number): View {
  const margin = view.spanMs * 0.1;
  if (timeMs < view.startMs) return { ...view, startMs: timeMs - margin };
  if (timeMs > view.startMs + view.spanMs) return { ...view, startMs: timeMs - view.spanMs + margin };
  return view;
}

const STEPS_MS = [
  50, 100, 250, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000,
  1_800_000, 3_600_000, 7_200_000, 10_800_000, 21_600_000, 43_200_000, 86_400_000,
];

/** How far ticks are apart, so that labels have `least` pixels each. */
export function tickStep(view: View, width: number, least = 90): number {
  const wanted = (view.spanMs / Math.max(1, width)) * least;
  return STEPS_MS.find((step) => step >= wanted) ?? 86_400_000;
}

export interface Tick {
  readonly timeMs: number;
  /** Midnight in the zone: labelled with the day. */
  readonly midnight: boolean;
}

/** Ticks at round local times of a zone, also across a change of daylight saving. */
export function ticks(view: View, width: number, zone: string): Tick[] {
  const step = tickStep(view, width);
  const end = view.startMs + view.spanMs;
  const found: Tick[] = [];
  const offset = zoneOffsetMs(view.startMs, zone);
  let local = Math.ceil((view.startMs + offset) / step) * step;
  for (let count = 0; count < 200; count += 1, local += step) {
    let timeMs = local - offset;
    const offsetThere = zoneOffsetMs(timeMs, zone);
    if (offsetThere !== offset && step >= 3_600_000) timeMs = local - offsetThere;
    if (timeMs > end) break;
    if (timeMs < view.startMs) continue;
    const here = timeMs + zoneOffsetMs(timeMs, zone);
    found.push({ timeMs, midnight: here % 86_400_000 === 0 });
  }
  return found;
}

export interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

/** The stretches inside a range that no span covers. `spans` are sorted and may touch. */
export function gapsBetween(spans: readonly Span[], range: Span, leastMs: number): Span[] {
  const gaps: Span[] = [];
  let from = range.startMs;
  for (const span of spans) {
    if (span.startMs - from > leastMs)
      gaps.push({ startMs: from, endMs: Math.min(span.startMs, range.endMs) });
    from = Math.max(from, span.endMs);
    if (from >= range.endMs) return gaps;
  }
  if (range.endMs - from > leastMs) gaps.push({ startMs: from, endMs: range.endMs });
  return gaps;
}

/** The recorded moment nearest to where a viewer pointed: itself, or the next recording's start. */
export function nextRecorded(spans: readonly Span[], timeMs: number): number | undefined {
  const found = spans.find((span) => span.endMs > timeMs);
  return found === undefined ? undefined : Math.max(found.startMs, timeMs);
}

/** The span that holds a moment, or undefined. */
export function spanAt<T extends Span>(spans: readonly T[], timeMs: number): T | undefined {
  return spans.findLast((span) => span.startMs <= timeMs && timeMs < span.endMs);
}

/** A marked range with one of its ends at a moment. The other end stays where it can; else it is so far away. */
export function withEnd(
  range: Span | undefined,
  which: "startMs" | "endMs",
  atMs: number,
  lengthMs: number,
): Span {
  if (which === "startMs") {
    const endMs = range !== undefined && range.endMs > atMs ? range.endMs : atMs + lengthMs;
    return { startMs: atMs, endMs };
  }
  const startMs = range !== undefined && range.startMs < atMs ? range.startMs : atMs - lengthMs;
  return { startMs, endMs: atMs };
}
