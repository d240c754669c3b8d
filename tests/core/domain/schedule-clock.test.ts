// Schedules against a twin that looks at the clock on the wall minute by minute, over days of 23, 24 and 25 hours.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { IANAZone } from "luxon";
import { type HolidayRule, isHoliday, weekdayOf } from "../../../core/domain/calendar-date.ts";
import { ScheduleClock, wallMinutes } from "../../../core/domain/schedule-clock.ts";
import type { Place } from "../../../core/domain/sun.ts";
import {
  isOverMidnight,
  type Period,
  readTime,
  scheduleProblems,
  type WeekSchedule,
} from "../../../core/domain/week-schedule.ts";
import { processorMs } from "../../../core/testing/processor-time.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** Spring and autumn of zones with whole, half and odd steps, and a date line that was crossed. */
const CHANGES: readonly (readonly [string, string, Place])[] = [
  ["Europe/Berlin", "2026-03-29", { latitude: 52.5, longitude: 13.4 }],
  ["Europe/Berlin", "2026-10-25", { latitude: 52.5, longitude: 13.4 }],
  ["America/New_York", "2026-11-01", { latitude: 40.7, longitude: -74 }],
  ["Australia/Lord_Howe", "2026-04-05", { latitude: -31.5, longitude: 159 }],
  ["Australia/Lord_Howe", "2026-10-04", { latitude: -31.5, longitude: 159 }],
  ["Africa/Cairo", "2026-04-24", { latitude: 30, longitude: 31.2 }],
  ["Asia/Kathmandu", "2026-06-01", { latitude: 27.7, longitude: 85.3 }],
  ["Pacific/Apia", "2011-12-30", { latitude: -13.8, longitude: -171.8 }],
  ["Europe/Oslo", "2026-12-31", { latitude: 69.6, longitude: 18.9 }],
];

function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function randomWeek(next: () => number): WeekSchedule {
  const days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "holiday"];
  const time = (): string => {
    const kind = next();
    if (kind < 0.1) return `sunrise${["", "+30", "-45"][Math.floor(next() * 3)]}`;
    if (kind < 0.2) return `sunset${["", "+90", "-15"][Math.floor(next() * 3)]}`;
    const minutes = kind < 0.6 ? Math.floor(next() * 240) : Math.floor(next() * 1_440);
    return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
  };
  const week: Record<string, Period[]> = {};
  for (const day of days) {
    if (day === "holiday" && next() < 0.5) continue;
    week[day] = [];
    for (let tries = Math.floor(next() * 5); tries > 0; tries -= 1) {
      const added = { ...week, [day]: [...week[day], { from: time(), to: time() }] };
      if (scheduleProblems(added).length === 0) Object.assign(week, added);
    }
  }
  return week;
}

/** What the clock on the wall shows. */
function wallOf(zone: string): (atMs: number) => { readonly day: number; readonly minutes: number } {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    ...{ year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric" },
  });
  return (atMs) => {
    const parts = Object.fromEntries(
      format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]),
    );
    const { year = 0, month = 0, day = 0, hour = 0, minute = 0 } = parts;
    return { day: Date.UTC(year, month - 1, day) / DAY_MS, minutes: hour * 60 + minute };
  };
}

/** On if a period of today, or what is left of one of yesterday, holds what the clock on the wall shows. */
function isOnByTwin(
  week: WeekSchedule,
  context: ConstructorParameters<typeof ScheduleClock>[1],
  wall: { readonly day: number; readonly minutes: number },
): boolean {
  return [0, 1].some((back) => {
    const day = wall.day - back;
    const isFree = week.holiday !== undefined && context.holidays.some((rule) => isHoliday(rule, day));
    const periods = (isFree ? week.holiday : week[weekdayOf(day)]) ?? [];
    const minutes = wall.minutes + back * 1_440;
    return periods.some(({ from, to }) => {
      const [start, end] = [readTime(from), readTime(to)];
      assert.ok(start !== undefined && end !== undefined);
      const later = isOverMidnight(start, end) ? 1 : 0;
      const first = wallMinutes(start.base, day, context);
      const last = wallMinutes(end.base, day + later, context);
      assert.ok(first !== undefined && last !== undefined);
      return minutes >= first + start.minutes && minutes < last + end.minutes + later * 1_440;
    });
  });
}

