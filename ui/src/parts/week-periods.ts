// Periods of a week as they are painted, wiped, written and copied: what comes out never overlaps, also over midnight, and is
// written as the recorder takes it. Pure. What periods mean: docs/guide/alarms.md; the grid: week-grid.tsx.

export interface Period {
  readonly from: string;
  readonly to: string;
}

export const WEEKDAYS = [
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
  "sunday",
] as const;
/** Rows of the grid: the days, and the one of holidays. */
export const WEEK_ROWS = [...WEEKDAYS, "holiday"] as const;
export type Weekday = (typeof WEEKDAYS)[number];
export type WeekRow = (typeof WEEK_ROWS)[number];
/** Periods by the day on which they begin. Without `holiday`, holidays are days like others. */
export type Week = { readonly [row in WeekRow]?: readonly Period[] };

/** A period in minutes of the day on which it begins; beyond 1440: over midnight. By the sun: as it stands in order. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly period: Period;
  readonly isSun: boolean;
}

export const DAY_MINUTES = 1_440;
const LARGEST_OFFSET = 360;
/** Most periods of a day that the recorder takes. */
export const MOST_PERIODS = 96;
/** What sunrise and sunset count as when periods are put in order. */
const NOMINAL = { sunrise: 360, sunset: 1_080 } as const;

/** The whole week. */
export const WHOLE_WEEK: Week = Object.fromEntries(
  WEEKDAYS.map((day) => [day, [{ from: "00:00", to: "24:00" }]]),
);

/** A time as people type it (`8`, `8:30`, `sunset+30`), as it is kept; undefined if it is none. */
export function timeOf(typed: string): string | undefined {
  const text = typed.trim().toLowerCase().replaceAll(" ", "");
  const clock = /^(\d{1,2})(?:[:.]?(\d{2}))?$/.exec(text);
  if (clock !== null) {
    const minutes = Number(clock[1]) * 60 + Number(clock[2] ?? 0);
    return Number(clock[2] ?? 0) < 60 && minutes <= DAY_MINUTES ? clockText(minutes) : undefined;
  }
  const sun = /^(?:sunrise|sunset)(?:[+-](\d{1,3}))?$/.exec(text);
  return sun === null || Number(sun[1] ?? 0) > LARGEST_OFFSET ? undefined : text;
}

/** 08:15; the end of a day is 24:00, what lies beyond it the time of the next. */
export function clockText(minutes: number): string {
  const shown = minutes > DAY_MINUTES ? minutes - DAY_MINUTES : minutes;
  return [Math.floor(shown / 60), shown % 60].map((part) => String(part).padStart(2, "0")).join(":");
}

/** The periods of one row, in order; what cannot be read is left out. */
export function spansOf(week: Week, row: WeekRow): Span[] {
  return (week[row] ?? []).flatMap((period) => spanOf(period) ?? []).sort((a, b) => a.start - b.start);
}

/** What reaches into a day from the one before. */
export function tailsOf(week: Week, row: WeekRow): Span[] {
  const before = neighbour(row, -1);
  if (before === undefined) return [];
  return spansOf(week, before)
    .filter(({ end }) => end > DAY_MINUTES)
    .map((span) => ({ ...span, start: 0, end: span.end - DAY_MINUTES }));
}

/** True if a minute of a row lies in a period, also one of the day before. */
export function isPainted(week: Week, row: WeekRow, minute: number): boolean {
  return [...spansOf(week, row), ...tailsOf(week, row)].some(
    ({ start, end }) => start <= minute && minute < end,
  );
}

/** Adds minutes to rows; what touches becomes one period. Periods by the sun stay as they are, and what they cover too. */
export function paint(week: Week, rows: readonly WeekRow[], from: number, to: number): Week {
  return rows.reduce((now, row) => {
    const own = spansOf(now, row);
    const isKept = ({ isSun }: Span): boolean => isSun;
    const fresh = without({ start: from, end: to }, [...own.filter(isKept), ...tailsOf(now, row)]);
    return put(now, row, [
      ...own.filter(isKept),
      ...merged([...own.filter((span) => !isKept(span)), ...fresh.map(clockSpan)]),
    ]);
  }, week);
}

/** Takes minutes away from rows. A period by the sun goes as a whole. */
export function wipe(week: Week, rows: readonly WeekRow[], from: number, to: number): Week {
  return rows.reduce((now, row) => {
    const before = neighbour(row, -1);
    const rest = wipeOwn(now, row, from, to);
    return before === undefined ? rest : wipeOwn(rest, before, from + DAY_MINUTES, to + DAY_MINUTES);
  }, week);
}

/** Gives rows the periods of another. What would reach into a day that has some of its own there ends before them. */
export function copyRow(week: Week, from: WeekRow, rows: readonly WeekRow[]): Week {
  const copied = rows.reduce<Week>((now, row) => put(now, row, spansOf(week, from)), week);
  return WEEKDAYS.reduce((now, day) => {
    const next = spansOf(now, neighbour(day, 1) ?? day)[0];
    const last = spansOf(now, day).at(-1);
    if (next === undefined || last === undefined || last.end - DAY_MINUTES <= next.start) return now;
    const cut = spansOf(now, day).slice(0, -1);
    // One by the sun cannot be cut: it would be another one.
    return put(now, day, last.isSun ? cut : [...cut, clockSpan({ ...last, end: DAY_MINUTES + next.start })]);
  }, copied);
}

/** What is wrong with a period that is written. */
export type PeriodProblem = "from" | "to" | "empty" | "overlap";

