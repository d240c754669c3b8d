// A grid of cells over a picture, to draw an area in: by pointer and touch a stroke adds cells, or takes them away where it
// began on one of the area; by keyboard arrows move, space changes a cell, Ctrl+Z takes back. Cells can be lit meanwhile.
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../locale/messages.ts";
import { COLUMNS, cellAt, cellBeside, cellsBetween, ROWS } from "./cell-area.ts";

const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

interface Stroke {
  readonly value: boolean;
  readonly last: number;
}

/** The grid; it fills the box that it lies in. `isQuiet`: what does not count is not darkened. */
export function CellGrid(props: {
  readonly label: string;
  readonly cells: readonly boolean[];
  readonly lit?: readonly boolean[] | undefined;
  readonly isQuiet?: boolean;
  readonly onChange: (cells: readonly boolean[]) => void;
  readonly onUndo?: (() => void) | undefined;
}) {
  const [drawn, setDrawn] = useState<readonly boolean[] | undefined>(undefined);
  const [at, setAt] = useState(0);
  // Said to whoever goes by keys: where they are, and whether that counts.
  const [isByKey, setByKey] = useState(false);
  const stroke = useRef<Stroke | undefined>(undefined);
  const latest = useRef(props.cells);
  useEffect(() => {
    if (stroke.current === undefined) latest.current = props.cells;
  }, [props.cells]);
  const cells = drawn ?? props.cells;
  const draw = (way: readonly number[], value: boolean): void => {
    const fresh = way.filter((cell) => latest.current[cell] !== value);
    if (fresh.length === 0) return;
    latest.current = latest.current.map((old, cell) => (fresh.includes(cell) ? value : old));
    setDrawn(latest.current);
  };
  const cellUnder = (event: PointerEvent & { readonly currentTarget: HTMLElement }): number => {
    const box = event.currentTarget.getBoundingClientRect();
    return cellAt((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  };
  const end = (isDone: boolean): void => {
    if (stroke.current === undefined) return;
    stroke.current = undefined;
    setDrawn(undefined);
    if (isDone) props.onChange(latest.current);
    else latest.current = props.cells;
  };
  return (
    <div
      class={`cell-grid${props.isQuiet === true ? " quiet" : ""}`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it is drawn in by keyboard too
      tabIndex={0}
      role="application"
      aria-label={props.label}
      onPointerDown={(event) => {
        if (event.button !== 0 || stroke.current !== undefined) return;
        setByKey(false);
        event.currentTarget.setPointerCapture(event.pointerId);
        const cell = cellUnder(event);
        const value = latest.current[cell] !== true;
        stroke.current = { value, last: cell };
        setAt(cell);
        draw([cell], value);
      }}
      onPointerMove={(event) => {
        if (stroke.current === undefined) return;
        const cell = cellUnder(event);
        const { value, last } = stroke.current;
        stroke.current = { value, last: cell };
        draw(cellsBetween(last, cell), value);
      }}
      onPointerUp={() => end(true)}
      onPointerCancel={() => end(false)}
      onKeyDown={(event) => {
        const step = STEPS[event.key];
        if (step !== undefined) setAt((now) => cellBeside(now, step));
        else if (event.key === " ") {
          latest.current = latest.current.map((old, cell) => (cell === at ? !old : old));
          props.onChange(latest.current);
        } else if (event.key === "z" && (event.ctrlKey || event.metaKey)) props.onUndo?.();
        else return;
        setByKey(true);
        // Keys of the page that the grid lies on are not meant.
        event.preventDefault();
        event.stopPropagation();
      }}
    >
      <span class="unseen" role="status">
        {isByKey
          ? t(cells[at] === true ? "cells.on" : "cells.off", {
              column: (at % COLUMNS) + 1,
              row: Math.floor(at / COLUMNS) + 1,
              count: cells.filter(Boolean).length,
              all: cells.length,
            })
          : ""}
      </span>
      <svg viewBox={`0 0 ${COLUMNS} ${ROWS}`} preserveAspectRatio="none" aria-hidden="true">
        {cells.map((isOn, cell) => (
          <rect
            key={cell}
            x={cell % COLUMNS}
            y={Math.floor(cell / COLUMNS)}
            width={1}
            height={1}
            class={`${isOn ? "on" : "off"}${props.lit?.[cell] === true ? " lit" : ""}${cell === at ? " here" : ""}`}
          />
        ))}
      </svg>
    </div>
  );
}
