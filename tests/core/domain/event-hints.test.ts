// Where people are told of events: as the table has it, and as is set; only what differs is written down.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isOwnException, toldIn, toldKinds, withHint } from "../../../core/domain/event-hints.ts";
import { EVENT_TYPE_IDS, type EventTypeId, eventType } from "../../../core/domain/event-types.ts";

describe("where people are told of events (manual 11.7, event hint)", () => {
  it("is the bell for what is as grave as an alarm, unless set otherwise", () => {
    for (const type of EVENT_TYPE_IDS)
      assert.equal(toldIn(type, []).bell, eventType(type).severity === "alarm", type);
    const { bell } = toldKinds([
      { type: "exception-volume-full", bell: false },
      { type: "intrusion", bell: false },
      { type: "motion", bell: true },
    ]);
    const isIn = (type: EventTypeId) => bell.includes(type);
    assert.deepEqual(
      ["exception-volume-full", "exception-network", "intrusion", "video-loss", "motion", "tamper"].filter(
        isIn as never,
      ),
      ["exception-network", "video-loss", "motion", "tamper"],
    );
  });

  it("is no sound, unless one is set", () => {
    for (const type of EVENT_TYPE_IDS) assert.equal(toldIn(type, []).sound, "off", type);
    const one = withHint([], { type: "alarm-input", sound: "siren" });
    assert.deepEqual(one, [{ type: "alarm-input", sound: "siren" }]);
    assert.equal(toldIn("alarm-input", one).sound, "siren");
    assert.deepEqual(withHint(one, { type: "alarm-input", sound: "off" }), []);
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
    assert.equal(isOwnException("exception-poe-overload"), false);
    assert.equal(isOwnException("motion"), false);
  });
});