/** Puts a period in the place of the one at `index` of a row, or adds it there; or says what is wrong. */
export function writePeriod(
  week: Week,
  row: WeekRow,
  index: number,
  typed: Period,
): { readonly week: Week } | { readonly problem: PeriodProblem } {
  const [from, to] = [timeOf(typed.from), timeOf(typed.to)];
  if (from === undefined || from === "24:00") return { problem: "from" };
  if (to === undefined) return { problem: "to" };
  const span = spanOf({ from, to });
  if (span === undefined) return { problem: "empty" };
  const others = spansOf(week, row).filter((_, at) => at !== index);
  const next = neighbour(row, 1);
  const rest = put(week, row, others);
  const around = [
    ...others,
    ...tailsOf(rest, row),
    ...(next === undefined
      ? []
      : spansOf(rest, next).map(({ start, end }) => ({
          start: start + DAY_MINUTES,
          end: end + DAY_MINUTES,
        }))),
  ];
  if (around.some(({ start, end }) => span.start < end && start < span.end)) return { problem: "overlap" };
  return { week: put(week, row, [...others, span]) };
}

/** Takes the period at `index` of a row away. */
export function dropPeriod(week: Week, row: WeekRow, index: number): Week {
  return put(
    week,
    row,
    spansOf(week, row).filter((_, at) => at !== index),
  );
}

/** A period that has room in a row: the working day if it can be, else an hour, else what is free; undefined if nothing is. */
export function roomFor(week: Week, row: WeekRow): Period | undefined {
  const taken = [...spansOf(week, row), ...tailsOf(week, row)];
  const free = without({ start: 0, end: DAY_MINUTES }, taken);
  const day = free.find(({ start, end }) => start <= 480 && end >= 1_080);
  if (day !== undefined) return { from: "08:00", to: "18:00" };
  const longest = [...free].sort((a, b) => b.end - b.start - (a.end - a.start))[0];
  if (longest === undefined) return undefined;
  return clockSpan({ start: longest.start, end: Math.min(longest.end, longest.start + 60) }).period;
}

function spanOf(period: Period): Span | undefined {
  const [from, to] = [minutesOf(period.from), minutesOf(period.to)];
  if (from === undefined || to === undefined || period.from === period.to) return undefined;
  const isSun = `${period.from}${period.to}`.includes("sun");
  return { start: from, end: to <= from ? to + DAY_MINUTES : to, period, isSun };
}

function minutesOf(text: string): number | undefined {
  if (timeOf(text) !== text) return undefined;
  const sun = /^(sunrise|sunset)([+-]\d+)?$/.exec(text);
  if (sun !== null) return NOMINAL[sun[1] === "sunrise" ? "sunrise" : "sunset"] + Number(sun[2] ?? 0);
  return Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
}

interface Minutes {
  readonly start: number;
  readonly end: number;
}

function clockSpan({ start, end }: Minutes): Span {
  return { start, end, isSun: false, period: { from: clockText(start), to: clockText(end) } };
}

function without(range: Minutes, taken: readonly Minutes[]): Minutes[] {
  return taken.reduce<Minutes[]>(
    (left, { start, end }) =>
      left.flatMap((piece) =>
        [
          { start: piece.start, end: Math.min(piece.end, start) },
          { start: Math.max(piece.start, end), end: piece.end },
        ].filter((part) => part.start < part.end),
      ),
    [range],
  );
}

/** One period cannot be longer than a day, and a whole day begins at midnight: then two stay that touch. */
function merged(spans: readonly Span[]): Span[] {
  const done: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    const last = done.at(-1);
    const start = last?.start ?? 0;
    const end = Math.max(last?.end ?? 0, span.end);
    const fits = end - start < DAY_MINUTES || (start === 0 && end === DAY_MINUTES);
    if (last !== undefined && span.start <= last.end && fits) done.splice(-1, 1, clockSpan({ start, end }));
    else if (last !== undefined && span.start < last.end) {
      // The later one reaches into the next day and stays whole.
      done.splice(-1, 1, clockSpan({ start: last.start, end: span.start }), span);
    } else done.push(span);
  }
  return done;
}

function wipeOwn(week: Week, row: WeekRow, from: number, to: number): Week {
  const stays: Span[] = [];
  const moves: Minutes[] = [];
  for (const span of spansOf(week, row)) {
    if (span.end <= from || to <= span.start) stays.push(span);
    else if (!span.isSun)
      for (const piece of without(span, [{ start: from, end: to }])) {
        if (piece.start < DAY_MINUTES) stays.push(clockSpan(piece));
        else moves.push({ start: piece.start - DAY_MINUTES, end: piece.end - DAY_MINUTES });
      }
  }
  const next = neighbour(row, 1);
  const rest = put(week, row, stays);
  return next === undefined
    ? rest
    : moves.reduce((now, { start, end }) => paint(now, [next], start, end), rest);
}

function put(week: Week, row: WeekRow, spans: readonly Span[]): Week {
  const { [row]: _, ...rest } = week;
  if (spans.length === 0 && row !== "holiday") return rest;
  const periods = [...spans].sort((a, b) => a.start - b.start).map(({ period }) => period);
  return { ...rest, [row]: periods };
}

/** The day before or after; of holidays nobody knows it. */
function neighbour(row: WeekRow, step: 1 | -1): Weekday | undefined {
  return row === "holiday" ? undefined : WEEKDAYS[(WEEKDAYS.indexOf(row) + step + 7) % 7];
}
