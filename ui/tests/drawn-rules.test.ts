// Regions and lines as they are drawn: corners come, move and go, and never leave the picture.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  type DrawnRule,
  MOST_CORNERS,
  type Point,
  pointAt,
  sidesOf,
  stepped,
  withCorner,
  withMoved,
  withoutCorner,
  withRule,
} from "../src/pages/cameras/drawn-rules.ts";

const TRIANGLE: readonly Point[] = [
  [0.1, 0.1],
  [0.5, 0.1],
  [0.3, 0.6],
];
const named = (number: number): string => `Region ${number}`;

describe("drawn rules", () => {
  it("a region is closed at its first corner once it has three, a line by its second", () => {
    assert.deepEqual(withCorner("region", TRIANGLE, [0.11, 0.11]), { points: TRIANGLE, isClosed: true });
    const two = TRIANGLE.slice(0, 2);
    assert.equal(withCorner("region", two, [0.11, 0.11]).isClosed, false);
    assert.equal(withCorner("region", two, [0.9, 0.9]).points.length, 3);
    assert.equal(withCorner("region", two, [0.5, 0.1]).points.length, 2, "the second click of two");
    assert.equal(withCorner("line", [], [0.2, 0.2]).isClosed, false);
    assert.equal(withCorner("line", [[0.2, 0.2]], [0.2, 0.9]).isClosed, true);
    const many = Array.from({ length: MOST_CORNERS - 1 }, (_, at): Point => [at / 40, 0.5]);
    assert.equal(withCorner("region", many, [0.9, 0.9]).isClosed, true, "it can have no more");
  });

  it("has an id and a name of its own, and lies within the picture", () => {
    const one = withRule(
      [],
      "region",
      [
        [-1, 0.5],
        [0.5, 2],
        [0.123_456, 0],
      ],
      named,
    );
    assert.deepEqual(one[0], {
      ...{ id: "region-1", name: "Region 1", kind: "region" },
      points: [
        [0, 0.5],
        [0.5, 1],
        [0.123, 0],
      ],
    });
    const [, , third] = withRule(withRule(one, "line", TRIANGLE, named), "region", TRIANGLE, named);
    assert.equal(third?.id, "region-2");
  });

  it("has its corners moved and taken away, down to what it needs", () => {
    const rules = withRule([], "region", [...TRIANGLE, [0.1, 0.6]], named) as readonly DrawnRule[];
    const moved = withMoved(rules, "region-1", 3, [1.7, 0.9]);
    assert.deepEqual(moved[0]?.points[3], [1, 0.9]);
    const three = withoutCorner(moved, "region-1", 0);
    assert.equal(three[0]?.points.length, 3);
    assert.deepEqual(withoutCorner(three, "region-1", 0), three);
    assert.deepEqual(withMoved(rules, "other", 0, [0, 0]), rules);
  });

  it("of a line, has A to its left and B to its right", () => {
    const { a, b } =
      sidesOf([
        [0.5, 0.9],
        [0.5, 0.1],
      ]) ?? assert.fail();
    assert.ok(a[0] < 0.5 && b[0] > 0.5 && a[1] === 0.5 && b[1] === 0.5, "looking up, A is at the left");
  });

  it("is moved by arrows, further with Shift", () => {
    assert.deepEqual(stepped([0.5, 0.5], "ArrowLeft", false), [0.49, 0.5]);
    assert.deepEqual(stepped([0.95, 0.5], "ArrowRight", true), [1, 0.5]);
    assert.equal(stepped([0.5, 0.5], "a", false), undefined);
    assert.deepEqual(pointAt(-3, 0.123_456), [0, 0.123]);
  });
});
