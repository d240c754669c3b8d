// Which coded frames of a camera are decoded: all while something goes on, key frames alone while nothing does.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CodedSizes } from "../../../core/analysis/coded-sizes.ts";
import { AWAKE_MS, FrameGate } from "../../../core/analysis/frame-gate.ts";
import type { LiveFrameHeader } from "../../../core/media/live-wire.ts";

const BASE_MS = 1_790_000_000_000;
const USUAL_BYTES = 500;

/** A stream of ten pictures a second whose decoder answers one frame behind. */
function stream(options: { readonly gopFrames?: number; readonly idleEveryMs?: number | undefined } = {}) {
  const { gopFrames = 20 } = options;
  const written: number[] = [];
  const gate = new FrameGate({
    idleEveryMs: "idleEveryMs" in options ? options.idleEveryMs : 2_000,
    everyMs: options.everyMs ?? 200,
    isDisposable: (data) => data[0] === 1,
    write: ({ frameNumber }) => {
      const last = written.at(-1);
      written.push(frameNumber);
      if (last !== undefined) gate.picture(timeOf(last));
    },
  });
  const timeOf = (frame: number): number => BASE_MS + frame * 100;
  let next = 0;
  return {
    gate,
    written,
    /** Sends frames; gives the numbers of those that were left out. */
    send(count: number, sizeBytes = USUAL_BYTES, each: Partial<LiveFrameHeader> = {}): number[] {
      const left: number[] = [];
      for (const end = next + count; next < end; next += 1) {
        const header: LiveFrameHeader = {
          formatId: 1,
          track: "video",
          keyFrame: next % gopFrames === 0,
          damaged: false,
          discontinuity: false,
          time90k: timeOf(next) * 90,
          compositionOffset90k: 0,
          duration90k: 9_000,
          frameNumber: next,
          ageUs: 0,
          ...each,
        };
        if (gate.frame(header, new Uint8Array(sizeBytes))) left.push(next);
      }
      return left;
    },
  };
}

/** A stream that has become idle, at the second frame of a group. */
function idle(options: Parameters<typeof stream>[0] = {}) {
  const made = stream(options);
  const gopFrames = options.gopFrames ?? 20;
  made.send((Math.ceil(AWAKE_MS / 100 / gopFrames) + 1) * gopFrames + 2);
  assert.equal(made.gate.isIdle, true);
  made.written.length = 0;
  return made;
}

