import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { dahuaSdp } from "../sample-sessions.ts";
import { fu265, h265Sets, lengthed, nalsOf, slice265 } from "../sample-streams.ts";
import { assemble, plansOf } from "./assembly.ts";

const plans = plansOf(dahuaSdp);
const { vps, sps, pps } = h265Sets();
const idr = slice265(19, true, 300, 0x11);
const trail = slice265(1, true, 60, 0x22);

function first(test: ReturnType<typeof assemble>): Buffer[] {
  return nalsOf(test.sink.video[0]?.bytes ?? Buffer.alloc(0));
}

describe("H.265 over RTP", () => {
  it("joins fragments and keeps parameter sets, delimiters and filler out", () => {
    const test = assemble(plans);
    test.send("video", 0, false, [35 << 1, 1, 0x50]);
    test.send("video", 0, false, [48 << 1, 1], lengthed([vps, sps, pps]));
    for (const [index, part] of fu265(idr, 100).entries()) test.send("video", 0, index === 2, part);
    assert.deepEqual(first(test), [idr]);
    assert.equal(test.sink.video[0]?.keyFrame, true);
    assert.equal(test.sink.formats.length, 0);
  });

  it("takes several pictures' slices out of an aggregation packet", () => {
    const test = assemble(plans);
    const second = slice265(19, false, 50);
    test.send("video", 0, true, [48 << 1, 1], lengthed([idr, second]));
    assert.deepEqual(first(test), [idr, second]);
  });

  it("knows CRA and BLA for key frames and trailing pictures for none", () => {
    const test = assemble(plans);
    for (const [index, type] of [21, 1, 16, 9].entries()) {
      test.send("video", index * 3600, true, slice265(type, true));
    }
    assert.deepEqual(
      test.sink.video.map((frame) => frame.keyFrame),
      [true, false, true, false],
    );
  });

  it("skips decoding order numbers where the description announces them", () => {
    const withNumbers = { ...plans, video: { ...plans.video, hasOrderNumbers: true } };
    const test = assemble(withNumbers);
    const sei = Buffer.from([39 << 1, 1, 5, 1, 0xaa, 0x80]);
    // Single NAL unit: header, number, payload. Aggregation: number before the first, one byte before each next.
    test.send("video", 0, false, sei.subarray(0, 2), [0, 1], sei.subarray(2));
    const a = slice265(19, false, 30, 0x66);
    const head = [48 << 1, 1, 0, 2];
    test.send("video", 0, false, head, lengthed([idr]), [0], lengthed([a]));
    const parts = fu265(slice265(19, false, 150, 0x77), 80);
    test.send(
      "video",
      0,
      false,
      (parts[0] as Buffer).subarray(0, 3),
      [0, 4],
      (parts[0] as Buffer).subarray(3),
    );
    test.send("video", 0, true, parts[1] as Buffer);
    assert.deepEqual(first(test), [sei, idr, a, slice265(19, false, 150, 0x77)]);
  });

  it("drops a picture that lacks its beginning and flags the rest until the next key frame", () => {
    const test = assemble(plans);
    test.send("video", 0, true, idr);
    const parts = fu265(slice265(1, true, 300), 100);
    test.lose("video");
    test.send("video", 3600, false, parts[1] as Buffer);
    test.send("video", 3600, true, parts[2] as Buffer);
    test.send("video", 7200, true, trail);
    test.send("video", 10_800, true, idr);
    assert.deepEqual(
      test.sink.video.map((frame) => [frame.time, frame.damaged]),
      [
        [0, false],
        [7200, true],
        [10_800, false],
      ],
    );
  });

  it("gives up a picture whose aggregation packet lies about a length", () => {
    const test = assemble(plans);
    test.send("video", 0, true, [48 << 1, 1], lengthed([idr]), [0xff, 0xff, 1, 2]);
    test.send("video", 3600, true, trail);
    assert.deepEqual(
      test.sink.video.map((frame) => [frame.time, frame.damaged]),
      [[0, true]],
    );
  });
});
