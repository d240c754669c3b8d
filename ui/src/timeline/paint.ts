// Draws the timeline on a canvas: ruler, one lane per camera, hatched gaps, holes, a marked range, the playhead.
import type { RecordReason } from "../api/types.ts";
import { leadingReason, REASONS } from "../parts/reasons.ts";
import { clockTime, clockTimeMs, dayText } from "../state/time-format.ts";
import type { Lane } from "./coverage-store.ts";
import { gapsBetween, type Span, tickStep, ticks, type View, xAt } from "./geometry.ts";
import { paintTexture } from "./textures.ts";

export const RULER_HEIGHT = 24;
export const LANE_HEIGHT = 24;
const TRACK_HEIGHT = 14;
const PADLOCK_WIDTH = 14;

export interface Palette {
  readonly text: string;
  readonly faint: string;
  readonly line: string;
  readonly gap: string;
  readonly surface: string;
  readonly accent: string;
  readonly accentInk: string;
  readonly bad: string;
  readonly smart: string;
  /** What is written and drawn over the colours of reasons. */
  readonly chipInk: string;
  readonly reasons: Readonly<Record<RecordReason, string>>;
}

/** Reads the theme's colours from the page. */
export function readPalette(element: Element): Palette {
  const style = getComputedStyle(element);
  const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const reasons = Object.fromEntries(
    Object.entries(REASONS).map(([reason, { colour: name }]) => [reason, colour(name)]),
  ) as Record<RecordReason, string>;
  return {
    text: colour("text"),
    faint: colour("faint"),
    line: colour("line"),
    gap: colour("gap"),
    surface: colour("surface"),
    accent: colour("accent"),
    accentInk: colour("accent-ink"),
    bad: colour("bad"),
    smart: colour("smart"),
    chipInk: colour("chip-ink"),
    reasons,
  };
}

export interface Scene {
  readonly view: View;
  readonly width: number;
  readonly zone: string;
  readonly language: string;
  readonly lanes: readonly (Lane | undefined)[];
  readonly playheadMs: number | undefined;
  readonly pointerMs: number | undefined;
  readonly marked: Span | undefined;
  /** Moments that were searched for, of the first lane. */
  readonly moments: readonly Span[];
  readonly nowMs: number;
}

let hatch: { readonly colour: string; readonly pattern: CanvasPattern } | undefined;

function hatched(context: CanvasRenderingContext2D, colour: string): CanvasPattern | string {
  if (hatch?.colour === colour) return hatch.pattern;
  const tile = new OffscreenCanvas(8, 8);
  const pen = tile.getContext("2d");
  if (pen === null) return colour;
  pen.strokeStyle = colour;
  pen.lineWidth = 2;
  pen.beginPath();
  for (const offset of [-8, 0, 8]) {
    pen.moveTo(offset, 8);
    pen.lineTo(offset + 8, 0);
  }
  pen.stroke();
  const pattern = context.createPattern(tile, "repeat");
  if (pattern === null) return colour;
  hatch = { colour, pattern };
  return pattern;
}

/** Draws everything. The context is scaled to CSS pixels. */
export function paint(context: CanvasRenderingContext2D, palette: Palette, scene: Scene): void {
  const height = RULER_HEIGHT + scene.lanes.length * LANE_HEIGHT + 6;
  context.clearRect(0, 0, scene.width, height);
  paintRuler(context, palette, scene, height);
  for (const [index, lane] of scene.lanes.entries()) {
    paintLane(
      context,
      palette,
      scene,
      lane,
      RULER_HEIGHT + 2 + index * LANE_HEIGHT + (LANE_HEIGHT - TRACK_HEIGHT) / 2,
    );
  }
  paintMoments(context, palette, scene);
  if (scene.marked !== undefined) paintMarked(context, palette, scene, scene.marked, height);
  if (scene.pointerMs !== undefined) {
    const x = xAt(scene.view, scene.width, scene.pointerMs);
    context.fillStyle = palette.faint;
    context.fillRect(Math.round(x), RULER_HEIGHT, 1, height - RULER_HEIGHT);
  }
  paintPlayhead(context, palette, scene, height);
}

