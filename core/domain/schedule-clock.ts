// A week's schedule compiled for questions: on at a moment? until when? It is on whenever the clock on the wall shows a time
// within a period; so on a day of 25 hours the hour that comes twice counts twice, and on one of 23 the hour that is left out
// does not count. Pieces of time with one offset from UTC are walked one after the other, and what they give is kept.
import { type HolidayRule, isHoliday, weekdayOf } from "./calendar-date.ts";
import { type Place, sunTimes } from "./sun.ts";
import { DAY_MINUTES, isOverMidnight, type Period, readTime, type WeekSchedule } from "./week-schedule.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Zones change their offset far less often than this. */
const LOOK_MS = 6 * 3_600_000;
/** What is compiled at once. */
const PIECE_MS = 8 * DAY_MS;
/** Where a schedule does not change for so long it never does: holidays come back within a year. */
const HORIZON_MS = 400 * DAY_MS;

export interface ScheduleContext {
  /** Minutes that wall clocks are ahead of UTC at a moment. */
  readonly offsetMinutes: (atMs: number) => number;
  readonly holidays: readonly HolidayRule[];
  /** Needed where periods go by the sun; without it these are never on. */
  readonly place?: Place | undefined;
}

interface Span {
  readonly startMs: number;
  endMs: number;
}

/** One schedule in one zone. Make another when either changes. */
export class ScheduleClock {
  readonly #week: WeekSchedule;
  readonly #context: ScheduleContext;
  /** What is compiled: [#fromMs, #toMs), with the spans in it. */
  #fromMs = 0;
  #toMs = 0;
  #spans: Span[] = [];
  readonly #days = new Map<number, readonly (readonly [number, number])[]>();

  constructor(week: WeekSchedule, context: ScheduleContext) {
    this.#week = week;
    this.#context = context;
  }

  /** Whether it is on at a moment (milliseconds since the epoch). */
  isOn(atMs: number): boolean {
    this.#cover(atMs);
    return this.#spanAt(atMs) !== undefined;
  }

  /** The first moment after `atMs` at which it is otherwise; undefined if it stays so for more than a year. */
  nextChange(atMs: number): number | undefined {
    this.#cover(atMs);
    const isOn = this.#spanAt(atMs) !== undefined;
    for (let fromMs = this.#toMs - PIECE_MS; fromMs < atMs + HORIZON_MS; fromMs += PIECE_MS) {
      const spans = fromMs < this.#fromMs + PIECE_MS ? this.#spans : this.#compile(fromMs, fromMs + PIECE_MS);
      const edgeMs = isOn
        ? firstGap(spans, Math.max(atMs, fromMs), fromMs + PIECE_MS)
        : spans.find(({ startMs }) => startMs > atMs)?.startMs;
      if (edgeMs !== undefined) return edgeMs;
    }
    return undefined;
  }

  /** The spans that are on within [startMs, endMs), for pictures of a week. */
  spans(startMs: number, endMs: number): readonly { readonly startMs: number; readonly endMs: number }[] {
    return this.#compile(startMs, endMs);
  }

