// Events on their way to a broker that comes and goes: none is lost, all are in order.
import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import type { Db } from "../../../core/db/db.ts";
import { openDb } from "../../../core/db/open-db.ts";
import {
  acknowledgeEvent,
  findEvent,
  lastEventNumbers,
  putEvents,
} from "../../../core/db/tables/events-table.ts";
import { keyValuesTable } from "../../../core/db/tables/key-values-table.ts";
import { silentLog } from "../../../core/log.ts";
import type { OutgoingMessage } from "../../../core/mqtt/broker.ts";
import { EventOutbox } from "../../../core/mqtt/event-outbox.ts";
import type { EventMessage } from "../../../core/mqtt/payloads.ts";
import { FakeClock } from "../../../core/testing/fake-clock.ts";
import { waitFor } from "../../../core/testing/wait-for.ts";

interface Way {
  readonly sent: { topic: string; event: EventMessage }[];
  isUp: boolean;
  readonly clock: FakeClock;
  outbox(): EventOutbox;
}

async function way(t: TestContext): Promise<Way & { readonly db: Db }> {
  const db = await openDb(":memory:", { log: silentLog });
  const clock = new FakeClock();
  const made: EventOutbox[] = [];
  t.after(async () => {
    for (const one of made) await one.close();
    await db.close();
  });
  const self: Way & { readonly db: Db } = {
    db,
    clock,
    sent: [],
    isUp: true,
    outbox() {
      const outbox = new EventOutbox({
        db,
        clock,
        log: silentLog,
        node: "n1",
        base: () => "nightjar",
        webAddress: () => "",
        publish: async ({ topic, payload }: OutgoingMessage) => {
          if (!self.isUp) throw new Error("away");
          self.sent.push({ topic, event: JSON.parse(String(payload)) as EventMessage });
        },
      });
      made.push(outbox);
      return outbox;
    },
  };
  return self;
}

/** Has it begun: what happens from now on is sent. */
async function begun(db: Db, outbox: EventOutbox): Promise<void> {
  outbox.kick();
  await waitFor(async () => (await keyValuesTable(db).get("mqtt.events")) !== undefined);
}

interface Told {
  readonly type: string;
  readonly camera?: string;
  readonly startMs: number;
  readonly endMs?: number;
}

const motion = (camera: string, startMs: number, endMs?: number): Told => ({
  type: "motion",
  camera,
  startMs,
  ...(endMs === undefined ? {} : { endMs }),
});

/** Writes a new event, as the engine does. Answers its number. */
async function insert(db: Db, told: Told): Promise<number> {
  const { id, revision } = await lastEventNumbers(db);
  await putEvents(
    db,
    [
      {
        ...told,
        id: id + 1,
        revision: revision + 1,
        source: "test",
        lastMs: told.startMs,
        objects: [],
        pictures: [],
        detail: {},
      },
    ],
    1,
  );
  return id + 1;
}

async function end(db: Db, id: number, endMs: number): Promise<void> {
  const event = await findEvent(db, id);
  assert.ok(event !== undefined);
  const { revision } = await lastEventNumbers(db);
  await putEvents(db, [{ ...event, endMs, revision: revision + 1 }], 0);
}

