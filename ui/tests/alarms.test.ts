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
const withOne = (alarms: readonly RecordedEvent[], one: RecordedEvent) => withAlarm(alarms, one, undefined);

describe("the alarms of the bell", () => {
  it("are the newest first, each once, whatever order they come in", () => {
    const alarms = [event(2), event(3), event(1), event(2)].reduce<readonly RecordedEvent[]>(withOne, []);
    assert.deepEqual(ids(alarms), [3, 2, 1]);
  });

  it("leave out what is no alarm, and what somebody has acknowledged", () => {
    const seen = { at: "2026-01-01T00:00:00Z", by: "ann", note: "" };
    const alarms = [event(1), event(2)];
    assert.equal(withOne(alarms, event(3, { severity: "info" })), alarms, "nothing is drawn anew");
    assert.deepEqual(ids(withOne(alarms, event(1, { acknowledged: seen }))), [2]);
    assert.equal(withOne(alarms, event(9, { acknowledged: seen })), alarms);
  });

  it("are those of the kinds that the bell tells of, however grave", () => {
    const full = event(1, { type: "exception-volume-full", group: "exception" });
    const login = event(2, { type: "exception-illegal-login", group: "exception", severity: "warning" });
    const of = (told: readonly string[] | undefined) =>
      ids(
        [full, login, event(3)].reduce<readonly RecordedEvent[]>((all, one) => withAlarm(all, one, told), []),
      );
    assert.deepEqual(of(undefined), [3, 1], "as they come");
    assert.deepEqual(of(["exception-illegal-login", "intrusion"]), [3, 2]);
    assert.deepEqual(of(["exception-illegal-login"]), [2]);
    assert.deepEqual(of([]), []);
  });

  it("are bounded, and say that there are more", () => {
    const all = Array.from({ length: 150 }, (_, index) => event(index));
    const many = all.reduce<readonly RecordedEvent[]>(withOne, []);
    assert.equal(many.length, MOST_ALARMS);
    assert.equal(many[0]?.id, 149);
    assert.equal(countText(many.length), "99+");
    assert.equal(countText(7), "7");
  });
});
