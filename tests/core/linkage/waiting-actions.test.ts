// Actions that wait for somebody who is away, over a restart of the recorder: two engines, one after the other, over one
// database, with a clock that is turned by hand.
import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { Type } from "typebox";
import type { Db } from "../../../core/db/db.ts";
import { listWaitingActions } from "../../../core/db/tables/waiting-actions-table.ts";
import type { EventAction } from "../../../core/domain/alarm-event.ts";
import { NightjarError } from "../../../core/errors.ts";
import type { HookEvent, LinkageAction, LinkageRequest } from "../../../core/index.ts";
import { LinkageEngine } from "../../../core/linkage/linkage-engine.ts";
import { WaitingActions } from "../../../core/linkage/waiting-actions.ts";
import { silentLog } from "../../../core/log.ts";
import { FakeClock } from "../../../core/testing/fake-clock.ts";
import { waitFor } from "../../../core/testing/wait-for.ts";
import { memoryDb } from "../alarm-io/alarm-io-fixture.ts";

const MAIL = "email";
const HOUR_MS = 3_600_000;
const EVENT: HookEvent = {
  ...{ id: 7, type: "motion", severity: "info", camera: "yard", source: "camera" },
  ...{ start: "2026-01-01T00:00:00.000Z", objects: [], detail: {} },
};

/** One life of the recorder. */
interface Life {
  readonly engine: LinkageEngine;
  readonly asked: LinkageRequest[];
  readonly results: EventAction[];
  end(): Promise<void>;
}

async function life(
  db: Db,
  clock: FakeClock,
  run: (request: LinkageRequest) => Promise<undefined>,
  changed: { maxAgeSeconds?: number; isThere?: () => boolean; subject?: string } = {},
): Promise<Life> {
  const { maxAgeSeconds = 86_400, isThere = () => true, subject = "Motion" } = changed;
  const asked: LinkageRequest[] = [];
  const results: EventAction[] = [];
  const kept = new WaitingActions({ db, clock, log: silentLog });
  const mail: LinkageAction = {
    ...{ id: "email", displayName: "E-mail", wantsPictures: 0, maxAgeSeconds },
    configSchema: Type.Object({ subject: Type.String() }, { additionalProperties: false }),
    run: (request) => {
      asked.push(request);
      return run(request);
    },
  };
  const engine = new LinkageEngine({
    ...{ clock, kept },
    config: () => ({
      rules: [{ id: "gate", name: "Gate", actions: [{ action: MAIL, settings: { subject } }] }],
    }),
    profile: () => "home",
    recorderName: () => "Home",
    timeZone: () => "Europe/Berlin",
    cameraName: () => "Yard",
    isOwnAction: () => false,
    findAction: (source) => (source === MAIL && isThere() ? mail : undefined),
    picture: () => Promise.reject(new Error("none is wanted")),
    note: (_event, result) => results.push(result),
  });
  engine.takeUp(await kept.takenUp());
  return {
    ...{ engine, asked, results },
    async end() {
      await engine.close();
      await kept.close();
    },
  };
}

async function fixture(t: TestContext): Promise<{ db: Db; clock: FakeClock; rows(): Promise<string[]> }> {
  const db = await memoryDb(t);
  return {
    db,
    clock: new FakeClock(Date.UTC(2026, 0, 1)),
    rows: async () => (await listWaitingActions(db, 100)).map(({ request }) => request),
  };
}

const away = (): Promise<never> => Promise.reject(new NightjarError("NJ_X", "unavailable", "away"));

/** Once it was tried in vain and rests: that takes no more than promises that are settled already. */
async function failedOnce({ asked }: Life): Promise<void> {
  await waitFor(() => asked.length === 1);
  await turn();
}

