import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  gapsBetween,
  mergeSpans,
  type RecordedSpan,
  thinLosses,
  thinSpans,
} from "../../../core/playback/timeline.ts";
import { seededRandom } from "../recording/sample-segments.ts";

function span(start90k: number, end90k: number, reasons = 1): RecordedSpan {
  return { start90k, end90k, reasons };
}

describe("merging spans", () => {
  it("joins what touches for equal reasons and keeps what differs apart", () => {
    assert.deepEqual(mergeSpans([span(0, 10), span(10, 20), span(20, 30, 2), span(40, 50)], 0, 100), [
      span(0, 20),
      span(20, 30, 2),
      span(40, 50),
    ]);
  });

  it("adds reasons up where runs overlap", () => {
    assert.deepEqual(mergeSpans([span(0, 30, 1), span(10, 20, 2), span(15, 40, 4)], 0, 100), [
      span(0, 10, 1),
      span(10, 15, 3),
      span(15, 20, 7),
      span(20, 30, 5),
      span(30, 40, 4),
    ]);
  });

  it("cuts at the range", () => {
    assert.deepEqual(mergeSpans([span(0, 10), span(20, 30), span(40, 60)], 5, 50), [
      span(5, 10),
      span(20, 30),
      span(40, 50),
    ]);
    assert.deepEqual(mergeSpans([span(0, 10), span(90, 99)], 20, 80), []);
  });

  it("tells for every moment what a naive count tells", () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const random = seededRandom(seed);
      const spans = Array.from({ length: 30 }, () => {
        const start = Math.floor(random() * 100);
        return span(start, start + Math.floor(random() * 12), 1 << Math.floor(random() * 4));
      }).sort((a, b) => a.start90k - b.start90k);
      const merged = mergeSpans(spans, 10, 90);
      for (let at = 0; at < 115; at += 1) {
        const holds = (one: RecordedSpan): boolean => one.start90k <= at && at < one.end90k;
        const wanted =
          at < 10 || at >= 90 ? 0 : spans.filter(holds).reduce((bits, one) => bits | one.reasons, 0);
        const covering = merged.filter(holds);
        assert.ok(covering.length <= 1);
        assert.equal(covering[0]?.reasons ?? 0, wanted, `seed ${seed}, moment ${at}`);
      }
    }
  });
});

describe("thinning spans", () => {
  it("leaves few spans alone", () => {
    const spans = [span(0, 10), span(20, 30, 2)];
    assert.deepEqual(thinSpans(spans, 2), spans);
    assert.deepEqual(thinSpans([], 10), []);
  });

  it("gives at most as many as asked for, and covers all that was recorded", () => {
    for (const count of [3, 50, 2_000, 9_999]) {
      const random = seededRandom(count);
      let at = 0;
      const spans = Array.from({ length: count }, () => {
        const start = at + Math.floor(random() * 100);
        at = start + 1 + Math.floor(random() * 1_000);
        return span(start, at, 1 << Math.floor(random() * 3));
      });
      for (const limit of [1, 7, 500]) {
        const thin = thinSpans(spans, limit);
        assert.ok(thin.length <= Math.max(limit, 0) || spans.length <= limit, `${thin.length} > ${limit}`);
        assert.equal(thin[0]?.start90k, spans[0]?.start90k);
        assert.equal(thin.at(-1)?.end90k, at);
        let index = 0;
        for (const one of spans) {
          while ((thin[index]?.end90k ?? at) < one.end90k) index += 1;
          const cover = thin[index];
          assert.ok(cover !== undefined && cover.start90k <= one.start90k && cover.end90k >= one.end90k);
          assert.equal(cover.reasons & one.reasons, one.reasons);
        }
      }
    }
  });

  it("keeps a large gap while small ones are left to join", () => {
    const small = Array.from({ length: 100 }, (_, n) => span(n * 10, n * 10 + 9));
    const late = small.map((one) => span(one.start90k + 100_000, one.end90k + 100_000));
    assert.deepEqual(thinSpans([...small, ...late], 2), [span(0, 999), span(100_000, 100_999)]);
  });
});

describe("thinning losses", () => {
  it("adds packets up and loses none", () => {
    const losses = Array.from({ length: 1_000 }, (_, n) => ({
      start90k: n * 100,
      end90k: n * 100 + 5,
      packets: n,
    }));
    const thin = thinLosses(losses, 10);
    assert.ok(thin.length <= 10);
    assert.equal(
      thin.reduce((sum, loss) => sum + loss.packets, 0),
      499_500,
    );
    assert.deepEqual(thinLosses(losses.slice(0, 3), 10), losses.slice(0, 3));
  });
});

describe("gaps", () => {
  it("are what no span covers, the ends included", () => {
    assert.deepEqual(gapsBetween([span(10, 20), span(20, 30), span(50, 60)], 0, 100), [
      { start90k: 0, end90k: 10 },
      { start90k: 30, end90k: 50 },
      { start90k: 60, end90k: 100 },
    ]);
    assert.deepEqual(gapsBetween([span(0, 100)], 0, 100), []);
    assert.deepEqual(gapsBetween([], 5, 7), [{ start90k: 5, end90k: 7 }]);
  });
});
