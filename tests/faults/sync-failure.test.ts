// A failing sync in small, for every test run; `node tests/faults/sync-failure.ts` has more rounds.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { cannotInject, syncFailure, syncFailureBeforeStop } from "./sync-failure.ts";

describe("a recording file whose sync fails once", { skip: cannotInject(), concurrency: true }, () => {
  for (const [volumes, where] of [
    [1, "on the same volume, when it is in order again"],
    [2, "on the next volume"],
  ] as const) {
    it(`is written again ${where}: nothing is missing`, async () => {
      const result = await syncFailure(volumes, 1);
      assert.ok(result.injected > 0);
      assert.deepEqual(result.gaps, []);
      assert.deepEqual(result.unreadable, []);
      assert.equal(result.fsck.exitCode, 0, result.fsck.output);
    });
  }

  it("is written again when the recorder is stopped before its only volume counts as in order", async () => {
    const result = await syncFailureBeforeStop(3_000);
    assert.ok(result.lostMs <= 1_000, `${result.lostMs} ms`);
    assert.deepEqual(result.gaps, []);
    assert.deepEqual(result.unreadable, []);
    assert.equal(result.fsck.exitCode, 0, result.fsck.output);
  });
});
