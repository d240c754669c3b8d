// The smallest and the largest object that count, as frames over the picture: dragged about to compare them with something,
// and made larger or smaller at their corner, by pointer, touch or arrow keys.
import { useEffect, useRef, useState } from "preact/hooks";
import { type MessageKey, t } from "../../locale/messages.ts";
import { percentOf, sideOf } from "../../parts/cell-area.ts";

/** In per cent of the picture. */
export interface Sizes {
  readonly smallestPercent: number;
  readonly largestPercent: number;
}
type Which = keyof Sizes;

/** Keys are quick one after the other: what they come to is told once. */
const TELL_MS = 400;
const LEAST_PERCENT = 0.05;
const STEP = 1.08;

export function SizeFrames(props: { readonly sizes: Sizes; readonly onChange: (sizes: Sizes) => void }) {
  const [shown, setShown] = useState(props.sizes);
  const [refused, setRefused] = useState<MessageKey | undefined>(undefined);
  const timer = useRef<number | undefined>(undefined);
  const latest = useRef(shown);
  useEffect(() => {
    if (timer.current !== undefined) return;
    latest.current = props.sizes;
    setShown(props.sizes);
  }, [props.sizes.smallestPercent, props.sizes.largestPercent]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const put = (which: Which, percent: number): void => {
    const { smallestPercent, largestPercent } = latest.current;
    const rounded = percentOf(sideOf(percent));
    const isSmallest = which === "smallestPercent";
    if (isSmallest && rounded > largestPercent) setRefused("detection.size.tooLarge");
    else if (!isSmallest && rounded < Math.max(smallestPercent, LEAST_PERCENT))
      setRefused(rounded < smallestPercent ? "detection.size.tooSmall" : "detection.size.least");
    else setRefused(undefined);
    latest.current = isSmallest
      ? { smallestPercent: Math.min(Math.max(0, rounded), largestPercent), largestPercent }
      : { smallestPercent, largestPercent: Math.max(rounded, smallestPercent, LEAST_PERCENT) };
    setShown(latest.current);
  };
  const tell = (): void => {
    clearTimeout(timer.current);
    timer.current = undefined;
    const { smallestPercent, largestPercent } = latest.current;
    if (smallestPercent !== props.sizes.smallestPercent || largestPercent !== props.sizes.largestPercent)
      props.onChange(latest.current);
  };
  const tellSoon = (): void => {
    clearTimeout(timer.current);
    timer.current = window.setTimeout(tell, TELL_MS);
  };
  return (
    <div class="size-frames">
      {(["largestPercent", "smallestPercent"] as const).map((which) => (
        <Frame
          key={which}
          which={which}
          percent={shown[which]}
          onSize={(percent) => put(which, percent)}
          onDone={tell}
          onKey={(percent) => {
            put(which, percent);
            tellSoon();
          }}
        />
      ))}
      <p class="size-refusal" role="status">
        {refused === undefined ? "" : t(refused, { percent: LEAST_PERCENT })}
      </p>
    </div>
  );
}

function Frame(props: {
  readonly which: Which;
  readonly percent: number;
  readonly onSize: (percent: number) => void;
  readonly onDone: () => void;
  readonly onKey: (percent: number) => void;
}) {
  const { which, percent } = props;
  const isSmallest = which === "smallestPercent";
  const side = sideOf(percent);
  // Where it lies is for the eye alone, and kept nowhere.
  const [middle, setMiddle] = useState({ x: isSmallest ? 0.25 : 0.5, y: 0.5 });
  const grip = useRef<{ readonly x: number; readonly y: number; readonly sizes: boolean } | undefined>(
    undefined,
  );
  const left = Math.min(1 - side, Math.max(0, middle.x - side / 2));
  const top = Math.min(1 - side, Math.max(0, middle.y - side / 2));
  const placeOf = (event: PointerEvent): { x: number; y: number } => {
    const target = event.currentTarget;
    const box =
      target instanceof Element ? target.closest(".size-frames")?.getBoundingClientRect() : undefined;
    if (box === undefined) return { x: 0, y: 0 };
    return { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
  };
  const down = (event: PointerEvent, sizes: boolean): void => {
    if (event.button !== 0) return;
    event.stopPropagation();
    if (event.currentTarget instanceof Element) event.currentTarget.setPointerCapture(event.pointerId);
    const { x, y } = placeOf(event);
    grip.current = sizes ? { x: left, y: top, sizes } : { x: x - left, y: y - top, sizes };
  };
  const move = (event: PointerEvent): void => {
    if (grip.current === undefined) return;
    event.stopPropagation();
    const { x, y } = placeOf(event);
    if (grip.current.sizes) {
      const next = Math.min(1, Math.max(x - grip.current.x, y - grip.current.y, 0));
      setMiddle({ x: grip.current.x + next / 2, y: grip.current.y + next / 2 });
      props.onSize(percentOf(next));
    } else setMiddle({ x: x - grip.current.x + side / 2, y: y - grip.current.y + side / 2 });
  };
  const up = (): void => {
    const was = grip.current;
    grip.current = undefined;
    if (was?.sizes === true) props.onDone();
  };
  const name = t(isSmallest ? "detection.size.smallest" : "detection.size.largest");
  return (
    <div
      class={`size-frame ${isSmallest ? "smallest" : "largest"}`}
      style={{
        left: `${100 * left}%`,
        top: `${100 * top}%`,
        width: `${100 * side}%`,
        height: `${100 * side}%`,
      }}
      onPointerDown={(event) => down(event, false)}
      onPointerMove={move}
      onPointerUp={up}
      onPointerCancel={up}
    >
      <span class="size-name">
        {name} {percent} %
      </span>
      <span
        class="size-corner"
        role="slider"
        tabIndex={0}
        aria-label={name}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
        aria-valuetext={`${percent} %`}
        onPointerDown={(event) => down(event, true)}
        onPointerMove={move}
        onPointerUp={up}
        onPointerCancel={up}
        onKeyDown={(event) => {
          const next = stepped(event.key, percent);
          if (next === undefined) return;
          event.preventDefault();
          props.onKey(next);
        }}
      />
    </div>
  );
}

function stepped(key: string, percent: number): number | undefined {
  if (key === "ArrowUp" || key === "ArrowRight")
    return Math.max(percent + LEAST_PERCENT, percent * STEP ** 2);
  if (key === "ArrowDown" || key === "ArrowLeft")
    return Math.min(percent - LEAST_PERCENT, percent / STEP ** 2);
  if (key === "Home") return 0;
  return key === "End" ? 100 : undefined;
}
