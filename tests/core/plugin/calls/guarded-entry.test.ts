// A guarded entry: what may answer at once is answered at once, what fails rejects, and all of it is counted.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type CallFigures, guardedEntry } from "../../../../core/plugin/calls/guarded-entry.ts";
import type { Detector } from "../../../../core/plugin/contract/detector.ts";

const LOOK = { watch: "w", nowMs: 1, silentMs: 0 };
const context = { signal: new AbortController().signal, luma: new Uint8Array() };

function guarded(look: (...args: unknown[]) => unknown) {
  const called: CallFigures[] = [];
  const parts = { card: { id: "eye" }, calls: { look } } as unknown as Parameters<typeof guardedEntry>[2];
  const detector: Detector = guardedEntry("detectors", "nightjar-vca-x", parts, {
    called: (_plugin, call) => called.push(call),
  });
  return { detector, called };
}

describe("a guarded call that may answer at once", () => {
  it("is answered without a promise where the plugin does so, by a copy", () => {
    const answer = [{ kind: "wake" }];
    const { detector, called } = guarded(() => answer);
    const got = detector.look(LOOK, context);
    assert.deepEqual(got, answer);
    assert.notEqual(got, answer);
    assert.equal(called.length, 1);
    assert.equal(called[0]?.fault, undefined);
  });

  it("is answered by a promise where the plugin takes its time", async () => {
    const { detector, called } = guarded(async () => [{ kind: "wake" }]);
    const got = detector.look(LOOK, context);
    assert.ok(got instanceof Promise);
    assert.deepEqual(await got, [{ kind: "wake" }]);
    assert.equal(called.length, 1);
  });

  it("rejects, and does not throw, whatever is wrong", async () => {
    const thrower = guarded(() => {
      throw new TypeError("no eyes");
    });
    const strange = guarded(() => [() => undefined]);
    for (const { detector, called } of [thrower, strange]) {
      const got = detector.look(LOOK, context);
      assert.ok(got instanceof Promise);
      await assert.rejects(got);
      assert.equal(called.length, 1);
      assert.ok(called[0]?.fault !== undefined);
    }
  });
});
