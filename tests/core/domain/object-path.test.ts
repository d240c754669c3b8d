import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  extendPath,
  type GrowingPath,
  MOST_PATH_POINTS,
  type PathPoint,
  thinPath,
} from "../../../core/domain/object-path.ts";

const MOST = 16;

function pathOf(...moments: readonly number[]): GrowingPath {
  const path: GrowingPath = { points: [], gapMs: 0 };
  for (const at of moments) extendPath(path, pointAt(at), MOST);
  return path;
}
/** Where something is that goes from left to right in a hundred seconds. */
function pointAt(ms: number): PathPoint {
  return [ms, Math.round(ms / 10) / 10_000, 0.5];
}
const momentsOf = ({ points }: GrowingPath) => points.map(([at]) => at);

describe("the path of an object", () => {
  it("has each point while it is short", () => {
    assert.deepEqual(pathOf(0, 66, 133, 200).points, [0, 66, 133, 200].map(pointAt));
  });

  it("passes over what is told twice, or of a moment before the last", () => {
    const path = pathOf(0, 500);
    extendPath(path, [500, 0.9, 0.9], MOST);
    extendPath(path, [499, 0.8, 0.8], MOST);
    extendPath(path, [-3_600_000, 0.7, 0.7], MOST);
    assert.deepEqual(path.points, [0, 500].map(pointAt));
    extendPath(path, pointAt(501), MOST);
    assert.deepEqual(momentsOf(path), [0, 500, 501]);
  });

  it("loses every second point when it is full, never its first and its last", () => {
    const full = Array.from({ length: MOST }, (_, n) => n * 100);
    assert.deepEqual(momentsOf(pathOf(...full)), full);
    const over = pathOf(...full, 1_600);
    assert.deepEqual(momentsOf(over), [0, 200, 400, 600, 800, 1_000, 1_200, 1_400, 1_600]);
    extendPath(over, pointAt(1_700), MOST);
    extendPath(over, pointAt(1_800), MOST);
    assert.deepEqual(momentsOf(over).slice(-2), [1_600, 1_800], "what lies between passes");
  });

  it("stays even in time at any length, at a steady rate and at one that changes", () => {
    for (const [name, stepOf] of [
      ["15 a second", (n: number) => (n % 3 === 0 ? 66 : 67)],
      ["slow, then fast", (n: number) => (n < 100 ? 1_000 : 66)],
      ["fast, then slow", (n: number) => (n < 2_000 ? 66 : 1_000)],
    ] as const) {
      const path: GrowingPath = { points: [], gapMs: 0 };
      let at = 0;
      for (let n = 0; n < 5_000; n += 1) {
        extendPath(path, [at, 0.5, 0.5], MOST_PATH_POINTS);
        assert.equal(path.points[0]?.[0], 0);
        assert.equal(path.points.at(-1)?.[0], at);
        at += stepOf(n);
      }
      const moments = momentsOf(path);
      assert.ok(moments.length > MOST_PATH_POINTS / 4 && moments.length <= MOST_PATH_POINTS, name);
      // But for the last one, which is where it is now.
      const gaps = moments.slice(1, -1).map((ms, n) => ms - (moments[n] ?? 0));
      const largest = Math.max(...gaps);
      assert.ok(largest <= 4 * Math.min(...gaps), `${name}: ${gaps.join(" ")}`);
    }
  });

  it("stays short in a storm of 100 000 reports, in order or not", () => {
    const path: GrowingPath = { points: [], gapMs: 0 };
    let latest = 0;
    for (let n = 0; n < 100_000; n += 1) {
      // Now and then back by a minute, or of the same moment.
      const at = n % 7 === 0 ? n - 60_000 : n % 5 === 0 ? n - 1 : n;
      extendPath(path, pointAt(at), MOST_PATH_POINTS);
      latest = Math.max(latest, at);
      assert.ok(path.points.length <= MOST_PATH_POINTS);
    }
    const moments = momentsOf(path);
    assert.deepEqual([moments[0], moments.at(-1)], [-60_000, latest]);
    assert.ok(moments.every((at, n) => n === 0 || at > (moments[n - 1] ?? at)));
  });

  it("is thinned to less when there is less room, down to its ends", () => {
    const path = pathOf(...Array.from({ length: MOST }, (_, n) => n * 100));
    thinPath(path, 4);
    assert.deepEqual(momentsOf(path), [0, 800, 1_500]);
    thinPath(path, 2);
    assert.deepEqual(momentsOf(path), [0, 1_500]);
  });
});
