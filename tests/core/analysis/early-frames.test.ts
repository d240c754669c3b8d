// Of what comes while a decoder is being started, what it can begin with is held, and no more than that.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { EarlyFrames } from "../../../core/analysis/early-frames.ts";

const MEBIBYTE = 1024 * 1024;
const frame = (mark: number, bytes = 1): Buffer => Buffer.alloc(bytes, mark);
const marks = (frames: readonly Buffer[]): (number | undefined)[] => frames.map(([first]) => first);

describe("frames that come while a decoder is being started", () => {
  it("are held from the last key frame on, in their order, and given once", () => {
    const early = new EarlyFrames();
    early.hold(frame(1), false);
    early.hold(frame(2), true);
    early.hold(frame(3), false);
    early.hold(frame(4), true);
    early.hold(frame(5), false);
    assert.deepEqual(marks(early.take()), [4, 5]);
    assert.deepEqual(early.take(), []);
  });

  it("are let go of up to the next key frame when they become too much", () => {
    const early = new EarlyFrames();
    early.hold(frame(1, 3 * MEBIBYTE), true);
    early.hold(frame(2, 2 * MEBIBYTE), false);
    early.hold(frame(3), false);
    assert.deepEqual(marks(early.take()), []);
    early.hold(frame(4), true);
    assert.deepEqual(marks(early.take()), [4]);
  });
});
