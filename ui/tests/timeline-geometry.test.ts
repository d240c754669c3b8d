// The arithmetic of the timeline: zooming about the pointer, dragging, round ticks in any zone, gaps.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { grow, growthDelayMs } from "../src/timeline/coverage-store.ts";
import {
  centredOn,
  gapsBetween,
  keepInside,
  LONGEST_SPAN_MS,
  nextRecorded,
  panBy,
  SHORTEST_SPAN_MS,
  spanAt,
  tickStep,
  ticks,
  timeAt,
  withEnd,
  xAt,
  zoomAbout,
} from "../src/timeline/geometry.ts";
import { lockState } from "../src/timeline/lock-state.ts";

const HOUR = 3_600_000;
const view = { startMs: 1_000_000, spanMs: HOUR };

describe("timeline view", () => {
  it("turns pixels into moments and back", () => {
    assert.equal(timeAt(view, 1000, 250), 1_000_000 + HOUR / 4);
    assert.equal(xAt(view, 1000, 1_000_000 + HOUR / 4), 250);
  });

  it("keeps the moment under the pointer where it is while zooming", () => {
    for (const factor of [0.5, 2, 0.9]) {
      const zoomed = zoomAbout(view, 1000, 730, factor);
      assert.ok(Math.abs(timeAt(zoomed, 1000, 730) - timeAt(view, 1000, 730)) < 1e-3);
    }
  });

  it("zooms no closer than a second and no further than a week", () => {
    assert.equal(zoomAbout(view, 1000, 0, 1e-9).spanMs, SHORTEST_SPAN_MS);
    assert.equal(zoomAbout(view, 1000, 0, 1e9).spanMs, LONGEST_SPAN_MS);
  });

  it("shows what was earlier when dragged to the right", () => {
    assert.equal(panBy(view, 1000, 100).startMs, 1_000_000 - HOUR / 10);
  });

  it("follows a playhead only when it leaves", () => {
    assert.equal(keepInside(view, 1_000_000 + 5), view);
    assert.ok(keepInside(view, 900_000).startMs < 900_000);
    const later = keepInside(view, 1_000_000 + 2 * HOUR);
    assert.ok(later.startMs + later.spanMs > 1_000_000 + 2 * HOUR);
  });
});

describe("ticks", () => {
  it("are at least a label apart", () => {
    for (const spanMs of [1000, 60_000, HOUR, 86_400_000, LONGEST_SPAN_MS]) {
      const step = tickStep({ startMs: 0, spanMs }, 900);
      assert.ok((step / spanMs) * 900 >= 89, `${spanMs}`);
    }
  });

  it("stand at round local times, also in zones with half hours", () => {
    const start = Date.parse("2026-11-22T00:10:00Z");
    const found = ticks({ startMs: start, spanMs: 6 * HOUR }, 900, "Asia/Kolkata");
    assert.ok(found.length > 3);
    for (const tick of found) assert.equal((tick.timeMs + 5.5 * HOUR) % HOUR, 0);
  });

  it("mark midnight of the zone across the end of daylight saving", () => {
    const range = centredOn(Date.parse("2026-10-25T12:00:00Z"), 3 * 86_400_000);
    const midnights = ticks(range, 400, "Europe/Berlin").filter((tick) => tick.midnight);
    assert.deepEqual(
      midnights.map((tick) => new Date(tick.timeMs).toISOString()),
      ["2026-10-24T22:00:00.000Z", "2026-10-25T23:00:00.000Z", "2026-10-26T23:00:00.000Z"],
    );
  });
});

