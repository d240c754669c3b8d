import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { openSegmentFile } from "../../../../core/media/store/segment-file.ts";
import { tempDir } from "../../../../core/testing/temp-dir.ts";
import { AUDIO, makeSegment, makeUsualSegment, picture, sound } from "../mp4/synthetic-segment.ts";

const usual = makeUsualSegment();

/** I0 P3 B1 B2 | P6 B4 B5, decoding delayed by one frame. */
const REORDERED = [0, 3, 1, 2, 6, 4, 5].map((shown, index) =>
  picture(index, { compositionOffset: (shown + 1 - index) * 3_600 }),
);

describe("an open recording file", () => {
  it("counts times from its start, whatever the decoding delay", () => {
    using folder = tempDir();
    const { open, closed } = makeSegment(
      [{ video: REORDERED, audio: [sound(0, { decodeTime: 1_920 }), sound(1, { decodeTime: 2_944 })] }],
      { audio: AUDIO },
    );
    for (const bytes of [open, closed]) {
      const path = folder.join("segment.mp4");
      writeFileSync(path, bytes);
      const file = openSegmentFile(path);
      assert.equal(file.video.samples.presentationTimeAt(0), 0);
      assert.equal(file.video.samples.decodeTimes[0], -3_600);
      assert.equal(file.audio?.samples.decodeTimes[0], 0);
      assert.equal(file.duration90k, 7 * 3_600);
      file.close();
    }
  });

  it("finds the picture shown at a time among reordered ones, and the key frame to start from", () => {
    using folder = tempDir();
    const path = folder.join("segment.mp4");
    writeFileSync(path, makeSegment([{ video: REORDERED }]).closed);
    const file = openSegmentFile(path);
    const shownAt = (frame: number) => file.sampleAtOrBefore(frame * 3_600 + 1);
    assert.deepEqual([0, 1, 2, 3, 4, 5, 6, 100].map(shownAt), [0, 2, 3, 1, 5, 6, 4, 4]);
    assert.equal(file.sampleAtOrBefore(-1), 0);
    assert.equal(file.keyFrameAtOrBefore(5 * 3_600), 0);
    file.close();
  });

  it("finds key frames and sound by time", () => {
    using folder = tempDir();
    const path = folder.join("segment.mp4");
    writeFileSync(path, usual.closed);
    const file = openSegmentFile(path, {
      moovOffset: usual.end.summary.moovOffset,
      moovBytes: usual.end.summary.moovBytes,
    });
    assert.deepEqual(
      [0, 35_999, 36_000, 143_999, 1e9].map((time) => file.keyFrameAtOrBefore(time)),
      [0, 0, 10, 30, 30],
    );
    assert.deepEqual(
      [-5, 0, 1_920, 1_919].map((time) => file.audioSampleAtOrBefore(time)),
      [0, 0, 1, 0],
    );
    assert.equal(file.summary?.holes.length, 1);
    file.close();
  });

  it("reads samples, into the caller's buffer where that is long enough", () => {
    using folder = tempDir();
    const path = folder.join("segment.mp4");
    writeFileSync(path, usual.closed);
    const file = openSegmentFile(path);
    const into = new Uint8Array(100);
    const bytes = file.readSample("video", 13, into);
    assert.equal(bytes.buffer, into.buffer);
    assert.deepEqual(bytes, Uint8Array.of(0, 0, 0, 7, 4, 4, 4, 4, 4, 4, 4));
    assert.equal(file.readSample("audio", 2, new Uint8Array(1)).length, 3);
    for (const index of [-1, 40, Number.NaN]) {
      assert.throws(() => file.readSample("video", index), { code: "NJ_SEGMENT_READ_FAILED" });
    }
    file.close();
  });

  it("follows a file that is being written, over its closing", () => {
    using folder = tempDir();
    const path = folder.join("segment.mp4");
    writeFileSync(path, usual.open.subarray(0, (usual.partEnds[2] as number) + 17));
    const file = openSegmentFile(path, { readableBytes: usual.partEnds[1] as number });
    assert.equal(file.video.samples.count, 10);
    file.follow(usual.partEnds[2] as number);
    assert.equal(file.video.samples.count, 20);
    assert.equal(file.video.samples.presentationTimeAt(19), 19 * 3_600);
    writeFileSync(path, usual.closed);
    file.follow(usual.partEnds[4] as number);
    assert.equal(file.video.samples.count, 40);
    assert.equal(file.readableBytes, usual.partEnds[4]);
    assert.equal(file.readSample("video", 39).length, 12);
    file.close();
  });

  it("says why there is nothing to play", () => {
    using folder = tempDir();
    const path = folder.join("segment.mp4");
    writeFileSync(path, usual.open.subarray(0, 300));
    assert.throws(() => openSegmentFile(path), { code: "NJ_SEGMENT_UNREADABLE", message: /first part/ });
    assert.throws(() => openSegmentFile(folder.join("absent.mp4")), { code: "ENOENT" });
  });
});
