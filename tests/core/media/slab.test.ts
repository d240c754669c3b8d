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

  it("lets go of what a burst took and nobody has needed since, and keeps what is in use by turns", () => {
    const pool = poolOf(40);
    for (const slab of taken(pool, 20)) slab.release();
    assert.equal(
      pool.trim(),
      10 * SLAB,
      "a quarter of the budget lies free at most, the others went at once",
    );
    for (const slab of taken(pool, 4)) slab.release();
    assert.equal(pool.trim(), 6 * SLAB, "four were needed");
    for (const slab of taken(pool, 4)) slab.release();
    assert.equal(pool.trim(), 0, "and are needed again and again");
    assert.equal(pool.trim(), 4 * SLAB, "until they are not");
    const held = taken(pool, 3);
    assert.equal(pool.trim(), 0);
    assert.equal(pool.usedBytes, 3 * SLAB);
    for (const slab of held) slab.release();
  });

  it("does not count what was made to measure: large key frames come and go all day", () => {
    const pool = poolOf(40);
    for (let count = 0; count < 3; count += 1) pool.take(5 * SLAB).release();
    assert.equal(pool.trim(), 0);
  });

  it("gives no more than its budget, and says which setting that is", () => {
    const pool = poolOf(2);
    taken(pool, 2);
    assert.throws(() => pool.take(), { code: "NJ_MEDIA_MEMORY_EXHAUSTED" });
  });
});
