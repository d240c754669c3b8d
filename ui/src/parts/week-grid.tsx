// The grid of a week: periods are painted and wiped by dragging, also over several days, or with the keys; below it a day's
// periods are written to the minute and copied to others. What painting means: week-periods.ts.
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../locale/messages.ts";
import { Segmented } from "./controls.tsx";
import { WeekDay } from "./week-day.tsx";
import {
  clockText,
  DAY_MINUTES,
  isPainted,
  paint,
  type Span,
  spansOf,
  tailsOf,
  WEEK_ROWS,
  type Week,
  type WeekRow,
  WHOLE_WEEK,
  wipe,
} from "./week-periods.ts";
import { rowNames, rowText } from "./week-words.ts";

/** Dragging goes in steps of these minutes, keys in steps of those. */
const DRAG_STEP = 15;
const KEY_STEP = 30;
const HOUR = 60;
const HOURS = [0, 3, 6, 9, 12, 15, 18, 21, 24];
const MOST_UNDONE = 50;

interface Drag {
  readonly isPainting: boolean;
  readonly rows: readonly [number, number];
  readonly minutes: readonly [number, number];
  /** Nothing was drawn yet: it may be a click. */
  readonly isStill: boolean;
}

/** The grid and its fields; `undefined` means all the time. */
export function WeekGrid(props: {
  readonly label: string;
  readonly hint?: string;
  readonly week: Week | undefined;
  readonly onChange: (week: Week | undefined) => void;
}) {
  const { week, onChange } = props;
  const [undone, setUndone] = useState<readonly (Week | undefined)[]>([]);
  const [kept, setKept] = useState<Week>(week ?? WHOLE_WEEK);
  const change = (next: Week | undefined): void => {
    if (JSON.stringify(next) === JSON.stringify(week)) return;
    setUndone([...undone, week].slice(-MOST_UNDONE));
    if (week !== undefined) setKept(week);
    onChange(next);
  };
  const undo = (): void => {
    if (undone.length === 0) return;
    setUndone(undone.slice(0, -1));
    onChange(undone.at(-1));
  };
  return (
    <fieldset class="week">
      <legend>{props.label}</legend>
      <Segmented
        label={props.label}
        value={week === undefined ? "always" : "times"}
        choices={[
          { value: "always", text: t("week.always") },
          { value: "times", text: t("week.times") },
        ]}
        onChoose={(choice) => change(choice === "always" ? undefined : (week ?? kept))}
      />
      {props.hint === undefined ? null : <p class="field-note">{props.hint}</p>}
      {week === undefined ? null : (
        <Painted week={week} onChange={change} onUndo={undone.length === 0 ? undefined : undo} />
      )}
    </fieldset>
  );
}

