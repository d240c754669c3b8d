import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  CHECKSUM_BOX_BYTES,
  CHECKSUM_FROM,
  checksumBox,
  readChecksumBox,
} from "../../../../core/media/mp4/checksum-box.ts";

const SUM = Buffer.alloc(32, 0xab);

describe("checksum box", () => {
  it("is read back as it was written", () => {
    const box = checksumBox(SUM);
    assert.equal(box.length, CHECKSUM_BOX_BYTES);
    assert.equal(Buffer.from(box).readUInt32BE(0), CHECKSUM_BOX_BYTES);
    assert.equal(readChecksumBox(box), "ab".repeat(32));
  });

  it("is not seen in anything else", () => {
    const box = Buffer.from(checksumBox(SUM));
    assert.equal(readChecksumBox(box.subarray(0, 55)), undefined);
    for (const at of [0, 7, 8, 23]) {
      const other = Buffer.from(box);
      other[at] = (other[at] as number) ^ 1;
      assert.equal(readChecksumBox(other), undefined, `byte ${at}`);
    }
  });

  it("sums what lies behind the 16 bytes that closing changes", () => {
    assert.equal(CHECKSUM_FROM, 236);
  });
});
