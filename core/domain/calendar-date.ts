// Dates of the calendar without a time zone, counted in days since 1970-01-01, and the holidays that are given as dates,
// as days of a year, or as weekdays of a month (manual 7.11).

export const WEEKDAYS = [
  "sunday",
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
] as const;
export type Weekday = (typeof WEEKDAYS)[number];

const DAY_MS = 86_400_000;

/** `week`: 1 to 4, or 5 for the last. */
export interface WeekdayOfMonth {
  readonly month: number;
  readonly week: number;
  readonly weekday: Weekday;
}

/** When a holiday is, both ends included. Those without a year come back every year, and may run over New Year. */
export type HolidayRule =
  | { readonly by: "date"; readonly from: string; readonly to: string }
  | { readonly by: "day-of-year"; readonly from: string; readonly to: string }
  | { readonly by: "weekday-of-month"; readonly from: WeekdayOfMonth; readonly to: WeekdayOfMonth };

/** The day of an ISO date; undefined if there is no such date. */
export function dayOfDate(iso: string): number | undefined {
  const ms = Date.parse(`${iso}T00:00:00Z`);
  if (Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== iso) return undefined;
  return ms / DAY_MS;
}

export function weekdayOf(day: number): Weekday {
  return WEEKDAYS[(((day + 4) % 7) + 7) % 7] ?? "sunday";
}

/** True if the day is one of the holiday's. */
export function isHoliday(rule: HolidayRule, day: number): boolean {
  switch (rule.by) {
    case "date": {
      const [from, to] = [dayOfDate(rule.from), dayOfDate(rule.to)];
      return from !== undefined && to !== undefined && day >= from && day <= to;
    }
    case "day-of-year":
      return isBetween(new Date(day * DAY_MS).toISOString().slice(5, 10), rule.from, rule.to);
    case "weekday-of-month": {
      const year = new Date(day * DAY_MS).getUTCFullYear();
      return isBetween(day, dayOfWeekdayOfMonth(year, rule.from), dayOfWeekdayOfMonth(year, rule.to));
    }
  }
}

/** Where `from` is later than `to`, the range runs over New Year. */
function isBetween<T extends string | number>(value: T, from: T, to: T): boolean {
  return from <= to ? value >= from && value <= to : value >= from || value <= to;
}

function dayOfWeekdayOfMonth(year: number, { month, week, weekday }: WeekdayOfMonth): number {
  const wanted = WEEKDAYS.indexOf(weekday);
  if (week === 5) {
    const last = new Date(Date.UTC(year, month, 0));
    return last.getTime() / DAY_MS - ((last.getUTCDay() - wanted + 7) % 7);
  }
  const first = new Date(Date.UTC(year, month - 1, 1));
  return first.getTime() / DAY_MS + ((wanted - first.getUTCDay() + 7) % 7) + (week - 1) * 7;
}
