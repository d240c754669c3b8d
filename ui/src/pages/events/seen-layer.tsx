// Boxes, paths and names over a picture, which it covers exactly. Each line is light on dark, and each name on a ground of its
// own, so that they show on any picture; lines and letters are as thick and as large whatever size the picture has.
import { t } from "../../locale/messages.ts";
import { objectText } from "./object-words.ts";
import type { SeenMark } from "./seen-marks.ts";

/** Colours of objects in turn: in events.css. */
const COLOURS = 4;

/** The colour of an object, by its place among those of the event. */
export function seenColour(index: number): string {
  return `seen-${index % COLOURS}`;
}

/** A name stands above its box, but in it where there is no room above; from the right side of one at the right edge. */
const ROOM_ABOVE = 0.07;
const ROOM_BESIDE = 0.7;

export function SeenLayer({ marks }: { readonly marks: readonly SeenMark[] }) {
  const spoken = marks.toSorted((left, right) => Number(right.isShown) - Number(left.isShown));
  return (
    <>
      <svg class="seen-layer" role="img" aria-label={spoken.map(markText).join("; ")}>
        {marks.map((mark) => (
          <g key={mark.index} class={`${seenColour(mark.index)}${mark.isShown ? "" : " aside"}`}>
            <title>{markText(mark)}</title>
            <Way mark={mark} />
            {mark.box === undefined ? null : <Frame box={mark.box} />}
          </g>
        ))}
      </svg>
      {marks.map((mark) =>
        mark.box === undefined ? null : <Name key={mark.index} mark={mark} box={mark.box} />,
      )}
    </>
  );
}

function Way({ mark: { path } }: { readonly mark: SeenMark }) {
  const last = path.at(-1);
  if (last === undefined || path.length < 2) return null;
  const points = path.map((point) => point.join(",")).join(" ");
  return (
    <>
      <svg viewBox="0 0 1 1" preserveAspectRatio="none" width="100%" height="100%" aria-hidden="true">
        <polyline class="under" points={points} />
        <polyline class="over" points={points} />
      </svg>
      <circle class="dot" cx={percent(last[0])} cy={percent(last[1])} r="5" />
    </>
  );
}

type Box = NonNullable<SeenMark["box"]>;

function Frame({ box: { x, y, width, height } }: { readonly box: Box }) {
  const sides = { x: percent(x), y: percent(y), width: percent(width), height: percent(height) };
  return (
    <>
      <rect class="under" {...sides} />
      <rect class="over" {...sides} />
    </>
  );
}

function Name({ mark, box: { x, y, width } }: { readonly mark: SeenMark; readonly box: Box }) {
  const side = x > ROOM_BESIDE ? { right: percent(1 - x - width) } : { left: percent(x) };
  return (
    <span
      class={`seen-name ${seenColour(mark.index)}${y < ROOM_ABOVE ? " inside" : ""}`}
      style={{ ...side, top: percent(y) }}
      aria-hidden="true"
    >
      {objectText(mark.class)}
    </span>
  );
}

function markText({ class: name, score, box, path }: SeenMark): string {
  const what = `${objectText(name)} ${Math.round(score * 100)} %`;
  const [first, last] = [path[0], path.at(-1)];
  const said = [
    ...(box === undefined
      ? []
      : [t("events.seen.at", { object: what, ...place(box.x + box.width / 2, box.y + box.height / 2) })]),
    ...(first === undefined || last === undefined || path.length < 2
      ? []
      : [
          t("events.seen.way", {
            object: what,
            fromX: whole(first[0]),
            fromY: whole(first[1]),
            ...place(last[0], last[1]),
          }),
        ]),
  ];
  return said.join(". ");
}

function place(x: number, y: number): { readonly x: number; readonly y: number } {
  return { x: whole(x), y: whole(y) };
}

function whole(share: number): number {
  return Math.round(share * 100);
}

function percent(share: number): string {
  return `${Math.round(share * 10_000) / 100}%`;
}
