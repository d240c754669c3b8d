// A call that was given up says so to whoever looks, early or late.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { RunningCall } from "../../../../core/plugin/isolated/running-call.ts";

describe("a call in a plugin's process", () => {
  it("tells who has its signal already that it was given up, and gives everybody the same", () => {
    const call = new RunningCall();
    const { signal } = call;
    assert.equal(signal.aborted, false);
    call.giveUp();
    assert.equal(signal.aborted, true);
    assert.equal(call.signal, signal);
  });

  it("tells it also to who looks only afterwards", () => {
    const call = new RunningCall();
    call.giveUp();
    assert.equal(call.signal.aborted, true);
  });
});
