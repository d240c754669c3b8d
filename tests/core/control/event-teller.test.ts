// Events on the stream of changes: each as it is written, once more when it ends, nothing twice.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { EventTeller } from "../../../core/control/event-teller.ts";
import { openDb } from "../../../core/db/open-db.ts";
import { eventsTable } from "../../../core/db/tables/events-table.ts";
import type { EventView } from "../../../core/http/wire-schemas.ts";
import { silentLog } from "../../../core/log.ts";

const START_MS = Date.UTC(2026, 0, 1);

async function fixture() {
  const db = await openDb(":memory:", { log: silentLog });
  const told: EventView[] = [];
  const events = eventsTable(db);
  const add = (type: string, endMs?: number) =>
    events.insert({
      type,
      camera: "yard",
      startMs: START_MS,
      payload: { reason: type },
      ...(endMs === undefined ? {} : { endMs }),
    });
  return { db, told, events, add, teller: new EventTeller(db, (event) => told.push(event)) };
}

describe("telling of events", () => {
  it("begins after what is there, and tells each as it is written, in order", async () => {
    const { db, told, add, teller } = await fixture();
    await add("motion", START_MS + 1_000);
    await teller.start();
    const first = await add("line-crossing");
    const second = await add("motion", START_MS + 5_000);
    await Promise.all([teller.written(), teller.written(), teller.written()]);
    assert.deepEqual(told, [
      {
        id: first,
        type: "line-crossing",
        camera: "yard",
        start: "2026-01-01T00:00:00.000Z",
        detail: { reason: "line-crossing" },
      },
      {
        id: second,
        type: "motion",
        camera: "yard",
        start: "2026-01-01T00:00:00.000Z",
        end: "2026-01-01T00:00:05.000Z",
        detail: { reason: "motion" },
      },
    ]);
    await db.close();
  });

  it("tells once more of those that end, also of those from before the start, and of nothing else", async () => {
    const { db, told, events, add, teller } = await fixture();
    const before = await add("exception-camera-offline");
    const motion = await add("motion");
    await teller.start();
    await events.endOpen("exception-camera-offline", "yard", START_MS + 60_000);
    await teller.written();
    await events.endOpen("motion", "yard", START_MS + 2_000);
    await teller.written();
    await teller.written();
    assert.deepEqual(
      told.map(({ id, end }) => ({ id, end })),
      [
        { id: before, end: "2026-01-01T00:01:00.000Z" },
        { id: motion, end: "2026-01-01T00:00:02.000Z" },
      ],
    );
    await db.close();
  });

  it("tells of many at once, without a gap", async () => {
    const { db, told, add, teller } = await fixture();
    await teller.start();
    const numbers: number[] = [];
    for (let index = 0; index < 450; index += 1) numbers.push(await add("motion", START_MS + 1));
    await teller.written();
    assert.deepEqual(
      told.map(({ id }) => id),
      numbers,
    );
    await db.close();
  });
});