function Painted(props: {
  readonly week: Week;
  readonly onChange: (week: Week) => void;
  readonly onUndo: (() => void) | undefined;
}) {
  const { week, onChange } = props;
  const [day, setDay] = useState<WeekRow>("monday");
  const [drag, setDrag] = useState<Drag | undefined>(undefined);
  const [at, setAt] = useState({ row: 0, minute: 480 });
  const tracks = useRef<HTMLDivElement>(null);
  const names = rowNames("long");
  const short = rowNames("short");
  const shown = drag === undefined ? week : drawn(week, drag);
  useEffect(() => {
    if (drag === undefined) return;
    const give = (event: KeyboardEvent): void => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      setDrag(undefined);
    };
    addEventListener("keydown", give, true);
    return () => removeEventListener("keydown", give, true);
  }, [drag === undefined]);
  const placeOf = (event: PointerEvent): { row: number; minute: number } => {
    const box = tracks.current?.getBoundingClientRect() ?? new DOMRect(0, 0, 1, 1);
    const part = (value: number, from: number, length: number, end: number): number =>
      Math.min(end, Math.max(0, ((value - from) / length) * end));
    return {
      row: Math.min(
        WEEK_ROWS.length - 1,
        Math.floor(part(event.clientY, box.top, box.height, WEEK_ROWS.length)),
      ),
      minute: part(event.clientX, box.left, box.width, DAY_MINUTES),
    };
  };
  const begin = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    const { row, minute } = placeOf(event);
    tracks.current?.setPointerCapture(event.pointerId);
    const start = Math.min(DAY_MINUTES - DRAG_STEP, snapped(minute, Math.floor));
    setAt({ row, minute: start });
    setDrag({
      isPainting: !isPainted(week, rowAt(row), Math.floor(minute)),
      rows: [row, row],
      minutes: [start, start + DRAG_STEP],
      isStill: true,
    });
  };
  const move = (event: PointerEvent): void => {
    if (drag === undefined) return;
    const { row, minute } = placeOf(event);
    const start = at.minute;
    const isBack = minute < start;
    const minutes: [number, number] = isBack
      ? [snapped(minute, Math.floor), start + DRAG_STEP]
      : [start, Math.max(start + DRAG_STEP, snapped(minute, Math.ceil))];
    const isSame = row === drag.rows[1] && minutes[0] === drag.minutes[0] && minutes[1] === drag.minutes[1];
    if (!isSame) setDrag({ ...drag, rows: [at.row, row], minutes, isStill: false });
  };
  const end = (): void => {
    if (drag === undefined) return;
    setDrag(undefined);
    const row = rowAt(at.row);
    setDay(row);
    if (!drag.isStill) onChange(drawn(week, drag));
    else if (drag.isPainting) {
      const hour = Math.floor(at.minute / HOUR) * HOUR;
      onChange(paint(week, [row], hour, hour + HOUR));
    }
  };
  const step = (event: KeyboardEvent): void => {
    const row = rowAt(at.row);
    const steps: Readonly<Record<string, readonly [number, number]>> = {
      ArrowLeft: [0, -KEY_STEP],
      ArrowRight: [0, KEY_STEP],
      ArrowUp: [-1, 0],
      ArrowDown: [1, 0],
      Home: [0, -DAY_MINUTES],
      End: [0, DAY_MINUTES],
    };
    const found = steps[event.key];
    if (found !== undefined) {
      const next = {
        row: Math.min(WEEK_ROWS.length - 1, Math.max(0, at.row + found[0])),
        minute: Math.min(DAY_MINUTES - KEY_STEP, Math.max(0, snapped(at.minute, Math.floor) + found[1])),
      };
      setAt(next);
      setDay(rowAt(next.row));
    } else if (event.key === " ") {
      const act = isPainted(week, row, at.minute) ? wipe : paint;
      onChange(act(week, [row], at.minute, Math.min(DAY_MINUTES, at.minute + KEY_STEP)));
    } else return;
    event.preventDefault();
  };
  const here = rowAt(at.row);
  const [low, high] = drag?.minutes ?? [at.minute, Math.min(DAY_MINUTES, at.minute + KEY_STEP)];
  const told = t(isPainted(shown, here, at.minute) ? "week.at.on" : "week.at.off", {
    day: names[here],
    from: clockText(low),
    to: clockText(high),
  });
  return (
    <>
      <div class="week-grid">
        <div class="week-hours" aria-hidden="true">
          {HOURS.map((hour) => (
            <span key={hour} style={{ left: `${(100 * hour) / 24}%` }}>
              {hour}
            </span>
          ))}
        </div>
        <div class="week-days">
          {WEEK_ROWS.map((row) => (
            <button
              key={row}
              type="button"
              aria-pressed={row === day}
              title={`${names[row]}: ${rowText(week, row)}`}
              onClick={() => {
                setDay(row);
                setAt({ ...at, row: WEEK_ROWS.indexOf(row) });
              }}
            >
              {short[row]}
            </button>
          ))}
        </div>
        <div
          ref={tracks}
          class="week-tracks"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: it is painted by keyboard too
          tabIndex={0}
          role="application"
          aria-label={t("week.grid")}
          onPointerDown={begin}
          onPointerMove={move}
          onPointerUp={end}
          onPointerCancel={() => setDrag(undefined)}
          onKeyDown={step}
        >
          {WEEK_ROWS.map((row, index) => (
            <div key={row} class={`week-track${row === day ? " chosen" : ""}`}>
              {row === "holiday" && shown.holiday === undefined ? (
                <span class="week-same">{t("week.holiday.same")}</span>
              ) : null}
              {tailsOf(shown, row).map((span) => (
                <Bar key={`t${span.period.from}`} span={span} isTail />
              ))}
              {spansOf(shown, row).map((span) => (
                <Bar key={span.period.from} span={span} />
              ))}
              {index === at.row ? (
                <span
                  class="week-here"
                  style={{
                    left: `${(100 * at.minute) / DAY_MINUTES}%`,
                    width: `${(100 * KEY_STEP) / DAY_MINUTES}%`,
                  }}
                />
              ) : null}
            </div>
          ))}
        </div>
      </div>
      <p class="week-told" role="status">
        {told}
      </p>
      <p class="field-note">{t("week.hint")}</p>
      <div class="week-buttons">
        <button type="button" class="button" disabled={props.onUndo === undefined} onClick={props.onUndo}>
          {t("undo")}
        </button>
        <button
          type="button"
          class="button"
          onClick={() =>
            onChange(week.holiday === undefined ? WHOLE_WEEK : { ...WHOLE_WEEK, holiday: week.holiday })
          }
        >
          {t("week.all")}
        </button>
        <button
          type="button"
          class="button"
          onClick={() => onChange(week.holiday === undefined ? {} : { holiday: week.holiday })}
        >
          {t("week.none")}
        </button>
      </div>
      {isNever(week) ? <p class="week-never">{t("week.never")}</p> : null}
      <WeekDay week={week} row={day} names={names} onChange={onChange} />
    </>
  );
}

function Bar({ span, isTail = false }: { readonly span: Span; readonly isTail?: boolean }) {
  const end = Math.min(span.end, DAY_MINUTES);
  const names = ["week-bar"];
  if (isTail) names.push("tail");
  if (span.end > DAY_MINUTES) names.push("on");
  if (span.isSun) names.push("sun");
  return (
    <span
      class={names.join(" ")}
      style={{
        left: `${(100 * span.start) / DAY_MINUTES}%`,
        width: `${(100 * (end - span.start)) / DAY_MINUTES}%`,
      }}
    />
  );
}

function drawn(week: Week, { isPainting, rows: [from, to], minutes }: Drag): Week {
  const rows = WEEK_ROWS.slice(Math.min(from, to), Math.max(from, to) + 1);
  return (isPainting ? paint : wipe)(week, rows, minutes[0], minutes[1]);
}

function snapped(minute: number, round: (value: number) => number): number {
  return round(minute / DRAG_STEP) * DRAG_STEP;
}

function rowAt(index: number): WeekRow {
  return WEEK_ROWS[index] ?? "monday";
}

function isNever(week: Week): boolean {
  return WEEK_ROWS.every((row) => (week[row] ?? []).length === 0);
}
