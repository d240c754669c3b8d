import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FlowWindow } from "../../../../core/gateway/playback/flow-window.ts";

describe("flow control of playback", () => {
  it("counts what was sent and not shown, in part too", () => {
    const window = new FlowWindow(false);
    window.sent(0, 100);
    window.sent(100, 200);
    assert.equal(window.ahead90k, 200);
    window.shown(50);
    assert.equal(window.ahead90k, 150);
    window.shown(100);
    assert.equal(window.ahead90k, 100);
    window.shown(200);
    assert.equal(window.ahead90k, 0);
  });

  it("does not count a gap on the wall clock", () => {
    const window = new FlowWindow(false);
    window.sent(0, 100);
    window.sent(1_000_000, 1_000_100);
    assert.equal(window.ahead90k, 200);
    window.shown(1_000_010);
    assert.equal(window.ahead90k, 90);
  });

  it("counts backwards", () => {
    const window = new FlowWindow(true);
    window.sent(100, 200);
    window.sent(0, 100);
    window.shown(150);
    assert.equal(window.ahead90k, 150);
    window.shown(99);
    assert.equal(window.ahead90k, 99);
  });

  it("wakes who waits when something was shown", async () => {
    const window = new FlowWindow(false);
    window.sent(0, 100);
    const changed = window.changed();
    window.shown(10);
    await changed;
  });
});
