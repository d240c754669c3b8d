// The periods behind the grid of a week: held against a week of minutes, and against the recorder's own checks.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { scheduleProblems } from "../../core/domain/week-schedule.ts";
import {
  copyRow,
  DAY_MINUTES,
  dropPeriod,
  isPainted,
  paint,
  roomFor,
  spansOf,
  tailsOf,
  timeOf,
  WEEK_ROWS,
  WEEKDAYS,
  type Week,
  type WeekRow,
  WHOLE_WEEK,
  wipe,
  writePeriod,
} from "../src/parts/week-periods.ts";

/** Turns that are the same in each run. */
function turns(seed: number): (end: number) => number {
  let state = seed;
  return (end) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * end);
  };
}

const written = (week: Week, row: WeekRow, index: number, from: string, to: string): Week => {
  const result = writePeriod(week, row, index, { from, to });
  assert.ok("week" in result, JSON.stringify(result));
  return result.week;
};

describe("the periods of a week (manual 11.1)", () => {
  it("are what was painted and wiped, minute by minute, and never what the recorder would refuse", () => {
    const next = turns(7);
    let week: Week = { monday: [{ from: "22:00", to: "06:00" }], sunday: [{ from: "23:15", to: "04:00" }] };
    const minutes = new Map<WeekRow, Uint8Array>(
      WEEK_ROWS.map((row) => [
        row,
        Uint8Array.from({ length: DAY_MINUTES }, (_, minute) => (isPainted(week, row, minute) ? 1 : 0)),
      ]),
    );
    for (let turn = 0; turn < 60; turn += 1) {
      const first = next(WEEK_ROWS.length);
      const rows = WEEK_ROWS.slice(first, first + 1 + next(3));
      const from = 15 * next(95);
      const to = from + 15 * (1 + next((DAY_MINUTES - from) / 15));
      const isPainting = next(2) === 0;
      week = (isPainting ? paint : wipe)(week, rows, from, to);
      for (const row of rows) minutes.get(row)?.fill(isPainting ? 1 : 0, from, to);
      assert.deepEqual(scheduleProblems(week), [], JSON.stringify(week));
      for (const row of WEEK_ROWS) {
        for (let minute = 0; minute < DAY_MINUTES; minute += 15)
          assert.equal(isPainted(week, row, minute) ? 1 : 0, minutes.get(row)?.[minute], `${row} ${minute}`);
      }
    }
  });

  it("touching each other become one, but none becomes longer than a day", () => {
    assert.deepEqual(paint({ monday: [{ from: "08:00", to: "12:00" }] }, ["monday"], 720, 900), {
      monday: [{ from: "08:00", to: "15:00" }],
    });
    const week = paint({ monday: [{ from: "22:00", to: "06:00" }] }, ["monday"], 0, 1_320);
    assert.deepEqual(week.monday, [
      { from: "00:00", to: "22:00" },
      { from: "22:00", to: "06:00" },
    ]);
  });

  it("over midnight are split where the next day is wiped", () => {
    assert.deepEqual(wipe({ monday: [{ from: "22:00", to: "06:00" }] }, ["tuesday"], 120, 180), {
      monday: [{ from: "22:00", to: "02:00" }],
      tuesday: [{ from: "03:00", to: "06:00" }],
    });
    assert.deepEqual(wipe({ monday: [{ from: "22:00", to: "06:00" }] }, ["monday"], 1_200, 1_440), {
      tuesday: [{ from: "00:00", to: "06:00" }],
    });
    assert.equal(tailsOf({ sunday: [{ from: "22:00", to: "06:00" }] }, "monday")[0]?.end, 360);
  });

  it("by the sun are kept while others are painted over them, and go as a whole", () => {
    const week: Week = { friday: [{ from: "sunset", to: "sunrise" }] };
    assert.deepEqual(paint(week, ["friday"], 900, 1_200).friday, [
      { from: "15:00", to: "18:00" },
      { from: "sunset", to: "sunrise" },
    ]);
    assert.deepEqual(wipe(week, ["saturday"], 0, 60), {});
  });

  it("are copied to other days, ending where those begin", () => {
    const week: Week = {
      monday: [
        { from: "02:00", to: "03:00" },
        { from: "22:00", to: "06:00" },
      ],
    };
    const all = copyRow(week, "monday", WEEKDAYS.slice(1));
    assert.deepEqual(scheduleProblems(all), []);
    assert.deepEqual(all.tuesday?.[1], { from: "22:00", to: "02:00" });
    assert.deepEqual(copyRow(WHOLE_WEEK, "monday", ["holiday"]).holiday, [{ from: "00:00", to: "24:00" }]);
    assert.deepEqual(copyRow({}, "monday", ["holiday"]), { holiday: [] }, "none on holidays is a word too");
  });

  it("are written to the minute, by the sun and over midnight, and said to be wrong where they are", () => {
    let week: Week = written({}, "monday", 0, "8", "12.05");
    assert.deepEqual(week.monday, [{ from: "08:00", to: "12:05" }]);
    week = written(week, "monday", 1, "Sunset + 30", "06:00");
    assert.deepEqual(spansOf(week, "monday")[1]?.period, { from: "sunset+30", to: "06:00" });
    const problem = (row: WeekRow, index: number, from: string, to: string): unknown =>
      (writePeriod(week, row, index, { from, to }) as { problem?: unknown }).problem;
    assert.equal(problem("monday", 2, "12:00", "13:00"), "overlap");
    assert.equal(problem("tuesday", 0, "05:59", "13:00"), "overlap", "that of Monday reaches so far");
    assert.equal(problem("sunday", 0, "22:00", "08:01"), "overlap");
    assert.equal(problem("sunday", 0, "22:00", "08:00"), undefined);
    assert.equal(problem("monday", 0, "7", "12:05"), undefined, "itself is not in its way");
    assert.equal(problem("tuesday", 0, "24:00", "06:00"), "from");
    assert.equal(problem("tuesday", 0, "10:00", "25:00"), "to");
    assert.equal(problem("tuesday", 0, "10:00", "10:00"), "empty");
    assert.deepEqual(dropPeriod(week, "monday", 1).monday, [{ from: "08:00", to: "12:05" }]);
    for (const typed of ["8:60", "24:01", "sunset+361", "noon", ""])
      assert.equal(timeOf(typed), undefined, typed);
  });

  it("offers what is free", () => {
    assert.deepEqual(roomFor({}, "monday"), { from: "08:00", to: "18:00" });
    assert.deepEqual(roomFor({ monday: [{ from: "00:00", to: "23:30" }] }, "monday"), {
      from: "23:30",
      to: "24:00",
    });
    assert.equal(roomFor(WHOLE_WEEK, "monday"), undefined);
  });
});
