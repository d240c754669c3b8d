import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { CameraId } from "../../../../core/domain/ids.ts";
import { identityBox } from "../../../../core/media/mp4/identity-box.ts";
import {
  IDENTITY_BYTES,
  IDENTITY_OFFSET,
  PATCH_OFFSET,
  readIdentityBox,
} from "../../../../core/media/mp4/index.ts";
import { IDENTITY } from "./synthetic-segment.ts";

const FACTS = { identity: IDENTITY, writeSequence: 9_000_000_001, reasonBits: 129 };

describe("identity of a recording file", () => {
  it("has a fixed size and place", () => {
    assert.equal(IDENTITY_OFFSET, 32);
    assert.equal(PATCH_OFFSET, 220);
    const longest = {
      ...IDENTITY,
      camera: "c".repeat(64) as CameraId,
      node: "n".repeat(32),
      run: Number.MAX_SAFE_INTEGER,
      startTime90k: Number.MAX_SAFE_INTEGER,
    };
    const box = identityBox({ ...FACTS, identity: longest });
    assert.equal(box.length, IDENTITY_BYTES);
    assert.deepEqual(readIdentityBox(box)?.identity, longest);
  });

  it("gives back what was written, the order of eviction and the reasons included", () => {
    assert.deepEqual(readIdentityBox(identityBox(FACTS)), FACTS);
    const other = {
      ...FACTS,
      identity: { ...IDENTITY, stream: "sub" as const, clockSource: "unsynchronised" as const },
    };
    assert.deepEqual(readIdentityBox(identityBox(other)), other);
  });

  it("is not believed when a single bit of it is wrong", () => {
    const box = identityBox(FACTS);
    for (let bit = 24 * 8; bit < IDENTITY_BYTES * 8; bit += 1) {
      const damaged = box.slice();
      damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7));
      assert.equal(readIdentityBox(damaged), undefined, `bit ${bit}`);
    }
    assert.equal(readIdentityBox(box.subarray(0, 100)), undefined);
  });

  it("refuses names that do not fit", () => {
    const identity = { ...IDENTITY, node: "n".repeat(33) };
    assert.throws(() => identityBox({ ...FACTS, identity }), { code: "NJ_MP4_INVALID" });
  });
});
