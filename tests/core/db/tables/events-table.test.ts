import assert from "node:assert/strict";
import { it } from "node:test";
import {
  acknowledgeEvent,
  addEventActions,
  countEvents,
  eventsAfter,
  findEvent,
  forgetEvents,
  lastEventNumbers,
  openEvents,
  putEvents,
  searchEvents,
} from "../../../../core/db/tables/events-table.ts";
import type { AlarmEvent, EventAction } from "../../../../core/domain/alarm-event.ts";
import { onBothDrivers } from "../on-both-drivers.ts";

function event(id: number, change: Partial<AlarmEvent> = {}): AlarmEvent {
  return {
    id,
    type: "motion",
    camera: "yard",
    source: "camera",
    startMs: id * 1_000,
    endMs: id * 1_000 + 500,
    lastMs: id * 1_000 + 500,
    objects: [],
    pictures: [],
    detail: { n: id },
    revision: id,
    ...change,
  };
}

onBothDrivers("the events table", ({ fresh }) => {
  it("gives back what was written, and changes it when it is written again", async () => {
    const db = await fresh();
    const { endMs: _, ...rest } = event(1);
    const begun = {
      ...rest,
      rule: "line-1",
      subject: "north",
      score: 0.5,
      objects: [
        {
          ...{ class: "person", score: 0.5, box: { x: 0.1, y: 0.2, width: 0.3, height: 0.4 }, atMs: 1_100 },
          track: "7",
          path: [[0, 0.2, 0.4] as const, [1_100, 0.25, 0.4] as const],
        },
        // As older recorders have written it.
        { class: "dog", score: 0.4, box: { x: 0, y: 0, width: 1, height: 1 }, track: "8" },
      ],
      pictures: [1_200],
    };
    await putEvents(db, [begun, event(2)], 2);
    assert.deepEqual(await findEvent(db, 1), begun);
    assert.deepEqual(await openEvents(db), [begun]);
    const ended = { ...begun, endMs: 9_000, lastMs: 9_000, endReason: "too-long" as const, revision: 3 };
    await putEvents(db, [ended], 0);
    assert.deepEqual(await findEvent(db, 1), ended);
    assert.deepEqual(await openEvents(db), []);
    assert.deepEqual(await lastEventNumbers(db), { id: 2, revision: 3 });
    assert.deepEqual(
      (await eventsAfter(db, 1, 9)).map(({ id }) => id),
      [2, 1],
    );
    assert.equal(await findEvent(db, 3), undefined);
  });

  it("tells of actions by their names of today, whichever were written", async () => {
    const db = await fresh();
    await putEvents(db, [event(1)], 1);
    const done = (action: string): EventAction => ({
      ...{ rule: "gate", action, status: "done", atMs: 1, attempts: 1 },
    });
    const written = ["nightjar-linkage-email/email", "nightjar-linkage-acme/email", "record"].map(done);
    await addEventActions(db, [{ id: 1, revision: 2, actions: written }], 9);
    const names = ["email", "nightjar-linkage-acme/email", "record"];
    assert.deepEqual((await findEvent(db, 1))?.actions, names.map(done));
  });

  it("is searched by camera, type, time, object and acknowledgement, newest first, page by page", async () => {
    const db = await fresh();
    const person = [{ class: "person", score: 0.9 }];
    const events = Array.from({ length: 12 }, (_, index) =>
      event(index + 1, {
        type: index % 2 === 0 ? "motion" : "intrusion",
        ...(index % 3 === 0 ? { camera: undefined } : { camera: index % 3 === 1 ? "yard" : "gate" }),
        objects: index % 4 === 0 ? person : [{ class: "car", score: 0.2 }],
        // Two at the same moment.
        startMs: index === 7 ? 7_000 : (index + 1) * 1_000,
      }),
    );
    await putEvents(db, events, events.length);
    await acknowledgeEvent(db, 5, { atMs: 1, by: "anna", note: "the postman" }, 20);
    await acknowledgeEvent(db, 8, { atMs: 1, by: "anna", note: "" }, 21);
    const queries = [
      {},
      { types: ["motion"] },
      { cameras: ["yard"] },
      { cameras: ["yard", "gate"], types: ["intrusion", "motion"] },
      { cameras: ["gate"], types: ["intrusion"], objects: ["car"] },
      { objects: ["person"] },
      { objects: ["person", "car"] },
      { acknowledged: true },
      { acknowledged: false, cameras: ["gate", "yard"] },
      { startMs: 3_000, endMs: 9_000 },
      { startMs: 3_000, endMs: 9_000, objects: ["car"], acknowledged: false },
      { types: Array.from({ length: 70 }, (_, n) => (n === 0 ? "motion" : `none-${n}`)), cameras: ["yard"] },
      { cameras: [] },
    ];
    for (const query of queries) {
      const {
        types,
        cameras,
        objects,
        acknowledged,
        startMs = 0,
        endMs = 1e9,
      }: Record<string, never> & {
        types?: string[];
        cameras?: string[];
        objects?: string[];
        acknowledged?: boolean;
        startMs?: number;
        endMs?: number;
      } = query as never;
      const expected = events
        .filter((one) => types?.includes(one.type) !== false)
        .filter((one) => cameras === undefined || (one.camera !== undefined && cameras.includes(one.camera)))
        .filter((one) => objects === undefined || one.objects.some((seen) => objects.includes(seen.class)))
        .filter((one) => acknowledged === undefined || [5, 8].includes(one.id) === acknowledged)
        .filter((one) => one.startMs >= startMs && one.startMs < endMs)
        .sort((a, b) => b.startMs - a.startMs || b.id - a.id)
        .map(({ id }) => id);
      const found: number[] = [];
      let after: { startMs: number; id: number } | undefined;
      for (;;) {
        const page = await searchEvents(db, { ...query, after, limit: 2 });
        found.push(...page.map(({ id }) => id));
        after = page.at(-1);
        if (page.length < 2) break;
      }
      assert.deepEqual(found, expected, JSON.stringify(query));
    }
    assert.deepEqual((await findEvent(db, 5))?.acknowledged, { atMs: 1, by: "anna", note: "the postman" });
    await putEvents(db, [event(5, { revision: 22 })], 0);
    assert.equal((await findEvent(db, 5))?.acknowledged?.by, "anna", "what follows takes nothing back");
    assert.equal(await acknowledgeEvent(db, 99, { atMs: 1, by: "anna", note: "" }, 30), false);
  });

  it("forgets by age and by count, the oldest first, with what was seen in them, and keeps its count", async () => {
    const db = await fresh();
    const objects = [{ class: "person", score: 0.9 }];
    const events = Array.from({ length: 20 }, (_, index) => event(index + 1, { objects }));
    await putEvents(db, events, 20);
    assert.equal(await forgetEvents(db, { fromMs: 4_000, count: 99 }, 100), 3);
    assert.equal(await countEvents(db), 17);
    assert.equal(await forgetEvents(db, { fromMs: 0, count: 10 }, 4), 4, "in portions");
    assert.equal(await forgetEvents(db, { fromMs: 9_000, count: 10 }, 4), 3, "both at once");
    assert.equal(await forgetEvents(db, { fromMs: 9_000, count: 10 }, 4), 0);
    assert.equal(await countEvents(db), (await searchEvents(db, { limit: 99 })).length);
    assert.equal((await searchEvents(db, { objects: ["person"], limit: 99 })).length, await countEvents(db));
    const left = await db.get<{ count: number }>("select count(*) as count from event_objects");
    assert.equal(left?.count, await countEvents(db));
    assert.equal((await lastEventNumbers(db)).id, 20);
  });
});