describe("an action that waits for a server when the recorder ends", () => {
  it("is done after the next start, with the request of then, though its plugin comes late", async (t) => {
    const { db, clock, rows } = await fixture(t);
    const first = await life(db, clock, away);
    first.engine.take(EVENT, "start");
    await failedOnce(first);
    await first.end();
    assert.deepEqual([first.results, await rows()], [[], ["7-start-gate-0"]]);

    clock.advance(HOUR_MS);
    let isThere = false;
    const second = await life(db, clock, async () => undefined, {
      subject: "of another rule by now",
      isThere: () => isThere,
    });
    clock.advance(6_000);
    assert.equal(second.asked.length, 0);
    isThere = true;
    await waitFor(() => {
      clock.advance(10_000);
      return second.results.length === 1;
    });
    const [request] = second.asked;
    assert.deepEqual(
      [request?.id, request?.event.id, request?.config, request?.cameraName],
      ["7-start-gate-0", 7, { subject: "Motion" }, "Yard"],
    );
    assert.equal(second.results[0]?.status, "done");
    await second.end();
    assert.deepEqual(await rows(), []);
  });

  it("is told as too late where the recorder comes back after its time", async (t) => {
    const { db, clock, rows } = await fixture(t);
    const first = await life(db, clock, away);
    first.engine.take(EVENT, "start");
    await failedOnce(first);
    await first.end();
    clock.advance(25 * HOUR_MS);
    const second = await life(db, clock, async () => undefined);
    clock.advance(6_000);
    await waitFor(() => second.results.length === 1);
    assert.deepEqual([second.results[0]?.status, second.asked.length], ["expired", 0]);
    await second.end();
    assert.deepEqual(await rows(), []);
  });

  it("is kept as well where it is being done just then, and where it stands in the queue behind", async (t) => {
    const { db, clock, rows } = await fixture(t);
    const first = await life(db, clock, () => new Promise(() => undefined));
    for (const id of [1, 2, 3]) first.engine.take({ ...EVENT, id }, "start");
    await waitFor(() => first.asked.length === 2);
    await first.end();
    assert.deepEqual(await rows(), ["1-start-gate-0", "2-start-gate-0", "3-start-gate-0"]);
  });

  it("outlives a recorder that has no time to say so, from a second after it failed first", async (t) => {
    const { db, clock, rows } = await fixture(t);
    const killed = await life(db, clock, away);
    killed.engine.take(EVENT, "start");
    await failedOnce(killed);
    clock.advance(1_000);
    await waitFor(async () => (await rows()).length === 1);
  });

  it("is not kept where it is worth nothing later: a siren, which is told as not done", async (t) => {
    const { db, clock, rows } = await fixture(t);
    const first = await life(db, clock, away, { maxAgeSeconds: 10 });
    first.engine.take(EVENT, "start");
    await failedOnce(first);
    await first.end();
    assert.deepEqual(
      first.results.map(({ status, note }) => [status, note]),
      [["failed", "away"]],
    );
    assert.deepEqual(await rows(), []);
  });

  it("is done after an update by which it is called otherwise", async (t) => {
    const { db, clock, rows } = await fixture(t);
    const first = await life(db, clock, away);
    first.engine.take(EVENT, "start");
    await failedOnce(first);
    await first.end();
    await db.transaction((writer) =>
      writer.run("update waiting_actions set task = json_set(task, '$.source', ?)", [
        "nightjar-linkage-email/email",
      ]),
    );
    const second = await life(db, clock, async () => undefined);
    await waitFor(() => {
      clock.advance(10_000);
      return second.results.length === 1;
    });
    assert.deepEqual([second.results[0]?.action, second.results[0]?.status], ["email", "done"]);
    await second.end();
    assert.deepEqual(await rows(), []);
  });

  it("costs the database nothing where it is done at once", async (t) => {
    const { db, clock } = await fixture(t);
    let writes = 0;
    const counted = new Proxy(db, {
      get(target, key) {
        if (key === "transaction") writes += 1;
        const value = Reflect.get(target, key) as unknown;
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    const first = await life(counted, clock, async () => undefined);
    for (let id = 1; id <= 50; id += 1) first.engine.take({ ...EVENT, id }, "start");
    await waitFor(() => first.results.length === 50);
    clock.advance(2_000);
    await first.end();
    assert.equal(writes, 0);
  });
});
