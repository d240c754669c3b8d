// Where people are told of exceptions: as the table has it, and as is set; only what differs is written down.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { eventType } from "../../../core/domain/event-types.ts";
import {
  EXCEPTION_TYPES,
  isInBell,
  isOwnException,
  toldIn,
  toldKinds,
  withHint,
} from "../../../core/domain/exception-hints.ts";

describe("where people are told of exceptions (manual 11.7)", () => {
  it("is the bell for what is as grave as an alarm, unless set otherwise", () => {
    for (const type of EXCEPTION_TYPES)
      assert.equal(toldIn(type, []).bell, eventType(type).severity === "alarm", type);
    const hints = [{ type: "exception-volume-full", bell: false } as const];
    assert.equal(isInBell("exception-volume-full", hints), false);
    assert.equal(isInBell("exception-network", hints), true);
    assert.equal(isInBell("intrusion", hints), true, "what is no exception is not asked about");
    assert.equal(isInBell("motion", hints), false);
  });

  it("is the bar for the kinds that it knows", () => {
    assert.equal(toldIn("exception-camera-link", []).bar, true);
    assert.equal(toldIn("exception-plugin", []).bar, false);
    assert.equal(toldIn("exception-cpu", [{ type: "exception-cpu", bar: true }]).bar, undefined);
    const { bell, bar } = toldKinds([
      { type: "exception-camera-link", bell: true, bar: false },
      { type: "exception-plugin", bar: true },
    ]);
    assert.ok(bell.includes("exception-camera-link") && !bar.includes("exception-camera-link"));
    assert.ok(bar.includes("exception-plugin") && !bell.includes("exception-plugin"));
  });

  it("is written down only where it is not as it comes", () => {
    const one = withHint([], { type: "exception-clock", bell: true });
    assert.deepEqual(one, [{ type: "exception-clock", bell: true }]);
    const both = withHint(one, { type: "exception-clock", bar: false });
    assert.deepEqual(both, [{ type: "exception-clock", bell: true, bar: false }]);
    assert.deepEqual(withHint(both, { type: "exception-clock", bell: false, bar: true }), []);
    assert.deepEqual(withHint(one, { type: "exception-cpu", bar: true }), one, "there is no bar for it");
  });

  it("knows what only others can report", () => {
    assert.equal(isOwnException("exception-network"), true);
    assert.equal(isOwnException("exception-hot-spare"), false);
    assert.equal(isOwnException("motion"), false);
  });
});
