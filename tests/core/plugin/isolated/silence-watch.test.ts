import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SilenceWatch } from "../../../../core/plugin/isolated/silence-watch.ts";

/** Looks at the given seconds, never answered; gives the second in which it was found, and what was said. */
function silent(share: number | undefined, looks: readonly number[] = [1, 2, 3, 4, 5, 6, 7, 8, 9]) {
  const watch = new SilenceWatch(0);
  watch.answered(0, share === undefined ? undefined : 10);
  for (const second of looks) {
    const reason = watch.look(second * 1_000, share === undefined ? undefined : 10 + second * share);
    if (reason !== undefined) return [second, reason];
  }
  return undefined;
}

describe("a plugin that does not answer", () => {
  it("is found within five seconds where it computes", () => {
    assert.deepEqual(silent(1), [4, "it did nothing but compute for 4 s, and was ended"]);
    assert.deepEqual(silent(0.6)?.[0], 4);
  });
  it("has eight where it does not, or nobody knows: a busy machine may not let it run", () => {
    assert.deepEqual(silent(0.2), [8, "it did not answer for 8 s, and was ended"]);
    assert.deepEqual(silent(undefined)?.[0], 8);
  });
  it("is found as soon where it has never answered", () => {
    const watch = new SilenceWatch(0);
    assert.equal(watch.look(1_000, undefined), undefined, "nothing is known of it yet");
    for (const second of [2, 3]) assert.equal(watch.look(second * 1_000, 7 + second), undefined);
    assert.match(watch.look(4_000, 11) ?? "", /compute for 4 s/);
  });
  it("is not blamed for the time in which nobody looked", () => {
    assert.equal(silent(1, [1, 2, 9]), undefined);
    assert.deepEqual(silent(1, [1, 2, 9, 10])?.[0], 10);
  });
  it("begins anew with every answer", () => {
    const watch = new SilenceWatch(0);
    for (let second = 1; second < 30; second += 1) {
      assert.equal(watch.look(second * 1_000, second), undefined);
      if (second % 3 === 0) watch.answered(second * 1_000, second);
    }
  });
});
