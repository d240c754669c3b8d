// Times, spans, rates and sizes as people read them.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  dateText,
  daysIn,
  leadingBlanks,
  monthAfter,
  monthOf,
} from "../src/pages/playback/calendar-month.ts";
import { momentOf } from "../src/pages/playback/moment.ts";
import {
  briefText,
  clockTime,
  clockTimeMs,
  dateKey,
  dayStartMs,
  rateText,
  sizeText,
  spanText,
  weekdayNames,
  zoneOffsetMs,
} from "../src/state/time-format.ts";

describe("times", () => {
  const moment = Date.parse("2026-11-22T23:32:08.240Z");

  it("are shown in the zone asked for, in 24 hours", () => {
    assert.equal(clockTime(moment, "UTC"), "23:32:08");
    assert.equal(clockTime(moment, "Europe/Berlin"), "00:32:08");
    assert.equal(clockTimeMs(moment, "UTC"), "23:32:08.240");
    assert.equal(dateKey(moment, "Europe/Berlin"), "2026-11-23");
  });

  it("know when a day begins, also on the days when the clock changes", () => {
    assert.equal(
      new Date(dayStartMs("2026-10-25", "Europe/Berlin")).toISOString(),
      "2026-10-24T22:00:00.000Z",
    );
    assert.equal(
      new Date(dayStartMs("2026-10-26", "Europe/Berlin")).toISOString(),
      "2026-10-25T23:00:00.000Z",
    );
    assert.equal(
      new Date(dayStartMs("2026-03-29", "America/New_York")).toISOString(),
      "2026-03-29T04:00:00.000Z",
    );
    assert.equal(zoneOffsetMs(moment, "Asia/Kolkata"), 5.5 * 3_600_000);
  });

  it("come from the address as ISO 8601 or milliseconds, and from nothing else", () => {
    assert.equal(momentOf("2026-11-22T23:32:08.240Z"), moment);
    assert.equal(momentOf(String(moment)), moment);
    assert.equal(momentOf("yesterday"), undefined);
    assert.equal(momentOf(null), undefined);
  });
});

describe("quantities", () => {
  it("are short", () => {
    assert.deepEqual([12.4, 999, 4180].map(briefText), ["12 ms", "999 ms", "4.2 s"]);
    assert.equal(spanText(93_600), "1 d 2 h");
    assert.equal(spanText(68), "1 min 8 s");
    assert.equal(spanText(0), "0 s");
    assert.equal(spanText(3600), "1 h");
    assert.equal(rateText(4120), "4.1 Mbit/s");
    assert.equal(rateText(640), "640 kbit/s");
    assert.equal(sizeText(1_234_000_000), "1.2 GB");
    assert.equal(sizeText(0), "0 B");
  });
});

describe("calendar", () => {
  it("lays months out from Monday", () => {
    assert.equal(leadingBlanks({ year: 2026, month: 11 }), 6);
    assert.equal(daysIn({ year: 2028, month: 2 }), 29);
    assert.equal(weekdayNames("en")[0], "M");
  });

  it("turns over years", () => {
    assert.deepEqual(monthAfter({ year: 2026, month: 12 }, 1), { year: 2027, month: 1 });
    assert.deepEqual(monthAfter({ year: 2026, month: 1 }, -1), { year: 2025, month: 12 });
    assert.equal(dateText({ year: 2026, month: 2 }, 3), "2026-02-03");
    assert.deepEqual(monthOf("2026-02-03"), { year: 2026, month: 2 });
  });
});
