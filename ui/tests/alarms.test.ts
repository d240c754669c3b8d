import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { RecordedEvent } from "../src/api/types.ts";
import { countText, MOST_ALARMS, withAlarm } from "../src/state/alarms.ts";

const event = (id: number, more: Partial<RecordedEvent> = {}): RecordedEvent =>
  ({
    ...{ id, type: "intrusion", severity: "alarm", objects: [], pictures: [], detail: {} },
    start: new Date(Date.UTC(2026, 0, 1, 0, 0, id)).toISOString(),
    ...more,
  }) as RecordedEvent;
const ids = (alarms: readonly RecordedEvent[]) => alarms.map(({ id }) => id);

describe("the alarms of the bell", () => {
  it("are the newest first, each once, whatever order they come in", () => {
    const alarms = [event(2), event(3), event(1), event(2)].reduce(withAlarm, []);
    assert.deepEqual(ids(alarms), [3, 2, 1]);
  });

  it("leave out what is no alarm, and what somebody has acknowledged", () => {
    const seen = { at: "2026-01-01T00:00:00Z", by: "ann", note: "" };
    const alarms = [event(1), event(2)];
    assert.equal(withAlarm(alarms, event(3, { severity: "info" })), alarms, "nothing is drawn anew");
    assert.deepEqual(ids(withAlarm(alarms, event(1, { acknowledged: seen }))), [2]);
    assert.equal(withAlarm(alarms, event(9, { acknowledged: seen })), alarms);
  });

  it("are bounded, and say that there are more", () => {
    const many = Array.from({ length: 150 }, (_, index) => event(index)).reduce(
      withAlarm,
      [] as readonly RecordedEvent[],
    );
    assert.equal(many.length, MOST_ALARMS);
    assert.equal(many[0]?.id, 149);
    assert.equal(countText(many.length), "99+");
    assert.equal(countText(7), "7");
  });
});
