// The ways that tracked objects take through events: how they grow, what bounds them, what becomes of them over pauses and
// restarts.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { eventView } from "../../../core/alarm/event-view.ts";
import { openDb } from "../../../core/db/open-db.ts";
import type { AlarmEvent, EventReport, ReportedObject } from "../../../core/domain/alarm-event.ts";
import { MOST_EVENT_POINTS, MOST_PATH_POINTS } from "../../../core/domain/object-path.ts";
import { silentLog } from "../../../core/log.ts";
import { FakeClock } from "../../../core/testing/fake-clock.ts";
import { engineFixture, NOON_MS } from "./alarm-fixture.ts";

const PERSON: EventReport = { type: "person", camera: "yard", source: "vca-test" };

function walker(x: number, change: Partial<ReportedObject> = {}): ReportedObject {
  return { class: "person", score: 0.5, track: "1", box: { x, y: 0.2, width: 0.1, height: 0.4 }, ...change };
}
const seen = (...objects: readonly ReportedObject[]): EventReport => ({ ...PERSON, objects });
const pathsOf = (event: AlarmEvent | undefined) => event?.objects.map(({ path }) => path);
const pointsOf = (event: AlarmEvent | undefined) =>
  event?.objects.reduce((sum, { path = [] }) => sum + path.length, 0) ?? 0;

describe("the path of an object in an event", () => {
  it("is where the middle of its box was, from the first report to the last; its box is that of the surest", async (t) => {
    const { engine, clock, rows, told } = await engineFixture(t);
    engine.report(seen(walker(0.1)));
    await engine.settled();
    clock.advance(400);
    engine.report(seen(walker(0.333_333, { score: 0.9 })));
    clock.advance(400);
    engine.report(seen(walker(0.95)));
    clock.advance(400);
    engine.end(PERSON);
    clock.advance(5_000);
    const [event] = await rows();
    const path = [
      [0, 0.15, 0.4],
      [400, 0.3833, 0.4],
      [800, 0.975, 0.4],
    ];
    const box = { x: 0.3333, y: 0.2, width: 0.1, height: 0.4 };
    const known = { class: "person", score: 0.9, track: "1", box, path };
    assert.deepEqual(event?.objects, [{ ...known, atMs: NOON_MS + 400 }]);
    assert.ok(event !== undefined);
    assert.deepEqual(eventView(event).objects, [{ ...known, at: "2026-01-01T12:00:00.400Z" }]);
    assert.equal(told.length, 2, "begin and end are written, and nothing more");
    assert.deepEqual(pathsOf(told[0]?.event), [undefined], "what was told does not change any more");
  });

  it("is none without a track, without a box, and of one look", async (t) => {
    const { engine, clock, rows } = await engineFixture(t);
    for (let n = 0; n < 5; n += 1) {
      const { track: _, ...untracked } = walker(n / 10);
      const { box: _box, ...boxless } = walker(0, { track: "2" });
      engine.report(seen(untracked, boxless, ...(n === 2 ? [walker(0.5, { track: "3" })] : [])));
      clock.advance(500);
    }
    assert.deepEqual(pathsOf((await rows())[0]), [undefined, undefined, undefined]);
  });

  it("is each object's own, and goes by the moments that its reporter tells", async (t) => {
    const { engine, clock, rows } = await engineFixture(t);
    const at = (ms: number, ...objects: readonly ReportedObject[]) =>
      engine.report({ ...seen(...objects), timeMs: NOON_MS + ms });
    at(0, walker(0.1));
    clock.advance(2_000);
    at(1_000, walker(0.3), walker(0.8, { class: "dog" }));
    at(1_500, walker(0.4), walker(0.7, { class: "dog" }));
    at(1_200, walker(0.9));
    engine.end(PERSON);
    clock.advance(5_000);
    assert.deepEqual(pathsOf((await rows())[0]), [
      [
        [0, 0.15, 0.4],
        [1_000, 0.35, 0.4],
        [1_500, 0.45, 0.4],
      ],
      [
        [1_000, 0.85, 0.4],
        [1_500, 0.75, 0.4],
      ],
    ]);
  });

  it("goes on where the event begins again within the merge window", async (t) => {
    const { engine, clock, rows } = await engineFixture(t, { alarms: { mergeSeconds: 3 } });
    engine.report(seen(walker(0.1)));
    clock.advance(1_000);
    engine.end(PERSON);
    clock.advance(2_000);
    engine.report(seen(walker(0.5)));
    clock.advance(1_000);
    engine.end(seen(walker(0.6)));
    clock.advance(4_000);
    const events = await rows();
    assert.equal(events.length, 1);
    assert.deepEqual(pathsOf(events[0]), [
      [
        [0, 0.15, 0.4],
        [3_000, 0.55, 0.4],
        [4_000, 0.65, 0.4],
      ],
    ]);
  });

  it("stays within its bounds, whatever is reported; all of an event, too", async (t) => {
    const { engine, clock, rows } = await engineFixture(t);
    for (let n = 0; n < 3_000; n += 1) {
      engine.report(seen(walker((n % 100) / 100)));
      clock.advance(66);
    }
    const [long] = await rows();
    assert.ok(
      pointsOf(long) <= MOST_PATH_POINTS && pointsOf(long) > MOST_PATH_POINTS / 4,
      `${pointsOf(long)}`,
    );
    const gate = (n: number) =>
      Array.from({ length: 40 }, (_, id) => walker(n / 3_000, { track: `${n % 3}-${id}` }));
    for (let n = 0; n < 600; n += 1) {
      engine.report({ ...seen(...gate(n)), camera: "gate" });
      clock.advance(66);
    }
    const [crowd] = await rows();
    assert.equal(crowd?.objects.length, 32);
    assert.ok(pointsOf(crowd) <= MOST_EVENT_POINTS, `${pointsOf(crowd)}`);
    assert.ok(pathsOf(crowd)?.every((path) => path !== undefined && path.length >= 2));
    assert.ok(JSON.stringify(crowd).length < 16_000, `${JSON.stringify(crowd).length}`);
  });

  it("is kept over a restart as far as it was written", async (t) => {
    const db = await openDb(":memory:", { log: silentLog });
    t.after(() => db.close());
    const clock = new FakeClock(NOON_MS);
    const first = await engineFixture(t, { db, clock });
    first.engine.report(seen(walker(0.1)));
    clock.advance(1_500);
    first.engine.report(seen(walker(0.4, { score: 0.9 })));
    const [written] = await first.rows();
    // The process is killed: nothing more is written.
    clock.advance(5_000);
    const [event] = await (await engineFixture(t, { db, clock })).rows();
    assert.equal(event?.endReason, "restarted");
    assert.equal(pointsOf(event), 2);
    assert.deepEqual(event?.objects, written?.objects);
  });
});