function paintRuler(context: CanvasRenderingContext2D, palette: Palette, scene: Scene, height: number): void {
  const step = tickStep(scene.view, scene.width);
  const label = playheadLabel(context, scene);
  context.font = "11px system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (const tick of ticks(scene.view, scene.width, scene.zone)) {
    const x = xAt(scene.view, scene.width, tick.timeMs);
    context.fillStyle = palette.line;
    context.fillRect(Math.round(x), RULER_HEIGHT - 4, 1, height - RULER_HEIGHT + 4);
    context.fillStyle = tick.midnight ? palette.text : palette.faint;
    const clock = clockTime(tick.timeMs, scene.zone);
    const text = tick.midnight
      ? dayText(tick.timeMs, scene.zone, scene.language).replace(/,? ?\d{4}年?/, "")
      : step < 1000
        ? clockTimeMs(tick.timeMs, scene.zone).slice(3)
        : step < 60_000
          ? clock
          : clock.slice(0, 5);
    // Half a label beside the playhead's would be misread.
    if (
      label === undefined ||
      Math.abs(x - label.middle) > label.half + context.measureText(text).width / 2 + 2
    )
      context.fillText(text, x, 10);
  }
}

function paintLane(
  context: CanvasRenderingContext2D,
  palette: Palette,
  scene: Scene,
  lane: Lane | undefined,
  y: number,
): void {
  const { view, width } = scene;
  const endMs = Math.min(view.startMs + view.spanMs, scene.nowMs);
  if (lane === undefined) {
    context.fillStyle = palette.line;
    context.fillRect(0, y, width, TRACK_HEIGHT);
    return;
  }
  const spans = lane.spans.filter(
    (span) => span.endMs > view.startMs && span.startMs < view.startMs + view.spanMs,
  );
  const pixelMs = view.spanMs / Math.max(1, width);
  context.fillStyle = hatched(context, palette.gap);
  for (const gap of gapsBetween(spans, { startMs: view.startMs, endMs }, pixelMs)) {
    const x = xAt(view, width, gap.startMs);
    context.fillRect(x, y, xAt(view, width, gap.endMs) - x, TRACK_HEIGHT);
  }
  for (const span of spans) {
    const reason = leadingReason(span.reasons);
    const x = Math.max(-2, xAt(view, width, span.startMs));
    const right = Math.min(width + 2, xAt(view, width, span.endMs));
    context.globalAlpha = reason === "continuous" ? 0.7 : 1;
    context.fillStyle = palette.reasons[reason];
    // Rounded outwards to a whole pixel, so that a short recording is still seen.
    context.fillRect(x, y, Math.max(1, right - x), TRACK_HEIGHT);
    context.globalAlpha = 1;
    const box = { x, y, width: right - x, height: TRACK_HEIGHT };
    paintTexture(context, palette.chipInk, palette.reasons[reason], reason, box);
  }
  context.fillStyle = palette.bad;
  for (const hole of lane.holes) {
    const x = xAt(view, width, hole.startMs);
    if (x < -2 || x > width) continue;
    context.fillRect(x, y + TRACK_HEIGHT - 3, Math.max(2, xAt(view, width, hole.endMs) - x), 3);
  }
  paintLocked(context, palette, scene, lane.locked, y);
}

/** A line above what is locked, and a padlock where it begins, as close as they stand apart. */
function paintLocked(
  context: CanvasRenderingContext2D,
  palette: Palette,
  scene: Scene,
  locked: readonly Span[],
  y: number,
): void {
  const { view, width } = scene;
  let free = Number.NEGATIVE_INFINITY;
  for (const span of locked) {
    const x = Math.max(0, xAt(view, width, span.startMs));
    const right = Math.min(width, xAt(view, width, span.endMs));
    if (right < 0 || x > width || right < x) continue;
    context.fillStyle = palette.text;
    context.fillRect(x, y - 3, Math.max(2, right - x), 2);
    // Of a short one the padlock stands in its middle, over what lies beside it.
    const left = right - x >= PADLOCK_WIDTH ? x : Math.max(0, (x + right - PADLOCK_WIDTH) / 2);
    if (left < free) continue;
    free = left + PADLOCK_WIDTH + 4;
    paintPadlock(context, palette, Math.round(left), y);
  }
}

