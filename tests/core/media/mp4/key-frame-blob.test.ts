import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { decodeKeyFrames, encodeKeyFrames, type KeyFrame } from "../../../../core/media/mp4/index.ts";

describe("key-frame blob", () => {
  it("gives back what was packed, beyond 4 GB too", () => {
    const keyFrames: KeyFrame[] = [
      { time90k: 0, offset: 1_250, sizeBytes: 100_000 },
      { time90k: 180_000, offset: 1_100_000, sizeBytes: 127 },
      { time90k: 360_001, offset: 9_000_000_000, sizeBytes: 128 },
    ];
    assert.deepEqual(decodeKeyFrames(encodeKeyFrames(keyFrames)), keyFrames);
  });

  it("takes some 200 bytes for a minute with a key frame every two seconds", () => {
    const keyFrames = Array.from({ length: 30 }, (_, index) => ({
      time90k: index * 180_000,
      offset: 1_300 + index * 1_000_000,
      sizeBytes: 90_000 + index,
    }));
    assert.ok(atob(encodeKeyFrames(keyFrames)).length <= 280);
  });

  it("is empty for a file without key frames", () => {
    assert.equal(encodeKeyFrames([]), "");
    assert.deepEqual(decodeKeyFrames(""), []);
  });

  for (const [name, blob] of [
    ["text that is no base64", "%%%"],
    ["a number without end", btoa("\xff".repeat(40))],
    ["a cut triple", btoa("\x01\x02")],
  ] as const) {
    it(`is refused if it is ${name}`, () => {
      assert.throws(() => decodeKeyFrames(blob), { code: "NJ_MP4_INVALID" });
    });
  }
});
