import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readMoreParts, readSegment } from "../../../../core/media/mp4/index.ts";
import { makeSegment, makeUsualSegment, memory, picture } from "./synthetic-segment.ts";

const usual = makeUsualSegment();
const { open, closed, end, partEnds } = usual;

/** Pictures in the whole parts of the first `length` bytes. */
function wholePictures(length: number): number {
  return partEnds.slice(1).filter((partEnd) => partEnd <= length).length * 10;
}

describe("reading a recording file in any state", () => {
  it("finds exactly the whole parts of an open file cut at any byte", () => {
    for (let length = 0; length <= open.length; length += 1) {
      const content = readSegment(memory(open.subarray(0, length)));
      const expected = wholePictures(length);
      if (expected === 0) {
        assert.equal(content.state, "empty", `cut at ${length}`);
      } else {
        assert.ok("video" in content);
        assert.equal(content.video.samples.count, expected, `cut at ${length}`);
        assert.equal(content.state, partEnds.includes(length) ? "open" : "truncated", `cut at ${length}`);
      }
    }
  });

  it("finds all parts of a closed file cut at any byte of its final moov", () => {
    for (let length = open.length; length < closed.length; length += 1) {
      const content = readSegment(memory(closed.subarray(0, length)));
      assert.ok("video" in content);
      assert.equal(content.state, "patched-without-moov");
      assert.equal(content.video.samples.count, 40);
      assert.equal(content.partsEnd, open.length);
    }
  });

  it("finds the whole parts of a file that was patched before its last parts reached the disk", () => {
    for (let length = partEnds[1] as number; length < open.length; length += 1) {
      const content = readSegment(memory(closed.subarray(0, length)));
      assert.ok("video" in content);
      assert.equal(content.state, "patched-without-moov");
      assert.equal(content.video.samples.count, wholePictures(length), `cut at ${length}`);
    }
  });

  it("uses the final moov of a file that was not patched yet, with its holes and reasons", () => {
    const content = readSegment(memory(Buffer.concat([open, end.moov])));
    assert.ok("video" in content);
    assert.equal(content.state, "open");
    assert.equal(content.partsEnd, open.length);
    assert.deepEqual(content.moov, { offset: open.length, bytes: end.moov.length });
    assert.equal(content.summary?.holes.length, 1);
  });

  it("ignores a final moov that is half written", () => {
    const content = readSegment(memory(Buffer.concat([open, end.moov.subarray(0, 200)])));
    assert.ok("video" in content);
    assert.equal(content.state, "truncated");
    assert.equal(content.moov, undefined);
    assert.equal(content.video.samples.count, 40);
  });

  it("passes over a part whose header was written and whose pictures were not, where it is told to look", () => {
    const bytes = open.slice();
    bytes.fill(0, (partEnds[3] as number) - 60, partEnds[3]);
    const [plain, verified] = [readSegment(memory(bytes)), readSegment(memory(bytes), { verify: true })];
    assert.ok("video" in plain && "video" in verified);
    assert.equal(plain.video.samples.count, 40);
    assert.equal(verified.video.samples.count, 30);
    assert.equal(verified.holes.length, 1);
    assert.equal(verified.state, "truncated");
  });

  it("takes a file of zeros for an empty one and a file of anything else for unreadable", () => {
    assert.equal(readSegment(memory(new Uint8Array(100_000))).state, "empty");
    assert.equal(readSegment(memory(new Uint8Array(100_000).fill(7))).state, "unreadable");
  });

  it("says whose file it is though there is no part in it", () => {
    const content = readSegment(memory(open.subarray(0, partEnds[0])));
    assert.equal(content.state, "empty");
    assert.equal(content.opening?.identity.camera, "front-door");
  });

  it("reads only up to the bytes that are said to be readable, and later the rest", () => {
    const content = readSegment(memory(open), { readableBytes: partEnds[2] });
    assert.ok("video" in content);
    assert.equal(content.video.samples.count, 20);
    readMoreParts(memory(open), content, partEnds[3] as number);
    assert.equal(content.video.samples.count, 30);
    // The file may have been closed in the meantime: parts stay where they are.
    readMoreParts(memory(closed), content, partEnds[4] as number);
    assert.equal(content.video.samples.count, 40);
    assert.equal(content.audio?.samples.count, 16);
  });

  it("needs two reads for a closed file whose index row is known", () => {
    let reads = 0;
    const source = memory(closed);
    const content = readSegment(
      {
        size: source.size,
        read(offset, length) {
          reads += 1;
          return source.read(offset, length);
        },
      },
      { moovOffset: open.length, moovBytes: end.moov.length },
    );
    assert.equal(content.state, "closed");
    assert.equal(reads, 2);
  });

  it("is not misled by a wrong place of the moov", () => {
    assert.equal(readSegment(memory(closed), { moovOffset: 500, moovBytes: 10 }).state, "closed");
  });

  it("does not believe samples that lie outside of the file's parts", () => {
    const { closed: hostile, end: hostileEnd } = makeSegment([{ video: [picture(0), picture(1)] }]);
    const bytes = Buffer.from(hostile);
    const stco = bytes.indexOf("stco", hostileEnd.summary.moovOffset);
    bytes.writeUInt32BE(0xfffffff0, stco + 12);
    assert.equal(readSegment(memory(bytes)).state, "unreadable");
  });
});
