// A week's periods as people write them (manual 7.4, 11.1): any number of them a day, over midnight, by sunrise and sunset,
// with a row for holidays; and what cannot be. What they mean: docs/guide/alarms.md. Compiled: schedule-clock.ts.
import type { Weekday } from "./calendar-date.ts";

/** `08:00` to `24:00`, `sunrise`, `sunset`, `sunset+30`, `sunrise-90` (minutes). */
export type PeriodTime = string;

export interface Period {
  readonly from: PeriodTime;
  /** Not included. At or before `from`: on the next day. */
  readonly to: PeriodTime;
}

/** Periods by the day on which they begin. Without `holiday`, holidays are days like others. */
export type WeekSchedule = Readonly<Partial<Record<Weekday | "holiday", readonly Period[]>>>;

/** A time of a day, read: minutes, counted from midnight, sunrise or sunset. */
export interface ReadTime {
  readonly base: "midnight" | "sunrise" | "sunset";
  readonly minutes: number;
}

const CLOCK = /^(?:([01]\d|2[0-3]):([0-5]\d)|24:00)$/;
const SUN = /^(sunrise|sunset)(?:([+-])(\d{1,3}))?$/;
/** As a schema has it. */
export const PERIOD_TIME_PATTERN =
  "^(?:(?:[01]\\d|2[0-3]):[0-5]\\d|24:00|(?:sunrise|sunset)(?:[+-]\\d{1,3})?)$";
export const DAY_MINUTES = 1_440;
/** Offsets beyond this would reach into another day. */
const LARGEST_OFFSET = 360;
/** What sunrise and sunset count as when periods are put in order. */
const NOMINAL = { midnight: 0, sunrise: 360, sunset: 1_080 } as const;
const IN_ORDER: readonly (keyof WeekSchedule)[] = [
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
  "sunday",
];

/** Reads a time; undefined if it is none. */
export function readTime(text: PeriodTime): ReadTime | undefined {
  const clock = CLOCK.exec(text);
  if (clock !== null)
    return {
      base: "midnight",
      minutes: text === "24:00" ? DAY_MINUTES : Number(clock[1]) * 60 + Number(clock[2]),
    };
  const sun = SUN.exec(text);
  if (sun === null) return undefined;
  const minutes = Number(`${sun[2] ?? ""}${sun[3] ?? "0"}`);
  if (Math.abs(minutes) > LARGEST_OFFSET) return undefined;
  return { base: sun[1] === "sunrise" ? "sunrise" : "sunset", minutes };
}

/** Where a time stands in a day for putting periods in order: sunrise counts as 6:00, sunset as 18:00. */
export function nominalMinutes({ base, minutes }: ReadTime): number {
  return NOMINAL[base] + minutes;
}

/** True if the period ends on the day after the one on which it begins. */
export function isOverMidnight(from: ReadTime, to: ReadTime): boolean {
  return nominalMinutes(to) <= nominalMinutes(from);
}

/** True if a period goes by the sun. */
export function needsSun(week: WeekSchedule): boolean {
  return Object.values(week).some((periods) =>
    (periods ?? []).some(({ from, to }) => [from, to].some((text) => text.startsWith("sun"))),
  );
}

export interface ScheduleProblem {
  /** JSON pointer below the schedule. */
  readonly path: string;
  readonly message: string;
}

/** Everything that is wrong: times that are none, empty periods, periods that overlap, also over midnight. */
export function scheduleProblems(week: WeekSchedule): ScheduleProblem[] {
  const problems: ScheduleProblem[] = [];
  const spans = new Map<string, Span[]>();
  for (const [day, periods] of Object.entries(week)) {
    const read: Span[] = [];
    (periods ?? []).forEach((period, index) => {
      const span = readSpan(period, `/${day}/${index}`, problems);
      if (span !== undefined) read.push(span);
    });
    read.sort((a, b) => a.start - b.start);
    spans.set(day, read);
    read.forEach((span, at) => {
      const before = read[at - 1];
      if (before !== undefined && span.start < before.end) problems.push(overlap(span, before, day));
    });
  }
  IN_ORDER.forEach((day, index) => {
    const next = IN_ORDER[(index + 1) % 7] ?? day;
    const last = spans.get(day)?.at(-1);
    const first = spans.get(next)?.[0];
    if (last !== undefined && first !== undefined && last.end - DAY_MINUTES > first.start)
      problems.push(overlap(first, last, day));
  });
  return problems;
}

interface Span {
  readonly path: string;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

function readSpan({ from, to }: Period, path: string, problems: ScheduleProblem[]): Span | undefined {
  const [start, end] = [readTime(from), readTime(to)];
  if (start === undefined || end === undefined || from === "24:00") {
    const message =
      "is not a time: write 08:00 to 24:00, sunrise, sunset, or these with an offset of at most 360 minutes, like sunset+30";
    problems.push({ path: `${path}/${end === undefined ? "to" : "from"}`, message });
    return undefined;
  }
  if (from === to) {
    problems.push({ path, message: "ends when it begins; the whole day is 00:00 to 24:00" });
    return undefined;
  }
  const first = nominalMinutes(start);
  const last = nominalMinutes(end) + (isOverMidnight(start, end) ? DAY_MINUTES : 0);
  return { path, text: `${from} to ${to}`, start: first, end: last };
}

function overlap(span: Span, before: Span, day: string): ScheduleProblem {
  return { path: span.path, message: `(${span.text}) overlaps ${before.text} of ${day}` };
}
