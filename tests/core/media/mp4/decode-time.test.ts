import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DecodeTimer } from "../../../../core/media/mp4/index.ts";

/** Presentation times in decoding order of `groups` groups of one P and `bFrames` B frames, 3 600 ticks apart. */
function pattern(groups: number, bFrames: number, pyramid = false): number[] {
  const times = [0];
  for (let group = 0; group < groups; group += 1) {
    const base = group * (bFrames + 1);
    times.push((base + bFrames + 1) * 3_600);
    const order = Array.from({ length: bFrames }, (_, index) => base + index + 1);
    if (pyramid) order.sort((a, b) => (a === base + 2 ? -1 : b === base + 2 ? 1 : a - b));
    for (const index of order) times.push(index * 3_600);
  }
  return times;
}

function decode(
  times: readonly number[],
  format: { reorderDepth?: number; frameRate?: number } = {},
): number[] {
  const timer = new DecodeTimer(format);
  return times.map((time) => timer.push(time));
}

function assertRising(times: readonly number[]): void {
  for (let index = 1; index < times.length; index += 1) {
    assert.ok((times[index] as number) > (times[index - 1] as number), `at ${index}: ${times}`);
  }
}

describe("decoding times", () => {
  it("are the presentation times without reordering", () => {
    assert.deepEqual(decode([0, 3_600, 7_200, 10_800], { reorderDepth: 0 }), [0, 3_600, 7_200, 10_800]);
  });

  for (const [name, bFrames, pyramid, depth] of [
    ["one B frame", 1, false, 1],
    ["three B frames", 3, false, 1],
    ["a pyramid of three B frames", 3, true, 2],
  ] as const) {
    it(`rise evenly and are never after presentation with ${name} and a known depth`, () => {
      const presentation = pattern(8, bFrames, pyramid);
      const times = decode(presentation, { reorderDepth: depth, frameRate: 25 });
      assertRising(times);
      assert.ok(presentation.every((time, index) => (times[index] as number) <= time));
      assert.deepEqual(
        times,
        times.map((_, index) => (index - depth) * 3_600),
      );
    });

    it(`settle to the same with ${name} and a depth to be learnt`, () => {
      const presentation = pattern(12, bFrames, pyramid);
      const timer = new DecodeTimer();
      const times = presentation.map((time) => timer.push(time));
      assertRising(times);
      assert.equal(timer.depth, depth);
      times.slice(-10).forEach((time, index) => {
        assert.equal(time, (times.length - 10 + index - depth) * 3_600);
      });
    });
  }

  it("rise even if two frames carry the same time or one goes back", () => {
    assertRising(decode([0, 3_600, 3_600, 3_500, 7_200, 7_201]));
  });

  it("follow frames that come unevenly", () => {
    assert.deepEqual(decode([0, 3_000, 9_000, 9_100], { reorderDepth: 0 }), [0, 3_000, 9_000, 9_100]);
  });

  it("ignore a depth that no codec allows", () => {
    assert.equal(new DecodeTimer({ reorderDepth: 1e9 }).depth, 16);
    assert.equal(new DecodeTimer({ reorderDepth: -3 }).depth, 0);
  });
});
