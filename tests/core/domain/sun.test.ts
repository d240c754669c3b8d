import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { dayOfDate, isHoliday, weekdayOf } from "../../../core/domain/calendar-date.ts";
import { sunTimes } from "../../../core/domain/sun.ts";

describe("the sun", () => {
  // As almanacs print it, in UTC.
  for (const [place, latitude, longitude, date, sunrise, sunset] of [
    ["London", 51.51, -0.13, "2026-12-21", "08:04", "15:54"],
    ["Berlin", 52.52, 13.4, "2026-06-21", "02:43", "19:33"],
    ["New York", 40.71, -74.01, "2026-03-20", "11:00", "23:08"],
    ["Quito", -0.18, -78.47, "2026-09-23", "11:03", "23:10"],
  ] as const) {
    it(`rises and sets over ${place} when an almanac says so, give or take two minutes`, () => {
      const times = sunTimes(Date.parse(date), { latitude, longitude });
      assert.ok(typeof times === "object");
      for (const [ms, clock] of [
        [times.sunriseMs, sunrise],
        [times.sunsetMs, sunset],
      ] as const) {
        const off = Math.abs(ms - Date.parse(`${date}T${clock}:00Z`)) / 60_000;
        assert.ok(off <= 2.5, `${new Date(ms).toISOString()} is not ${clock}`);
      }
    });
  }
  it("does not set in a polar summer, nor rise in a polar winter", () => {
    const tromso = { latitude: 69.65, longitude: 18.96 };
    assert.equal(sunTimes(Date.parse("2026-06-21"), tromso), "up");
    assert.equal(sunTimes(Date.parse("2026-12-21"), tromso), "down");
    assert.equal(sunTimes(Date.parse("2026-12-21"), { latitude: -90, longitude: 0 }), "up");
  });
});

describe("holidays", () => {
  const on = (rule: Parameters<typeof isHoliday>[0], date: string) => isHoliday(rule, dayOfDate(date) ?? 0);
  it("are dates of one year, days of every year, over New Year and on 29 February, or weekdays of months", () => {
    const once = { by: "date", from: "2026-12-24", to: "2027-01-01" } as const;
    assert.deepEqual(
      [on(once, "2026-12-31"), on(once, "2027-01-02"), on(once, "2027-12-25")],
      [true, false, false],
    );
    const yearly = { by: "day-of-year", from: "12-24", to: "01-01" } as const;
    assert.deepEqual(
      [on(yearly, "2031-01-01"), on(yearly, "2031-12-24"), on(yearly, "2031-06-01")],
      [true, true, false],
    );
    const leap = { by: "day-of-year", from: "02-29", to: "02-29" } as const;
    assert.deepEqual(
      [on(leap, "2028-02-29"), on(leap, "2027-02-28"), on(leap, "2027-03-01")],
      [true, false, false],
    );
    const thanksgiving = { month: 11, week: 4, weekday: "thursday" } as const;
    const rule = { by: "weekday-of-month", from: thanksgiving, to: thanksgiving } as const;
    assert.deepEqual(
      [on(rule, "2026-11-26"), on(rule, "2027-11-25"), on(rule, "2026-11-19")],
      [true, true, false],
    );
    const memorial = { month: 5, week: 5, weekday: "monday" } as const;
    const last = { by: "weekday-of-month", from: memorial, to: memorial } as const;
    assert.deepEqual(
      [on(last, "2026-05-25"), on(last, "2027-05-31"), on(last, "2027-05-24")],
      [true, true, false],
    );
  });
  it("know dates that there are, and weekdays", () => {
    assert.equal(dayOfDate("2027-02-29"), undefined);
    assert.equal(dayOfDate("1970-01-01"), 0);
    assert.deepEqual([weekdayOf(0), weekdayOf(-1), weekdayOf(3)], ["thursday", "wednesday", "sunday"]);
  });
});