function paintPadlock(context: CanvasRenderingContext2D, palette: Palette, x: number, y: number): void {
  context.fillStyle = palette.surface;
  context.fillRect(x, y, PADLOCK_WIDTH, TRACK_HEIGHT);
  context.fillStyle = palette.text;
  context.fillRect(x + 3, y + 6, 8, 6);
  context.strokeStyle = palette.text;
  context.lineWidth = 1.5;
  context.beginPath();
  context.arc(x + 7, y + 5, 2.5, Math.PI, 0);
  context.moveTo(x + 4.5, y + 5);
  context.lineTo(x + 4.5, y + 6.5);
  context.moveTo(x + 9.5, y + 5);
  context.lineTo(x + 9.5, y + 6.5);
  context.stroke();
}

/** A comb below the first lane: each moment at least so wide that it is seen. */
function paintMoments(
  context: CanvasRenderingContext2D,
  palette: Palette,
  { view, width, moments }: Scene,
): void {
  if (moments.length === 0) return;
  const y = RULER_HEIGHT + 2 + (LANE_HEIGHT + TRACK_HEIGHT) / 2 - 2;
  context.fillStyle = palette.surface;
  context.fillRect(0, y, width, 6);
  context.fillStyle = palette.smart;
  for (const moment of moments) {
    const x = xAt(view, width, moment.startMs);
    if (x > width) continue;
    context.fillRect(x, y + 1, Math.max(2, xAt(view, width, moment.endMs) - x), 5);
  }
}

function paintMarked(
  context: CanvasRenderingContext2D,
  palette: Palette,
  scene: Scene,
  marked: Span,
  height: number,
): void {
  const x = xAt(scene.view, scene.width, marked.startMs);
  const right = xAt(scene.view, scene.width, marked.endMs);
  context.globalAlpha = 0.22;
  context.fillStyle = palette.accent;
  context.fillRect(x, RULER_HEIGHT, right - x, height - RULER_HEIGHT);
  context.globalAlpha = 1;
  for (const edge of [x, right]) {
    context.fillRect(edge - 1, RULER_HEIGHT, 2, height - RULER_HEIGHT);
    context.fillRect(edge - 4, RULER_HEIGHT, 8, 8);
  }
}

const PLAYHEAD_FONT = "600 11px ui-monospace, Menlo, Consolas, monospace";

interface PlayheadLabel {
  readonly x: number;
  readonly text: string;
  readonly middle: number;
  readonly half: number;
}

/** Where the time of the playhead is written: inside as long as the playhead nearly is. */
function playheadLabel(context: CanvasRenderingContext2D, scene: Scene): PlayheadLabel | undefined {
  if (scene.playheadMs === undefined) return undefined;
  const x = xAt(scene.view, scene.width, scene.playheadMs);
  if (x < -40 || x > scene.width + 40) return undefined;
  const text = clockTime(scene.playheadMs, scene.zone);
  context.save();
  context.font = PLAYHEAD_FONT;
  const half = context.measureText(text).width / 2 + 6;
  context.restore();
  return { x, text, middle: Math.min(scene.width - half, Math.max(half, x)), half };
}

function paintPlayhead(
  context: CanvasRenderingContext2D,
  palette: Palette,
  scene: Scene,
  height: number,
): void {
  const label = playheadLabel(context, scene);
  if (label === undefined) return;
  const { x, text, middle, half } = label;
  context.fillStyle = palette.accent;
  context.fillRect(Math.round(x) - 1, 18, 2, height - 18);
  context.font = PLAYHEAD_FONT;
  context.beginPath();
  context.roundRect(middle - half, 1, half * 2, 18, 4);
  context.fill();
  context.fillStyle = palette.accentInk;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(text, middle, 10);
}