describe("the gate before a camera's decoder", () => {
  it("lets everything pass at first, then a key frame of each group and the frame that pushes it out", () => {
    const { gate, written, send } = stream();
    assert.deepEqual(send(100), []);
    assert.equal(written.length, 100);
    written.length = 0;
    send(60);
    assert.equal(gate.isIdle, true);
    assert.deepEqual(written, [100, 101, 120, 121, 140, 141]);
  });

  it("gives what was left out since the key frame, in its order, once something wakes it, and all that follows for ten seconds", () => {
    const { gate, written, send } = idle();
    send(8);
    assert.deepEqual(written, []);
    gate.wake();
    const first = written[0] ?? 0;
    send(100);
    assert.deepEqual(
      written,
      Array.from({ length: 108 }, (_, index) => first + index),
    );
    send(40);
    assert.equal(gate.isIdle, true);
  });

  it("is woken by frames that are larger than usual, not by one alone", () => {
    const { gate, send } = idle();
    send(10, USUAL_BYTES + 30);
    send(1, 4 * USUAL_BYTES);
    assert.equal(gate.isIdle, true);
    send(3);
    send(2, 4 * USUAL_BYTES);
    assert.equal(gate.isIdle, false);
  });

  it("believes sizes less where detectors saw nothing, and more where they did", () => {
    const rounds = (isRight: boolean): number[] => {
      const { gate, send } = idle();
      return Array.from({ length: 6 }, () => {
        // What is larger comes again and again, as encoders do it by themselves.
        send(2, 2 * USUAL_BYTES);
        const isAwake = !gate.isIdle;
        if (isAwake && isRight) gate.wake();
        send(158);
        return isAwake ? 1 : 0;
      });
    };
    assert.deepEqual(rounds(true), [1, 1, 1, 1, 1, 1]);
    const wrong = rounds(false);
    assert.equal(wrong[0], 1);
    assert.equal(wrong.at(-1), 0, wrong.join());
  });

  it("decodes what follows a key frame until its picture has come", () => {
    const written: number[] = [];
    const gate = new FrameGate({
      ...{ idleEveryMs: 2_000, everyMs: 200, isDisposable: () => false },
      write: ({ frameNumber }) => written.push(frameNumber),
    });
    for (let frame = 0; frame < 146; frame += 1) {
      const time90k = (BASE_MS + frame * 100) * 90;
      const header = { track: "video", keyFrame: frame % 20 === 0, time90k, frameNumber: frame };
      gate.frame(header as LiveFrameHeader, new Uint8Array(USUAL_BYTES));
      if (frame === 143) gate.picture(BASE_MS + 13_900);
      if (frame === 144) gate.picture(BASE_MS + 14_000);
    }
    assert.deepEqual(written.slice(-6), [139, 140, 141, 142, 143, 144]);
  });

  for (const [what, options, change] of [
    ["a detector wants all pictures", { idleEveryMs: undefined }, {}],
    ["key frames come too rarely", { gopFrames: 40 }, {}],
  ] as const) {
    it(`is never idle where ${what}`, () => {
      const { written, send } = stream(options);
      assert.deepEqual(send(400, USUAL_BYTES, change), []);
      assert.equal(written.length, 400);
    });
  }

  it("is never idle where pictures are not shown in the order of their frames", () => {
    const { gate, send } = stream();
    for (let count = 0; count < 100; count += 1) {
      send(2);
      send(1, USUAL_BYTES, { time90k: (BASE_MS + (3 * count + 0.5) * 100) * 90 });
    }
    assert.equal(gate.isIdle, false);
  });

  it("wakes when the next key frame does not come, and when more would have to be kept than may be", () => {
    const late = idle();
    late.send(17);
    assert.deepEqual(late.written, []);
    late.send(6, USUAL_BYTES, { keyFrame: false });
    assert.equal(late.gate.isIdle, false);
    assert.equal(late.written.length, 23);
    const full = idle();
    // Growing slowly, so that no size is a surprise; the frames are those of one group.
    for (let count = 0; count < 17 && full.gate.isIdle; count += 1)
      full.gate.frame(
        {
          track: "video",
          keyFrame: false,
          time90k: (BASE_MS + 14_200 + count) * 90,
          frameNumber: count,
        } as LiveFrameHeader,
        new Uint8Array(4 * 1024 * 1024),
      );
    assert.equal(full.gate.isIdle, false);
  });

  it("decodes key frames alone, whatever goes on and however rare they are, where the machine has no time for more", () => {
    const { gate, written, send } = stream({ gopFrames: 50, idleEveryMs: undefined });
    send(50);
    gate.step = 2;
    written.length = 0;
    send(2);
    gate.wake();
    send(68, 10 * USUAL_BYTES);
    gate.wake();
    send(10);
    assert.deepEqual(written, [50, 51, 100, 101]);
    gate.step = 0;
    send(40);
    assert.deepEqual(written, [50, 51, 100, 101, ...Array.from({ length: 20 }, (_, index) => 150 + index)]);
  });

  it("rests sooner while the machine is short of time", () => {
    const { gate, send } = idle();
    gate.step = 1;
    gate.wake();
    send(60);
    assert.equal(gate.isIdle, true);
  });

  for (const [what, everyMs, expected] of [
    ["as many pictures come of the others as are asked for", 300, [0, 3, 6, 9]],
    ["many more come of the others", 600, [0, 3, 6, 9]],
    ["too few would be left", 200, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
  ] as const)
    it(`leaves out what no other frame needs, or not, where ${what}`, () => {
      const { gate, written } = stream({ everyMs });
      for (let frame = 0; frame < 20; frame += 1) {
        const header = { track: "video", keyFrame: frame === 0, time90k: frame * 9_000, frameNumber: frame };
        gate.frame(header as LiveFrameHeader, Uint8Array.of(frame % 3 === 0 ? 0 : 1));
      }
      // How far they are apart is known from the second on.
      const later = written.filter((frame) => frame === 0 || frame >= 3);
      assert.deepEqual(
        later.filter((frame) => frame < 10),
        expected.filter((frame) => frame === 0 || frame >= 3),
      );
    });

  it("begins anew when the stream's clock jumps", () => {
    const { gate, written, send } = idle();
    send(5);
    assert.deepEqual(send(1, USUAL_BYTES, { time90k: (BASE_MS + 1_000_000) * 90 }), []);
    assert.equal(gate.isIdle, false);
    assert.equal(written.length, 1, "nothing of before is decoded any more");
  });
});

describe("the sizes of coded frames", () => {
  it("say nothing of noise, and something of a step", () => {
    const sizes = new CodedSizes();
    let seed = 7;
    const noise = (): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed / 2_147_483_648;
    };
    const told = Array.from({ length: 3_000 }, () => sizes.take(2_000 + 600 * noise()));
    assert.ok(told.filter(Boolean).length === 0, `${told.filter(Boolean).length} of 3000`);
    assert.deepEqual([sizes.take(5_000), sizes.take(5_000)], [false, true]);
  });
});
