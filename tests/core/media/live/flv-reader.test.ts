import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FlvReader } from "../../../../core/media/live/flv-reader.ts";

function tag(type: number, ms: number, body: Buffer): Buffer {
  const head = Buffer.alloc(11);
  head[0] = type;
  head.writeUIntBE(body.length, 1, 3);
  head.writeUIntBE(ms & 0xffffff, 4, 3);
  head[7] = ms >>> 24;
  const trailer = Buffer.alloc(4);
  trailer.writeUInt32BE(11 + body.length);
  return Buffer.concat([head, body, trailer]);
}

const HEADER = Buffer.from([0x46, 0x4c, 0x56, 1, 1, 0, 0, 0, 9, 0, 0, 0, 0]);
const STREAM = Buffer.concat([
  HEADER,
  tag(18, 0, Buffer.from("metadata")),
  tag(9, 0, Buffer.from([0x17, 0, 0, 0, 0, 1, 2, 3])),
  tag(9, 40, Buffer.from([0x17, 1, 0, 0, 80, 9, 9])),
  tag(8, 41, Buffer.from([0xaf, 1, 2])),
  tag(9, 0x1234567, Buffer.from([0x27, 1, 0xff, 0xff, 0xff, 8])),
]);

function read(chunks: readonly Buffer[]) {
  const seen: unknown[] = [];
  const reader = new FlvReader({
    config: (record) => seen.push(["config", [...record]]),
    picture: ({ data, keyFrame, presentationMs }) => seen.push([[...data], keyFrame, presentationMs]),
  });
  for (const chunk of chunks) reader.push(chunk);
  return seen;
}

const EXPECTED = [
  ["config", [1, 2, 3]],
  [[9, 9], true, 120],
  [[8], false, 0x1234567 - 1],
];

describe("pictures from an FLV stream", () => {
  it("are found with their times, however the bytes are cut", () => {
    assert.deepEqual(read([STREAM]), EXPECTED);
    for (const size of [1, 7, 20]) {
      const chunks: Buffer[] = [];
      for (let at = 0; at < STREAM.length; at += size) chunks.push(STREAM.subarray(at, at + size));
      assert.deepEqual(read(chunks), EXPECTED);
    }
  });

  it("are refused when it is no FLV, lies about a length, or holds another codec", () => {
    assert.throws(() => read([Buffer.from("RIFF0000000000000")]), { code: "NJ_FLV_INVALID" });
    const long = Buffer.concat([HEADER, Buffer.from([9, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0])]);
    assert.doesNotThrow(() => read([HEADER, tag(9, 0, Buffer.alloc(0))]));
    assert.equal(read([long]).length, 0);
    assert.throws(() => read([HEADER, tag(9, 0, Buffer.from([0x12, 1, 0, 0, 0, 1]))]), {
      code: "NJ_FLV_INVALID",
    });
  });
});
