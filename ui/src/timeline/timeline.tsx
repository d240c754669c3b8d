// The timeline as an element: a canvas that is dragged, wheeled, pinched and clicked. Knows nothing of players.
import { effect, type ReadonlySignal, type Signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { language, t } from "../locale/messages.ts";
import { themeChanged } from "../state/preferences.ts";
import { clockTime, dayText } from "../state/time-format.ts";
import { zone } from "../state/zone.ts";
import type { Lane } from "./coverage-store.ts";
import { panBy, type Span, timeAt, type View, xAt, zoomAbout } from "./geometry.ts";
import { HoverPicture } from "./hover-picture.ts";
import { LANE_HEIGHT, type Palette, paint, RULER_HEIGHT, readPalette } from "./paint.ts";

/** A press that moves less than this is a click. */
const CLICK_PX = 4;
const HANDLE_PX = 8;

interface Pointer {
  readonly startX: number;
  x: number;
  moved: boolean;
  readonly mode: "pan" | "mark-start" | "mark-end";
}

/** Lanes of `cameras` in order; `onSeek` is called on a click, and while the playhead is dragged. */
export function Timeline(props: {
  readonly cameras: readonly string[];
  readonly lanes: ReadonlySignal<ReadonlyMap<string, Lane>>;
  readonly view: Signal<View>;
  readonly playheadMs: ReadonlySignal<number | undefined>;
  readonly marked: Signal<Span | undefined>;
  /** Moments that were searched for, of the first camera. */
  readonly moments: ReadonlySignal<readonly Span[]>;
  readonly onSeek: (timeMs: number, camera: string | undefined) => void;
  /** Address of a small picture of a camera at a moment, for the one under the mouse. */
  readonly pictureOf: (camera: string, timeMs: number) => string;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { cameras, view, marked } = props;
  const key = cameras.join();
  const height = RULER_HEIGHT + cameras.length * LANE_HEIGHT + 6;

  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext("2d") ?? null;
    if (element === null || context === null) return;
    let width = element.clientWidth;
    let palette: Palette = readPalette(element);
    let pointerMs: number | undefined;
    let scheduled = 0;
    const draw = (): void => {
      scheduled = 0;
      const scale = devicePixelRatio;
      const wide = Math.round(width * scale);
      const high = Math.round(height * scale);
      if (element.width !== wide) element.width = wide;
      if (element.height !== high) element.height = high;
      context.setTransform(scale, 0, 0, scale, 0, 0);
      paint(context, palette, {
        view: view.peek(),
        width,
        zone: zone.peek(),
        language: language.peek(),
        lanes: cameras.map((camera) => props.lanes.peek().get(camera)),
        playheadMs: props.playheadMs.peek(),
        pointerMs,
        marked: marked.peek(),
        moments: props.moments.peek(),
        nowMs: Date.now(),
      });
    };
    const redraw = (): void => {
      if (scheduled === 0) scheduled = requestAnimationFrame(draw);
    };
    const stop = effect(() => {
      void [view.value, props.lanes.value, props.playheadMs.value, marked.value, zone.value, language.value];
      void props.moments.value;
      redraw();
    });
    const stopTheme = themeChanged.subscribe(() => {
      palette = readPalette(element);
      redraw();
    });
    const sizes = new ResizeObserver(() => {
      width = element.clientWidth;
      redraw();
    });
    sizes.observe(element);

    const hover = new HoverPicture((camera, timeMs) => props.pictureOf(camera, timeMs));
    const laneAt = (event: PointerEvent): string | undefined => {
      const y = event.clientY - element.getBoundingClientRect().top;
      return y < RULER_HEIGHT ? undefined : cameras[Math.floor((y - RULER_HEIGHT - 2) / LANE_HEIGHT)];
    };
    /** Over the ruler the first camera is meant, which is the one on show. */
    const showHover = (event: PointerEvent, timeMs: number): void => {
      const camera = laneAt(event) ?? cameras[0];
      const spans = camera === undefined ? undefined : props.lanes.peek().get(camera)?.spans;
      const isRecorded = spans?.some((span) => span.startMs <= timeMs && timeMs < span.endMs) === true;
      if (camera === undefined || !isRecorded || event.pointerType !== "mouse") hover.hide();
      else hover.point(camera, timeMs, event.clientX, element.getBoundingClientRect().top);
    };
    const pointers = new Map<number, Pointer>();
    const xOf = (event: { clientX: number }): number => event.clientX - element.getBoundingClientRect().left;
    const modeAt = (x: number): Pointer["mode"] => {
      const range = marked.peek();
      if (range === undefined) return "pan";
      if (Math.abs(xAt(view.peek(), width, range.startMs) - x) < HANDLE_PX) return "mark-start";
      return Math.abs(xAt(view.peek(), width, range.endMs) - x) < HANDLE_PX ? "mark-end" : "pan";
    };
    const down = (event: PointerEvent): void => {
      hover.hide();
      element.setPointerCapture(event.pointerId);
      const x = xOf(event);
      pointers.set(event.pointerId, { startX: x, x, moved: false, mode: modeAt(x) });
    };
    const move = (event: PointerEvent): void => {
      const x = xOf(event);
      const mine = pointers.get(event.pointerId);
      if (mine === undefined) {
        pointerMs = timeAt(view.peek(), width, x);
        element.title = `${dayText(pointerMs, zone.peek(), language.peek())} ${clockTime(pointerMs, zone.peek())}\n${new Date(pointerMs).toISOString()}`;
        showHover(event, pointerMs);
        redraw();
        return;
      }
      const before = mine.x;
      mine.x = x;
      if (Math.abs(x - mine.startX) > CLICK_PX) mine.moved = true;
      if (pointers.size === 2) {
        const other = [...pointers.entries()].find(([id]) => id !== event.pointerId)?.[1];
        if (other === undefined) return;
        const was = Math.max(10, Math.abs(before - other.x));
        const is = Math.max(10, Math.abs(x - other.x));
        mine.moved = true;
        other.moved = true;
        view.value = panBy(
          zoomAbout(view.peek(), width, (x + other.x) / 2, was / is),
          width,
          (x - before) / 2,
        );
      } else if (mine.mode === "pan") {
        if (mine.moved) view.value = panBy(view.peek(), width, x - before);
      } else {
        const range = marked.peek();
        if (range === undefined) return;
        const timeMs = timeAt(view.peek(), width, x);
        marked.value =
          mine.mode === "mark-start"
            ? { startMs: Math.min(timeMs, range.endMs - 1000), endMs: range.endMs }
            : { startMs: range.startMs, endMs: Math.max(timeMs, range.startMs + 1000) };
      }
    };
    const up = (event: PointerEvent): void => {
      const mine = pointers.get(event.pointerId);
      pointers.delete(event.pointerId);
      if (mine === undefined || mine.moved || event.type === "pointercancel") return;
      props.onSeek(timeAt(view.peek(), width, mine.x), laneAt(event));
    };
    const leave = (): void => {
      hover.hide();
      pointerMs = undefined;
      redraw();
    };
    const wheel = (event: WheelEvent): void => {
      event.preventDefault();
      const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
      if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        view.value = panBy(view.peek(), width, -(event.deltaX || event.deltaY) * unit);
      } else {
        view.value = zoomAbout(
          view.peek(),
          width,
          xOf(event),
          Math.exp(Math.max(-120, Math.min(120, event.deltaY * unit)) / 240),
        );
      }
    };
    element.addEventListener("pointerdown", down);
    element.addEventListener("pointermove", move);
    element.addEventListener("pointerup", up);
    element.addEventListener("pointercancel", up);
    element.addEventListener("pointerleave", leave);
    element.addEventListener("wheel", wheel, { passive: false });
    return () => {
      stop();
      hover.close();
      stopTheme();
      sizes.disconnect();
      cancelAnimationFrame(scheduled);
      element.removeEventListener("pointerdown", down);
      element.removeEventListener("pointermove", move);
      element.removeEventListener("pointerup", up);
      element.removeEventListener("pointercancel", up);
      element.removeEventListener("pointerleave", leave);
      element.removeEventListener("wheel", wheel);
    };
  }, [key, props.pictureOf]);

  return (
    <canvas
      ref={canvas}
      class="timeline-canvas"
      role="img"
      aria-label={t("timeline.label")}
      height={height}
      style={{ height: `${height}px` }}
    />
  );
}