  #spanAt(atMs: number): Span | undefined {
    let [low, high] = [0, this.#spans.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#spans[middle]?.endMs ?? 0) <= atMs) low = middle + 1;
      else high = middle;
    }
    const span = this.#spans[low];
    return span !== undefined && span.startMs <= atMs ? span : undefined;
  }

  #cover(atMs: number): void {
    if (atMs >= this.#fromMs && atMs < this.#toMs) return;
    this.#fromMs = Math.floor(atMs / DAY_MS) * DAY_MS;
    this.#toMs = this.#fromMs + PIECE_MS;
    this.#spans = this.#compile(this.#fromMs, this.#toMs);
  }

  #compile(fromMs: number, toMs: number): Span[] {
    const spans: Span[] = [];
    for (let atMs = fromMs; atMs < toMs; ) {
      const offsetMs = this.#context.offsetMinutes(atMs) * MINUTE_MS;
      const endMs = this.#offsetEnd(atMs, toMs);
      const lastDay = Math.floor((endMs - 1 + offsetMs) / DAY_MS);
      // What begins on the day before may reach in.
      for (let day = Math.floor((atMs + offsetMs) / DAY_MS) - 1; day <= lastDay; day += 1) {
        for (const [first, last] of this.#periodsOf(day)) {
          const startMs = Math.max(atMs, day * DAY_MS + first * MINUTE_MS - offsetMs);
          const stopMs = Math.min(endMs, day * DAY_MS + last * MINUTE_MS - offsetMs);
          if (startMs < stopMs) spans.push({ startMs, endMs: stopMs });
        }
      }
      atMs = endMs;
    }
    this.#days.clear();
    return merged(spans);
  }

  /** Where the piece of time with the offset of `atMs` ends, at most `limitMs`. To the second: zones know nothing finer. */
  #offsetEnd(atMs: number, limitMs: number): number {
    const { offsetMinutes } = this.#context;
    const offset = offsetMinutes(atMs);
    for (let lookMs = atMs; lookMs < limitMs; ) {
      const nextMs = Math.min(limitMs, lookMs + LOOK_MS);
      if (offsetMinutes(nextMs) !== offset) {
        let [same, other] = [lookMs, nextMs];
        while (other - same > 1_000) {
          const middle = Math.floor((same + other) / 2_000) * 1_000;
          if (middle <= same) break;
          if (offsetMinutes(middle) === offset) same = middle;
          else other = middle;
        }
        return other;
      }
      lookMs = nextMs;
    }
    return limitMs;
  }

  /** The periods that begin on a day of the calendar, in minutes of the wall clock from its midnight on. */
  #periodsOf(day: number): readonly (readonly [number, number])[] {
    const known = this.#days.get(day);
    if (known !== undefined) return known;
    const { holidays } = this.#context;
    const holiday =
      this.#week.holiday !== undefined && holidays.some((rule) => isHoliday(rule, day))
        ? this.#week.holiday
        : undefined;
    const periods = (holiday ?? this.#week[weekdayOf(day)] ?? []).flatMap((period) => {
      const span = this.#minutesOf(period, day);
      return span === undefined ? [] : [span];
    });
    this.#days.set(day, periods);
    return periods;
  }

  #minutesOf({ from, to }: Period, day: number): readonly [number, number] | undefined {
    const [start, end] = [readTime(from), readTime(to)];
    if (start === undefined || end === undefined) return undefined;
    const later = isOverMidnight(start, end) ? 1 : 0;
    const first = wallMinutes(start.base, day, this.#context);
    const last = wallMinutes(end.base, day + later, this.#context);
    if (first === undefined || last === undefined) return undefined;
    const span = [first + start.minutes, last + end.minutes + later * DAY_MINUTES] as const;
    return span[0] < span[1] ? span : undefined;
  }
}

/**
 * Minutes of the wall clock from a day's midnight to its sunrise or sunset. Where the sun does not set it rises at the day's
 * beginning and sets at its end; where it does not rise it does both at noon. Undefined without a place.
 */
export function wallMinutes(
  base: "midnight" | "sunrise" | "sunset",
  day: number,
  { place, offsetMinutes }: Pick<ScheduleContext, "place" | "offsetMinutes">,
): number | undefined {
  if (base === "midnight") return 0;
  if (place === undefined) return undefined;
  const times = sunTimes(day * DAY_MS, place);
  if (times === "down") return DAY_MINUTES / 2;
  if (times === "up") return base === "sunrise" ? 0 : DAY_MINUTES;
  const atMs = base === "sunrise" ? times.sunriseMs : times.sunsetMs;
  return Math.round((atMs - day * DAY_MS) / MINUTE_MS) + offsetMinutes(atMs);
}

function firstGap(spans: readonly Span[], fromMs: number, toMs: number): number | undefined {
  let atMs = fromMs;
  for (const { startMs, endMs } of spans) {
    if (startMs > atMs) break;
    if (endMs > atMs) atMs = endMs;
  }
  return atMs < toMs ? atMs : undefined;
}

/** In order, without overlaps. */
function merged(spans: Span[]): Span[] {
  spans.sort((a, b) => a.startMs - b.startMs);
  const result: Span[] = [];
  for (const span of spans) {
    const last = result.at(-1);
    if (last !== undefined && span.startMs <= last.endMs) last.endMs = Math.max(last.endMs, span.endMs);
    else result.push({ ...span });
  }
  return result;
}
