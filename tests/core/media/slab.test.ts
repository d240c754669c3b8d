// The memory for pictures: what is given back serves the next, and no more is given than there is.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Slab, SlabPool } from "../../../core/media/slab.ts";

const SLAB = 1024;

function poolOf(slabs: number): SlabPool {
  return new SlabPool({ slabBytes: SLAB, budgetBytes: slabs * SLAB });
}

function taken(pool: SlabPool, count: number): Slab[] {
  return Array.from({ length: count }, () => pool.take());
}

describe("the pool of slabs", () => {
  it("gives out again what the last holder gave back", () => {
    const pool = poolOf(8);
    const slab = pool.take();
    slab.retain();
    slab.release();
    assert.equal(pool.usedBytes, SLAB);
    slab.release();
    assert.equal(pool.usedBytes, 0);
    assert.equal(pool.take().data, slab.data);
  });

  it("gives no more than its budget, and says which setting that is", () => {
    const pool = poolOf(2);
    taken(pool, 2);
    assert.throws(() => pool.take(), { code: "NJ_MEDIA_MEMORY_EXHAUSTED" });
  });
});
