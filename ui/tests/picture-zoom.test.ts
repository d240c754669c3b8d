import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  type Frame,
  MOST_ZOOM,
  movedBy,
  NO_ZOOM,
  pinched,
  transformOf,
  within,
  type Zoom,
  zoomedAt,
} from "../src/parts/picture-zoom.ts";

/** As wide as the picture. */
const FULL: Frame = { width: 1600, height: 900, aspect: 16 / 9 };
/** Bars left and right of a 4:3 picture: it lies from 200 to 1400. */
const BARS: Frame = { width: 1600, height: 900, aspect: 4 / 3 };
const MIDDLE = { x: 800, y: 450 };

/** Where a point of the box at scale 1 is seen. */
const seenAt = ({ scale, x, y }: Zoom, point: { x: number; y: number }) => ({
  x: point.x * scale + x,
  y: point.y * scale + y,
});
const near = (a: number, b: number) => Math.abs(a - b) < 1e-6;

describe("a picture that is looked at closely", () => {
  it("is enlarged around the point that is pointed at", () => {
    const point = { x: 1_200, y: 300 };
    const zoom = zoomedAt(NO_ZOOM, 2, point, FULL);
    assert.equal(zoom.scale, 2);
    assert.deepEqual(seenAt(zoom, point), point);
    const more = zoomedAt(zoom, 1.5, point, FULL);
    const seen = seenAt(more, point);
    assert.ok(near(seen.x, point.x) && near(seen.y, point.y));
  });

  it("is enlarged eight times at most, and never smaller than it is", () => {
    assert.equal(zoomedAt(NO_ZOOM, 1_000, MIDDLE, FULL).scale, MOST_ZOOM);
    assert.deepEqual(zoomedAt({ scale: 3, x: -400, y: -100 }, 0.01, MIDDLE, FULL), NO_ZOOM);
    for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY])
      assert.equal(zoomedAt(NO_ZOOM, wrong, MIDDLE, FULL).scale, 1);
    assert.equal(transformOf(NO_ZOOM), "");
    assert.equal(transformOf({ scale: 2, x: -10, y: 0 }), "translate(-10.00px, 0.00px) scale(2.0000)");
  });

  it("is never moved beyond its edges", () => {
    const zoom = zoomedAt(NO_ZOOM, 2, MIDDLE, FULL);
    assert.deepEqual(movedBy(zoom, 9_999, 9_999, FULL), { scale: 2, x: 0, y: 0 });
    assert.deepEqual(movedBy(zoom, -9_999, -9_999, FULL), { scale: 2, x: -1_600, y: -900 });
    assert.deepEqual(movedBy(NO_ZOOM, 50, 50, FULL), NO_ZOOM);
  });

  it("keeps bars in the middle as long as it is narrower than its box, and then shows none", () => {
    const little = zoomedAt(NO_ZOOM, 1.2, { x: 0, y: 0 }, BARS);
    // 1200 wide, 1440 then: 80 on both sides.
    assert.ok(
      near(seenAt(little, { x: 200, y: 0 }).x, 80) && near(seenAt(little, { x: 1_400, y: 0 }).x, 1_520),
    );
    const much = zoomedAt(NO_ZOOM, 4, { x: 0, y: 450 }, BARS);
    assert.ok(near(seenAt(much, { x: 200, y: 0 }).x, 0), "its left edge is at the left edge of the box");
    const right = movedBy(much, -99_999, 0, BARS);
    assert.ok(near(seenAt(right, { x: 1_400, y: 0 }).x, 1_600));
  });

  it("follows two fingers: their middle, and how far they part", () => {
    const before = [
      { x: 700, y: 450 },
      { x: 900, y: 450 },
    ];
    const after = [
      { x: 650, y: 500 },
      { x: 1_050, y: 500 },
    ];
    const zoom = pinched(NO_ZOOM, before, after, FULL);
    assert.equal(zoom.scale, 2);
    assert.deepEqual(seenAt(zoom, MIDDLE), { x: 850, y: 500 });
    const together = pinched(zoom, [MIDDLE, MIDDLE], before, FULL);
    assert.equal(together.scale, 2, "fingers on each other do not enlarge without end");
  });

  it("is pushed back when its box becomes smaller", () => {
    const zoom = movedBy(zoomedAt(NO_ZOOM, 2, MIDDLE, FULL), -9_999, -9_999, FULL);
    const small: Frame = { width: 800, height: 450, aspect: 16 / 9 };
    assert.deepEqual(within(zoom, small), { scale: 2, x: -800, y: -450 });
    assert.deepEqual(within(NO_ZOOM, { width: 0, height: 0, aspect: 16 / 9 }), NO_ZOOM);
    assert.deepEqual(within(NO_ZOOM, { width: 100, height: 50 }), NO_ZOOM);
  });
});
