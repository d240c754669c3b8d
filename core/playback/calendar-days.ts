// Days as the recorder's time zone counts them, which are 23 or 25 hours long when clocks change.
import { DateTime } from "luxon";
import { time90kFromMs } from "../domain/time.ts";
import { NightjarError } from "../errors.ts";

/** A calendar day and the moments between which it lies, 90 kHz ticks since the epoch, the end exclusive. */
export interface CalendarDay {
  /** yyyy-mm-dd. */
  readonly date: string;
  readonly start90k: number;
  readonly end90k: number;
}

/** A calendar asks for a year at most. */
export const LONGEST_CALENDAR_DAYS = 400;

/**
 * The days `from` to `to` (both included, yyyy-mm-dd) in an IANA time zone. Throws `NJ_CALENDAR_RANGE`
 * (invalid-argument) for a date, zone or range that makes no sense.
 */
export function calendarDays(from: string, to: string, timeZone: string): CalendarDay[] {
  const first = dayOf(from, timeZone);
  const last = dayOf(to, timeZone);
  const count = Math.round(last.diff(first, "days").days) + 1;
  if (count < 1 || count > LONGEST_CALENDAR_DAYS) {
    throw rangeError(`a calendar spans 1 to ${LONGEST_CALENDAR_DAYS} days, this one ${count}`);
  }
  const days: CalendarDay[] = [];
  // Where clocks change at midnight a day begins at 01:00: startOf finds that moment.
  const startOf = (day: number): DateTime => first.plus({ days: day }).startOf("day");
  let start = startOf(0);
  for (let day = 1; day <= count; day += 1) {
    const end = startOf(day);
    days.push({
      date: String(start.toISODate()),
      start90k: time90kFromMs(start.toMillis()),
      end90k: time90kFromMs(end.toMillis()),
    });
    start = end;
  }
  return days;
}

function dayOf(date: string, timeZone: string): DateTime {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(date)
    ? DateTime.fromISO(date, { zone: timeZone })
    : DateTime.invalid("not a date");
  if (!day.isValid) {
    throw rangeError(`"${date.slice(0, 40)}" is not a day (yyyy-mm-dd) in the time zone ${timeZone}`);
  }
  return day;
}

function rangeError(message: string): NightjarError {
  return new NightjarError("NJ_CALENDAR_RANGE", "invalid-argument", message);
}