describe("events on their way out", () => {
  it("begin with what happens after the first start, and tell begin and end", async (t) => {
    const { db, sent, outbox } = await way(t);
    await insert(db, motion("yard", 1, 2));
    const out = outbox();
    await begun(db, out);
    const yard = await insert(db, motion("yard", 1_000));
    await insert(db, { type: "exception-volume-full", startMs: 1_500 });
    out.kick();
    await waitFor(() => sent.length === 3);
    await end(db, yard, 3_000);
    out.kick();
    await waitFor(() => sent.length === 4);
    assert.deepEqual(
      sent.map(({ topic, event }) => [topic, event.event_type, event.phase, event.end_time]),
      [
        ["nightjar/camera/yard/event", "motion", "start", undefined],
        ["nightjar/node/n1/event", "exception-volume-full", "start", undefined],
        ["nightjar/exception/exception-volume-full", "exception-volume-full", "start", undefined],
        ["nightjar/camera/yard/event", "motion", "end", "1970-01-01T00:00:03.000Z"],
      ],
    );
  });

  it("lose none of 100 000 while the broker is away and the recorder is restarted, and keep their order", async (t) => {
    const self = await way(t);
    const { db, sent, outbox, clock } = self;
    const first = outbox();
    await begun(db, first);
    self.isUp = false;
    await db.run(
      `insert into events (type, camera, source, start_ms, end_ms, payload, revision)
       with recursive n(i) as (select 1 union all select i + 1 from n where i < 100000)
       select 'motion', 'cam-' || (i % 16), 'test', i, case when i % 3 = 0 then null else i + 1 end, '{}', i from n`,
      [],
    );
    first.kick();
    await first.close();
    assert.equal(sent.length, 0);
    const second = outbox();
    second.kick();
    await waitFor(() => clock.pending > 0);
    self.isUp = true;
    clock.advance(5_000);
    await waitFor(() => sent.length >= 100_000, { deadlineMs: 60_000, periodMs: 50 });
    assert.equal(new Set(sent.map(({ event }) => event.id)).size, 100_000);
    const last = new Map<string, number>();
    for (const { topic, event } of sent) {
      assert.ok(event.id > (last.get(topic) ?? 0), `${topic} ${event.id}`);
      last.set(topic, event.id);
    }
    assert.equal(last.size, 16);
  });

  it("go on behind what was sent, also in the next run, and still tell ends", async (t) => {
    const { db, sent, outbox } = await way(t);
    const first = outbox();
    await begun(db, first);
    const yard = await insert(db, motion("yard", 1_000));
    first.kick();
    await waitFor(() => sent.length === 1);
    await first.close();
    await end(db, yard, 2_000);
    await insert(db, motion("gate", 3_000));
    const second = outbox();
    second.kick();
    await waitFor(() => sent.length === 3);
    assert.deepEqual(
      sent.map(({ event }) => [event.camera, event.phase]),
      [
        ["yard", "start"],
        ["yard", "end"],
        ["gate", "start"],
      ],
    );
  });

  it("leave out what happened while there was to be no broker", async (t) => {
    const { db, sent, outbox } = await way(t);
    const out = outbox();
    await begun(db, out);
    await out.forget();
    await insert(db, motion("yard", 1_000, 2_000));
    await begun(db, out);
    await insert(db, motion("yard", 3_000, 4_000));
    out.kick();
    await waitFor(() => sent.length > 0);
    assert.deepEqual(
      sent.map(({ event }) => event.time),
      ["1970-01-01T00:00:03.000Z"],
    );
  });

  for (const isRestarted of [false, true])
    it(`are told as ended once, though somebody has seen them before${isRestarted ? ", and the recorder began anew" : ""}`, async (t) => {
      const { db, sent, outbox } = await way(t);
      let out = outbox();
      const told = async (count: number) => {
        if (isRestarted) {
          await out.close();
          out = outbox();
        }
        out.kick();
        await waitFor(() => sent.length === count, { what: `${count} messages` });
      };
      await begun(db, out);
      const yard = await insert(db, motion("yard", 1_000));
      await told(1);
      const acknowledged = async () => {
        const { revision } = await lastEventNumbers(db);
        await acknowledgeEvent(db, yard, { atMs: 2_000, by: "kim", note: "" }, revision + 1);
      };
      await acknowledged();
      await told(2);
      await end(db, yard, 3_000);
      await told(3);
      await end(db, yard, 3_000);
      await told(4);
      assert.deepEqual(
        sent.map(({ event }) => event.phase),
        ["start", "update", "end", "update"],
      );
    });

  it("are told as begun also when later ones were sent before, as where plugins are asked about them", async (t) => {
    const { db, sent, outbox } = await way(t);
    const out = outbox();
    await begun(db, out);
    const [first, second] = [
      await insert(db, motion("yard", 1_000)),
      await insert(db, motion("gate", 1_000)),
    ];
    const held = await findEvent(db, first);
    assert.ok(held !== undefined);
    await db.run("delete from events where number = ?", [first]);
    out.kick();
    await waitFor(() => sent.length === 1);
    await putEvents(db, [{ ...held, revision: held.revision + 2 }], 1);
    out.kick();
    await waitFor(() => sent.length === 2);
    assert.deepEqual(
      sent.map(({ event }) => [event.id, event.phase, event.first]),
      [
        [second, "start", true],
        [first, "start", true],
      ],
    );
  });

  it("are told as changed, not as ended once more, when somebody notes that they were seen", async (t) => {
    const { db, sent, outbox } = await way(t);
    const out = outbox();
    await begun(db, out);
    const yard = await insert(db, motion("yard", 1_000, 2_000));
    out.kick();
    await waitFor(() => sent.length === 1);
    const { revision } = await lastEventNumbers(db);
    await acknowledgeEvent(db, yard, { atMs: 3_000, by: "kim", note: "the cat" }, revision + 1);
    out.kick();
    await waitFor(() => sent.length === 2);
    assert.deepEqual(
      sent.map(({ event }) => event.phase),
      ["end", "update"],
    );
  });
});
