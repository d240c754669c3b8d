// Lets a picture be enlarged in its box: two fingers, Ctrl and wheel (a trackpad's pinch comes as that), dragging, a double
// tap back, keys and buttons. Moves nothing by itself, so there is no motion to reduce.
import { type ReadonlySignal, useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useShortcuts } from "../state/shortcuts.ts";
import {
  type Frame,
  movedBy,
  NO_ZOOM,
  type Point,
  pinched,
  transformOf,
  within,
  ZOOM_STEP,
  zoomedAt,
} from "./picture-zoom.ts";

/** Pixels of a wheel that make one step; a trackpad sends many small ones. */
const WHEEL_PIXELS = 100;
const FINGERS = 2;

export interface PictureZoom {
  readonly scale: ReadonlySignal<number>;
  /** By steps, around the middle; fewer than none reduces. */
  readonly step: (steps: number) => void;
  readonly reset: () => void;
}

/**
 * `box` holds the picture and is what is enlarged; the element around it takes the gestures and hides what is beyond. Off: the
 * picture is as it was. `aspect`: width of the picture by its height.
 */
export function usePictureZoom(
  box: RefObject<HTMLElement | null>,
  options: { readonly isOn: boolean; readonly aspect: number | undefined },
): PictureZoom {
  const { isOn, aspect } = options;
  const scale = useSignal(1);
  const zoom = useRef(NO_ZOOM);
  const shape = useRef(aspect);
  shape.current = aspect;
  const frame = (): Frame => ({
    width: box.current?.offsetWidth ?? 0,
    height: box.current?.offsetHeight ?? 0,
    aspect: shape.current,
  });
  const show = (next: typeof NO_ZOOM): void => {
    zoom.current = next;
    scale.value = next.scale;
    if (box.current === null) return;
    box.current.style.transformOrigin = "0 0";
    box.current.style.transform = transformOf(next);
  };
  const step = (steps: number): void => {
    const { width, height } = frame();
    show(zoomedAt(zoom.current, ZOOM_STEP ** steps, { x: width / 2, y: height / 2 }, frame()));
  };
  const reset = (): void => show(NO_ZOOM);

  useEffect(() => {
    const around = box.current?.parentElement;
    if (!isOn || around === null || around === undefined) return;
    const fingers = new Map<number, Point>();
    let dragged = false;
    const at = (event: PointerEvent | WheelEvent): Point => {
      const { left, top } = around.getBoundingClientRect();
      return { x: event.clientX - left, y: event.clientY - top };
    };
    const isControl = (event: Event): boolean =>
      event.target instanceof Element && event.target.closest("button, a, select, input") !== null;
    const wheel = (event: WheelEvent): void => {
      // Without Ctrl the wheel scrolls the page.
      if (!event.ctrlKey) return;
      event.preventDefault();
      const pixels =
        event.deltaMode === WheelEvent.DOM_DELTA_PIXEL
          ? event.deltaY
          : Math.sign(event.deltaY) * WHEEL_PIXELS;
      show(zoomedAt(zoom.current, ZOOM_STEP ** (-pixels / WHEEL_PIXELS), at(event), frame()));
    };
    const down = (event: PointerEvent): void => {
      if (isControl(event) || event.button !== 0 || fingers.size >= FINGERS) return;
      fingers.set(event.pointerId, at(event));
      dragged = false;
    };
    const move = (event: PointerEvent): void => {
      const from = fingers.get(event.pointerId);
      if (from === undefined) return;
      if (event.buttons === 0) {
        // Let go of beyond the edge, where nobody told us.
        fingers.delete(event.pointerId);
        return;
      }
      const before = [...fingers.values()];
      const to = at(event);
      fingers.set(event.pointerId, to);
      if (fingers.size === FINGERS) show(pinched(zoom.current, before, [...fingers.values()], frame()));
      else if (zoom.current.scale > 1) show(movedBy(zoom.current, to.x - from.x, to.y - from.y, frame()));
      else return;
      // From here on it is ours, also beyond the edge.
      if (!dragged) around.setPointerCapture(event.pointerId);
      dragged = true;
    };
    const up = (event: PointerEvent): void => void fingers.delete(event.pointerId);
    const touch = (event: TouchEvent): void => {
      // One finger on a picture that is not enlarged scrolls the page, as anywhere.
      if ((event.touches.length > 1 || zoom.current.scale > 1) && event.cancelable && !isControl(event))
        event.preventDefault();
    };
    const twice = (event: MouseEvent): void => {
      if (zoom.current.scale === 1 || isControl(event)) return;
      event.stopPropagation();
      reset();
    };
    const size = new ResizeObserver(() => show(within(zoom.current, frame())));
    size.observe(around);
    around.addEventListener("wheel", wheel, { passive: false });
    around.addEventListener("pointerdown", down);
    around.addEventListener("pointermove", move);
    around.addEventListener("pointerup", up);
    around.addEventListener("pointercancel", up);
    around.addEventListener("touchmove", touch, { passive: false });
    // Before the tile hears of it, for which two taps mean something else.
    around.addEventListener("dblclick", twice, { capture: true });
    return () => {
      size.disconnect();
      around.removeEventListener("wheel", wheel);
      around.removeEventListener("pointerdown", down);
      around.removeEventListener("pointermove", move);
      around.removeEventListener("pointerup", up);
      around.removeEventListener("pointercancel", up);
      around.removeEventListener("touchmove", touch);
      around.removeEventListener("dblclick", twice, { capture: true });
      reset();
    };
  }, [isOn]);
  useShortcuts(
    () =>
      isOn
        ? [
            { keys: ["+", "="], shown: "+", text: "keys.zoomIn", run: () => step(1) },
            { keys: ["-"], shown: "-", text: "keys.zoomOut", run: () => step(-1) },
            { keys: ["0"], shown: "0", text: "keys.zoomReset", run: reset },
          ]
        : [],
    [isOn],
  );
  return { scale, step, reset };
}
