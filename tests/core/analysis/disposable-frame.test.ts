// Frames that no other frame needs, by what H.264 says of them.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isDisposable } from "../../../core/analysis/disposable-frame.ts";
import { testClip } from "../../../core/testing/fake-tracks.ts";

const unit = (first: number, bytes = 3): Buffer =>
  Buffer.from([0, 0, 0, bytes, first, ...Array(bytes - 1).fill(7)]);

describe("a coded frame", () => {
  for (const [what, codec, data, expected] of [
    ["of H.264 that others need", "avc1.64001f", unit(0x61), false],
    ["of H.264 that none needs", "avc1.64001f", unit(0x01), true],
    [
      "behind a delimiter and a message",
      "avc1.64001f",
      Buffer.concat([unit(9, 2), unit(6), unit(0x01)]),
      true,
    ],
    ["that is a key frame", "avc1.64001f", unit(0x65), false],
    ["of H.265", "hvc1.1.6.L93.B0", unit(0x00), false],
    ["that is empty", "avc1.64001f", Buffer.alloc(0), false],
    ["whose first unit is longer than it", "avc1.64001f", Buffer.from([255, 255, 255, 255, 9, 1]), false],
    ["of nothing but units without a picture", "avc1.64001f", Buffer.concat(Array(40).fill(unit(6))), false],
  ] as const)
    it(`${what} can${expected ? "" : "not"} be left out`, () =>
      assert.equal(isDisposable(codec, data), expected));

  it("of a clip with B-frames can be left out one time in three, of one without never", async () => {
    for (const [name, least, most] of [
      ["h264-bframes-opus", 30, 75],
      ["h264-aac", 0, 0],
    ] as const) {
      const [video] = (await testClip(name)).tracks;
      assert.ok(video !== undefined);
      const count = [...video.sizes.keys()].filter((index) => {
        const at = video.offsets[index] as number;
        return isDisposable("avc1.64001f", video.data.subarray(at, at + (video.sizes[index] as number)));
      }).length;
      assert.ok(count >= least && count <= most, `${name}: ${count} of ${video.sizes.length}`);
    }
  });
});