describe("a schedule", () => {
  for (const [zone, date, place] of CHANGES) {
    it(`is on when the clock on the wall in ${zone} says so, around ${date}`, () => {
      const next = random(date.length + zone.length * 31 + Date.parse(date) / DAY_MS);
      const wall = wallOf(zone);
      const iana = IANAZone.create(zone);
      const holidays: HolidayRule[] = [{ by: "date", from: date, to: date }];
      for (let round = 0; round < 4; round += 1) {
        const week = randomWeek(next);
        const context = { offsetMinutes: (atMs: number) => iana.offset(atMs), holidays, place };
        const clock = new ScheduleClock(week, context);
        const startMs = Date.parse(date) - DAY_MS;
        let lastMs: number | undefined;
        let before: boolean | undefined;
        for (let atMs = startMs; atMs < startMs + 3 * DAY_MS; atMs += MINUTE_MS) {
          const isOn = isOnByTwin(week, context, wall(atMs));
          const told = `${new Date(atMs).toISOString()} in ${JSON.stringify(week)}`;
          assert.equal(clock.isOn(atMs), isOn, told);
          if (before !== undefined && before !== isOn) {
            assert.equal(clock.nextChange(lastMs ?? startMs), atMs, `after ${lastMs}: ${told}`);
            lastMs = atMs;
          }
          before = isOn;
        }
      }
    });
  }

  const berlin = IANAZone.create("Europe/Berlin");
  const inBerlin = { offsetMinutes: (atMs: number) => berlin.offset(atMs), holidays: [], place: undefined };
  const at = (iso: string) => Date.parse(iso);

  it("has two hours in the hour that comes twice, and none in the one that is left out", () => {
    const clock = new ScheduleClock({ sunday: [{ from: "02:00", to: "03:00" }] }, inBerlin);
    const hours = (from: string, to: string) =>
      clock.spans(at(from), at(to)).reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0) / 3_600_000;
    assert.equal(hours("2026-03-28T12:00Z", "2026-03-30T12:00Z"), 0);
    assert.equal(hours("2026-10-24T12:00Z", "2026-10-26T12:00Z"), 2);
    assert.equal(hours("2026-06-06T12:00Z", "2026-06-08T12:00Z"), 1);
  });

  it("never changes where it is on all the time or never, and says so", () => {
    const all = [{ from: "00:00", to: "24:00" }];
    const [sunday, monday, tuesday, wednesday, thursday, friday, saturday] = Array(7).fill(all);
    const always = { sunday, monday, tuesday, wednesday, thursday, friday, saturday };
    assert.equal(new ScheduleClock(always, inBerlin).nextChange(at("2026-01-01T00:00Z")), undefined);
    assert.equal(new ScheduleClock({}, inBerlin).nextChange(at("2026-01-01T00:00Z")), undefined);
    const clock = new ScheduleClock(
      { holiday: all },
      {
        ...inBerlin,
        holidays: [{ by: "day-of-year", from: "12-24", to: "12-26" }],
      },
    );
    assert.equal(clock.nextChange(at("2026-01-01T00:00Z")), at("2026-12-23T23:00Z"));
    assert.equal(clock.nextChange(at("2026-12-24T00:00Z")), at("2026-12-26T23:00Z"));
  });

  it("answers for moments in any order, as after a step of the clock", () => {
    const clock = new ScheduleClock({ monday: [{ from: "22:00", to: "06:00" }] }, inBerlin);
    assert.equal(clock.isOn(at("2026-06-01T21:00Z")), true);
    assert.equal(clock.isOn(at("1999-01-01T00:00Z")), false);
    assert.equal(clock.isOn(at("2026-06-02T03:59Z")), true);
    assert.equal(clock.isOn(at("2026-06-02T04:00Z")), false);
  });

  it("answers fast enough to be asked with every event", () => {
    const clock = new ScheduleClock({ monday: [{ from: "22:00", to: "06:00" }] }, inBerlin);
    const startMs = at("2026-06-01T00:00Z");
    clock.isOn(startMs);
    const took = processorMs(() => {
      for (let n = 0; n < 100_000; n += 1) clock.isOn(startMs + n * 5_000);
    });
    assert.ok(took < 2_000, `${took} ms: 20 µs each at the very most`);
  });
});

describe("what a schedule may not be", () => {
  const problems = (week: Record<string, Period[]>) => scheduleProblems(week).map(({ path }) => path);
  it("names the place of overlapping periods, over midnight and from Sunday to Monday too", () => {
    const from = (start: string, to: string) => ({ from: start, to });
    assert.deepEqual(problems({ monday: [from("08:00", "12:00"), from("11:59", "13:00")] }), ["/monday/1"]);
    assert.deepEqual(problems({ monday: [from("11:59", "13:00"), from("08:00", "12:00")] }), ["/monday/0"]);
    assert.deepEqual(problems({ monday: [from("08:00", "12:00"), from("12:00", "13:00")] }), []);
    assert.deepEqual(problems({ monday: [from("22:00", "06:00")], tuesday: [from("05:00", "07:00")] }), [
      "/tuesday/0",
    ]);
    assert.deepEqual(problems({ sunday: [from("22:00", "06:00")], monday: [from("05:00", "07:00")] }), [
      "/monday/0",
    ]);
    assert.deepEqual(problems({ friday: [from("sunset", "sunrise"), from("20:00", "21:00")] }), [
      "/friday/1",
    ]);
  });
  it("knows what is no time, and what never lasts", () => {
    for (const bad of ["", "8:00", "25:00", "24:01", "noon", "sunset+361", "sunset+", "sunrise +5"])
      assert.deepEqual(problems({ monday: [{ from: bad, to: "12:00" }] }), ["/monday/0/from"], bad);
    assert.deepEqual(problems({ monday: [{ from: "12:00", to: "12:00" }] }), ["/monday/0"]);
    assert.deepEqual(problems({ monday: [{ from: "24:00", to: "12:00" }] }), ["/monday/0/from"]);
    assert.deepEqual(problems({ monday: [{ from: "00:00", to: "24:00" }] }), []);
  });
});
