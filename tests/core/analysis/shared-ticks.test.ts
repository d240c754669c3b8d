// Periodic calls that share a timer.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { sharedTicks } from "../../../core/analysis/shared-ticks.ts";
import type { Clock } from "../../../core/clock.ts";
import { FakeClock } from "../../../core/testing/fake-clock.ts";

/** A clock that counts the timers which it has running. */
function counted() {
  const inner = new FakeClock();
  const state = { running: 0 };
  const clock: Clock = {
    wallMs: () => inner.wallMs(),
    monotonicMs: () => inner.monotonicMs(),
    after: (delayMs, action) => inner.after(delayMs, action),
    every(periodMs, action) {
      state.running += 1;
      const timer = inner.every(periodMs, action);
      return {
        cancel() {
          state.running -= 1;
          timer.cancel();
        },
      };
    },
  };
  return { inner, state, shared: sharedTicks(clock) };
}

describe("periodic calls that share a timer", () => {
  it("come together, one timer for each period, which goes with the last of them", () => {
    const { inner, state, shared } = counted();
    const calls: string[] = [];
    const timers = ["a", "b"].map((name) => shared.every(1_000, () => calls.push(name)));
    const slow = shared.every(5_000, () => calls.push("slow"));
    assert.equal(state.running, 2);
    inner.advance(2_500);
    assert.deepEqual(calls, ["a", "b", "a", "b"]);
    timers.push(shared.every(1_000, () => calls.push("c")));
    inner.advance(500);
    assert.deepEqual(calls.slice(4), ["a", "b", "c"], "one that joins waits no longer than its period");
    for (const timer of timers) timer.cancel();
    for (const timer of timers) timer.cancel();
    assert.equal(state.running, 1);
    inner.advance(2_000);
    assert.deepEqual(calls.slice(7), ["slow"]);
    slow.cancel();
    assert.equal(state.running, 0);
  });

  it("are each their own: the same function twice, and one that ends another", () => {
    const { inner, shared } = counted();
    let calls = 0;
    const count = () => {
      calls += 1;
    };
    const timers = [shared.every(1_000, count), shared.every(1_000, count)];
    inner.advance(1_000);
    assert.equal(calls, 2);
    const ending = shared.every(1_000, () => timers[1]?.cancel());
    timers[0]?.cancel();
    inner.advance(1_000);
    inner.advance(1_000);
    assert.equal(calls, 3, "it was called before it was ended");
    ending.cancel();
    shared.every(1_000, count);
    inner.advance(1_000);
    assert.equal(calls, 4, "and one that begins after all have ended");
  });
});