describe("spans", () => {
  const spans = [
    { startMs: 10, endMs: 20 },
    { startMs: 20, endMs: 30 },
    { startMs: 50, endMs: 60 },
  ];

  it("leave gaps before, between and after", () => {
    assert.deepEqual(gapsBetween(spans, { startMs: 0, endMs: 100 }, 0), [
      { startMs: 0, endMs: 10 },
      { startMs: 30, endMs: 50 },
      { startMs: 60, endMs: 100 },
    ]);
    assert.deepEqual(gapsBetween([], { startMs: 0, endMs: 5 }, 0), [{ startMs: 0, endMs: 5 }]);
  });

  it("lead from a gap to the next recording", () => {
    assert.equal(nextRecorded(spans, 35), 50);
    assert.equal(nextRecorded(spans, 55), 55);
    assert.equal(nextRecorded(spans, 60), undefined);
    assert.equal(spanAt(spans, 20), spans[1]);
    assert.equal(spanAt(spans, 40), undefined);
  });

  it("grow at the end, joined where they touch for the same reasons", () => {
    const one = [{ startMs: 0, endMs: 1000, reasons: ["continuous"] as const }];
    assert.deepEqual(grow(one, { startMs: 1000, endMs: 2000, reasons: ["continuous"] }), [
      { startMs: 0, endMs: 2000, reasons: ["continuous"] },
    ]);
    assert.equal(grow(one, { startMs: 1000, endMs: 2000, reasons: ["manual"] }).length, 2);
    assert.equal(grow(one, { startMs: 60_000, endMs: 61_000, reasons: ["continuous"] }).length, 2);
    assert.deepEqual(grow(one, { startMs: 200, endMs: 900, reasons: ["continuous"] }), one);
  });

  it("are read again while one grows in view, about as often as it grows by a pixel", () => {
    const lane = { camera: "yard", holes: [], locked: [], spans: [{ startMs: 0, endMs: 1000, reasons: [] }] };
    const still = { ...lane, growing: false };
    const growing = { ...lane, growing: true };
    const view = { startMs: 0, spanMs: 3_600_000 };
    assert.equal(growthDelayMs([still], view), undefined);
    assert.equal(growthDelayMs([still, growing], view), 7200);
    assert.equal(growthDelayMs([growing], { ...view, spanMs: 60_000 }), 2000);
    assert.equal(growthDelayMs([growing], { ...view, spanMs: 7 * 86_400_000 }), 60_000);
    assert.equal(growthDelayMs([{ ...growing, spans: [] }], view), 7200, "nothing of it is known yet");
    assert.equal(
      growthDelayMs([growing], { startMs: -5000, spanMs: 5000 }),
      undefined,
      "its end is not in view",
    );
  });
});

describe("a marked range", () => {
  const range = { startMs: 100_000, endMs: 160_000 };

  it("gets either end where the playhead is", () => {
    assert.deepEqual(withEnd(range, "startMs", 120_000, 10_000), { startMs: 120_000, endMs: 160_000 });
    assert.deepEqual(withEnd(range, "endMs", 120_000, 10_000), { startMs: 100_000, endMs: 120_000 });
  });

  it("goes on from an end beyond the other one, and from the first end alone", () => {
    assert.deepEqual(withEnd(range, "startMs", 200_000, 10_000), { startMs: 200_000, endMs: 210_000 });
    assert.deepEqual(withEnd(range, "endMs", 50_000, 10_000), { startMs: 40_000, endMs: 50_000 });
    assert.deepEqual(withEnd(undefined, "endMs", 50_000, 10_000), { startMs: 40_000, endMs: 50_000 });
    assert.deepEqual(withEnd(undefined, "startMs", 50_000, 10_000), { startMs: 50_000, endMs: 60_000 });
  });
});

describe("locked footage", () => {
  it("is none, some or all of what is recorded in a range, gaps aside", () => {
    const lane = {
      spans: [
        { startMs: 0, endMs: 60_000, reasons: [] },
        { startMs: 90_000, endMs: 120_000, reasons: [] },
      ],
      locked: [{ startMs: 30_000, endMs: 60_000 }],
    };
    assert.equal(lockState(undefined, { startMs: 0, endMs: 1 }), "none");
    assert.equal(lockState(lane, { startMs: 10_000, endMs: 10_001 }), "none");
    assert.equal(lockState(lane, { startMs: 40_000.5, endMs: 40_001.5 }), "all");
    assert.equal(lockState(lane, { startMs: 20_000, endMs: 50_000 }), "some");
    assert.equal(lockState(lane, { startMs: 30_000, endMs: 85_000 }), "all", "the gap cannot be locked");
    assert.equal(lockState(lane, { startMs: 30_000, endMs: 100_000 }), "some");
  });
});
