import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { NightjarError } from "../../../core/errors.ts";
import { calendarDays } from "../../../core/playback/calendar-days.ts";

const HOUR = 3_600 * 90_000;

function hours(from: string, to: string, timeZone: string): [string, number][] {
  return calendarDays(from, to, timeZone).map((day) => [day.date, (day.end90k - day.start90k) / HOUR]);
}

describe("calendar days", () => {
  it("are 23 and 25 hours long when Berlin's clocks change", () => {
    assert.deepEqual(hours("2026-03-28", "2026-03-30", "Europe/Berlin"), [
      ["2026-03-28", 24],
      ["2026-03-29", 23],
      ["2026-03-30", 24],
    ]);
    assert.deepEqual(hours("2026-10-25", "2026-10-25", "Europe/Berlin"), [["2026-10-25", 25]]);
  });

  it("begin at one o'clock where clocks change at midnight", () => {
    // Beirut, 2026-03-29: 00:00 becomes 01:00.
    assert.deepEqual(hours("2026-03-28", "2026-03-29", "Asia/Beirut"), [
      ["2026-03-28", 24],
      ["2026-03-29", 23],
    ]);
  });

  it("follow each other without gap over a year, half-hour zones included", () => {
    for (const zone of ["UTC", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Kathmandu"]) {
      const days = calendarDays("2026-01-01", "2026-12-31", zone);
      assert.equal(days.length, 365);
      for (let index = 1; index < days.length; index += 1) {
        assert.equal(days[index]?.start90k, days[index - 1]?.end90k, `${zone} ${days[index]?.date}`);
      }
    }
  });

  it("begin where the zone's midnight is", () => {
    assert.equal(
      calendarDays("2026-07-01", "2026-07-01", "Europe/Berlin")[0]?.start90k,
      Date.UTC(2026, 5, 30, 22) * 90,
    );
  });

  for (const [from, to, zone] of [
    ["2026-02-30", "2026-03-01", "UTC"],
    ["2026-3-1", "2026-03-02", "UTC"],
    ["2026-03-02", "2026-03-01", "UTC"],
    ["2020-01-01", "2026-01-01", "UTC"],
    ["2026-01-01", "2026-01-02", "Mars/Olympus"],
    ["now", "2026-01-02", "UTC"],
  ] as const) {
    it(`refuses ${from} to ${to} in ${zone}`, () => {
      assert.throws(
        () => calendarDays(from, to, zone),
        (error) => error instanceof NightjarError && error.code === "NJ_CALENDAR_RANGE",
      );
    });
  }
});
