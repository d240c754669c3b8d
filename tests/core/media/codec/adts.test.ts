import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { AdtsReader } from "../../../../core/media/codec/adts.ts";

/** A frame of AAC-LC at 16 kHz, mono, with a header of 7 bytes, or 9 with a CRC. */
function frame(body: Buffer, withCrc = false): Buffer {
  const header = Buffer.alloc(withCrc ? 9 : 7);
  const length = header.length + body.length;
  header.writeUInt16BE(withCrc ? 0xfff0 : 0xfff1, 0);
  header[2] = (1 << 6) | (8 << 2);
  header[3] = (1 << 6) | (length >> 11);
  header[4] = (length >> 3) & 0xff;
  header[5] = ((length & 7) << 5) | 0x1f;
  header[6] = 0xfc;
  return Buffer.concat([header, body]);
}

describe("AAC in ADTS", () => {
  const bodies = [1, 200, 5_000].map((size, at) => Buffer.alloc(size, at + 1));

  it("is cut into its access units, whatever pieces it comes in", () => {
    const bytes = Buffer.concat(bodies.map((body, at) => frame(body, at === 1)));
    for (const step of [1, 7, 64, bytes.length]) {
      const reader = new AdtsReader();
      const units: Buffer[] = [];
      for (let at = 0; at < bytes.length; at += step)
        units.push(...reader.push(bytes.subarray(at, at + step)));
      assert.deepEqual(units, bodies);
    }
  });

  it("is refused when it loses its step or holds an empty frame", () => {
    assert.throws(() => new AdtsReader().push(Buffer.alloc(16, 0x41)), { code: "NJ_ADTS_INVALID" });
    assert.throws(() => new AdtsReader().push(frame(Buffer.alloc(0))), { code: "NJ_ADTS_INVALID" });
    const reader = new AdtsReader();
    const broken = Buffer.concat([frame(bodies[1] as Buffer), Buffer.alloc(16)]);
    assert.throws(() => reader.push(broken), { code: "NJ_ADTS_INVALID" });
  });
});
