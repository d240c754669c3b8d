import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { keptFreeBytes } from "../../../../core/media/process/kept-free.ts";

const GIB = 1024 ** 3;
const MB = 1e6;

describe("what stays free on a volume", () => {
  it("is the wish where that is more than the least", () => {
    assert.equal(keptFreeBytes({ reserveBytes: 10 * GIB }, 5 * MB, 1_000 * GIB), 10 * GIB);
  });
  it("is 5 % of a large disk and 10 GiB of others without a wish, a quarter of a small one", () => {
    assert.equal(keptFreeBytes({}, 5 * MB, 1_000 * GIB), 50 * GIB);
    assert.equal(keptFreeBytes({}, 5 * MB, 100 * GIB), 10 * GIB);
    assert.equal(keptFreeBytes({}, 5 * MB, 20 * GIB), 5 * GIB);
  });
  it("is 2 GiB at least", () => {
    assert.equal(keptFreeBytes({ reserveBytes: 0 }, 5 * MB, 1_000 * GIB), 2 * GIB);
  });
  it("holds two minutes of what is written", () => {
    assert.equal(keptFreeBytes({ reserveBytes: 0 }, 100 * MB, 1_000 * GIB), 12_000 * MB);
  });
  it("takes no more than a quarter of a small disk, unless that was asked for", () => {
    assert.equal(keptFreeBytes({ reserveBytes: 0 }, 5 * MB, 4 * GIB), GIB);
    assert.equal(keptFreeBytes({ reserveBytes: 3 * GIB }, 5 * MB, 4 * GIB), 3 * GIB);
  });
  it("is exactly the wish where it was meant so", () => {
    assert.equal(keptFreeBytes({ reserveBytes: 1, exactReserve: true }, 100 * MB, 1_000 * GIB), 1);
  });
  it("is not less while the disk's size is unknown", () => {
    assert.equal(keptFreeBytes({ reserveBytes: 0 }, 0, undefined), 2 * GIB);
  });
});
