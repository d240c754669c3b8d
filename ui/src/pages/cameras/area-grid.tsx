// The area that counts, drawn on the camera's picture as a grid of 22 by 18 cells: dragging over cells adds them, or takes them
// away where it began on one that counts. By keyboard: arrows move, space changes a cell.
import { useEffect, useRef, useState } from "preact/hooks";
import { addressOf } from "../../api/client.ts";
import type { Camera } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";

const COLUMNS = 22;
const ROWS = 18;
const PICTURE_MS = 2_000;

interface Area {
  readonly columns: number;
  readonly rows: number;
  readonly cells: string;
}

/** The grid; `null` means all of the picture. */
export function AreaGrid(props: {
  readonly camera: Camera;
  readonly area: Area | undefined;
  readonly onChange: (area: Area | null) => void;
}) {
  const [cells, setCells] = useState<readonly boolean[]>(() => cellsOf(props.area));
  const [at, setAt] = useState(0);
  const [moment, setMoment] = useState(0);
  const drawing = useRef<boolean | undefined>(undefined);
  const latest = useRef(cells);
  useEffect(() => {
    if (drawing.current !== undefined) return;
    latest.current = cellsOf(props.area);
    setCells(latest.current);
  }, [props.area?.cells]);
  useEffect(() => {
    const timer = setInterval(() => setMoment(Date.now()), PICTURE_MS);
    return () => clearInterval(timer);
  }, []);
  const put = (next: readonly boolean[]): void => {
    latest.current = next;
    setCells(next);
  };
  const tell = (): void => props.onChange(areaOf(latest.current));
  const draw = (cell: number): void => {
    const value = drawing.current;
    if (value === undefined || latest.current[cell] === value) return;
    put(latest.current.map((old, index) => (index === cell ? value : old)));
  };
  const cellUnder = (event: PointerEvent & { readonly currentTarget: HTMLElement }): number => {
    const box = event.currentTarget.getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) / box.width) * COLUMNS);
    const row = Math.floor(((event.clientY - box.top) / box.height) * ROWS);
    return clamp(row, ROWS) * COLUMNS + clamp(column, COLUMNS);
  };
  const end = (): void => {
    if (drawing.current === undefined) return;
    drawing.current = undefined;
    tell();
  };
  const count = cells.filter(Boolean).length;
  const picture = addressOf("GET /cameras/{id}/snapshot.jpg", {
    path: { id: props.camera.id },
    query: { width: 640 },
  });
  return (
    <div class="field">
      <span>{t("detection.area")}</span>
      <div
        class="area-grid"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it is drawn in by keyboard too
        tabIndex={0}
        role="application"
        aria-label={t("detection.area.label", { count, all: COLUMNS * ROWS })}
        onPointerDown={(event) => {
          event.preventDefault();
          event.currentTarget.setPointerCapture(event.pointerId);
          const cell = cellUnder(event);
          drawing.current = !latest.current[cell];
          setAt(cell);
          draw(cell);
        }}
        onPointerMove={(event) => draw(cellUnder(event))}
        onPointerUp={end}
        onPointerCancel={end}
        onKeyDown={(event) => {
          const step = STEPS[event.key];
          if (step !== undefined) {
            event.preventDefault();
            setAt((now) => moved(now, step));
          } else if (event.key === " ") {
            event.preventDefault();
            put(latest.current.map((old, index) => (index === at ? !old : old)));
            tell();
          }
        }}
      >
        <img src={moment === 0 ? picture : `${picture}&at-page=${moment}`} alt="" draggable={false} />
        <svg viewBox={`0 0 ${COLUMNS} ${ROWS}`} preserveAspectRatio="none" aria-hidden="true">
          {cells.map((isOn, cell) => (
            <rect
              key={cell}
              x={cell % COLUMNS}
              y={Math.floor(cell / COLUMNS)}
              width={1}
              height={1}
              class={`${isOn ? "on" : "off"}${cell === at ? " here" : ""}`}
            />
          ))}
        </svg>
      </div>
      <div class="area-buttons">
        <button
          type="button"
          class="button"
          onClick={() => {
            put(cells.map(() => true));
            tell();
          }}
        >
          {t("detection.area.all")}
        </button>
        <button
          type="button"
          class="button"
          onClick={() => {
            put(cells.map(() => false));
            tell();
          }}
        >
          {t("detection.area.none")}
        </button>
      </div>
      <p class="field-note">{t("detection.area.hint")}</p>
    </div>
  );
}

const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

function moved(cell: number, [across, down]: readonly [number, number]): number {
  const column = clamp((cell % COLUMNS) + across, COLUMNS);
  return clamp(Math.floor(cell / COLUMNS) + down, ROWS) * COLUMNS + column;
}

function clamp(value: number, end: number): number {
  return Math.min(end - 1, Math.max(0, value));
}

/** The cells of an area of any grid, in this one. */
function cellsOf(area: Area | undefined): boolean[] {
  return Array.from({ length: COLUMNS * ROWS }, (_, cell) => {
    if (area === undefined) return true;
    const column = Math.floor((((cell % COLUMNS) + 0.5) / COLUMNS) * area.columns);
    const row = Math.floor(((Math.floor(cell / COLUMNS) + 0.5) / ROWS) * area.rows);
    return area.cells[row * area.columns + column] === "1";
  });
}

function areaOf(cells: readonly boolean[]): Area | null {
  if (cells.every(Boolean)) return null;
  return { columns: COLUMNS, rows: ROWS, cells: cells.map((isOn) => (isOn ? "1" : "0")).join("") };
}
