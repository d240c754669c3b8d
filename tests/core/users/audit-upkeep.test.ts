import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { openDb } from "../../../core/db/open-db.ts";
import {
  type AuditEntry,
  type AuditTable,
  auditTable,
  lateActs,
} from "../../../core/db/tables/audit-table.ts";
import { silentLog } from "../../../core/log.ts";
import { AuditLog } from "../../../core/users/audit-log.ts";
import { AuditUpkeep } from "../../../core/users/audit-upkeep.ts";
import { HandClock } from "./users-fixture.ts";

const DAY_MS = 86_400_000;
const ACT = { userName: "ann", remoteAddress: "192.0.2.1", action: "session-opened", detail: {} };

async function fixture(
  t: TestContext,
  {
    keepDays = 30,
    mostRows = 1_000_000,
    agesMs,
  }: { keepDays?: number; mostRows?: number; agesMs?: () => number } = {},
) {
  const db = await openDb(":memory:", { log: silentLog });
  const clock = new HandClock();
  const table = auditTable(db);
  const options = {
    ...{ clock, log: silentLog, keepDays: () => keepDays, onHour: () => undefined, mostRows },
    ...(agesMs === undefined ? {} : { agesMs }),
  };
  const upkeep = new AuditUpkeep({ table, ...options });
  t.after(async () => {
    await upkeep.close();
    await db.close();
  });
  const add = async (count: number) => {
    for (let at = 0; at < count; at += 1) await table.append({ ...ACT, atMs: clock.wallMs() });
  };
  const numbers = async () => (await table.list({ limit: 1_000 })).map(({ number }) => number).reverse();
  return { db, clock, table, upkeep, add, numbers, options };
}

describe("the upkeep of the audit log", () => {
  it("removes what is older than it is kept, says so, and the chain is still whole", async (t) => {
    const { clock, table, upkeep, add, numbers, db } = await fixture(t);
    await add(3);
    clock.turn(20 * DAY_MS);
    await add(2);
    assert.equal(await upkeep.prune(), 0);
    clock.turn(12 * DAY_MS);
    assert.equal(await upkeep.prune(), 3);
    assert.deepEqual(await numbers(), [4, 5, 6]);
    const [said] = await table.list({ limit: 1 });
    assert.equal(said?.action, "audit-pruned");
    assert.equal(said?.detail["count"], 3);
    assert.deepEqual(await upkeep.check(), { intact: true, checked: 3, total: 3 });
    const late = { camera: "yard", actions: ["x"], reach: 100, limit: 9 };
    assert.equal((await lateActs(db, late)).sinceMs, clock.wallMs() - 12 * DAY_MS, "not all there ever were");
    // The next time the entry that says so goes, too, and a new one begins the chain.
    clock.turn(60 * DAY_MS);
    assert.equal(await upkeep.prune(), 3);
    assert.deepEqual(await numbers(), [7]);
    await add(1);
    assert.deepEqual(await upkeep.check(), { intact: true, checked: 2, total: 2 });
  });

  it("keeps what a clock that jumped ahead would make old", async (t) => {
    let trustedMs = 0;
    const { clock, upkeep, add, numbers } = await fixture(t, { agesMs: () => trustedMs });
    trustedMs = clock.wallMs();
    await add(3);
    clock.turn(400 * DAY_MS);
    assert.equal(await upkeep.prune(), 0);
    assert.deepEqual(await numbers(), [1, 2, 3]);
    trustedMs = clock.wallMs();
    assert.equal(await upkeep.prune(), 3);
  });

  it("finds what somebody else has removed or changed at the beginning (attack list A26)", async (t) => {
    const { clock, upkeep, add, db } = await fixture(t);
    await add(2);
    clock.turn(20 * DAY_MS);
    await add(3);
    clock.turn(12 * DAY_MS);
    await upkeep.prune();
    await db.run("delete from audit where number = 3");
    assert.equal((await upkeep.check()).firstBroken, 4);
    await db.run(
      "update audit set detail = json_set(detail, '$.hash', (select previous_hash from audit where number = 4)) where action = 'audit-pruned'",
    );
    assert.equal((await upkeep.check()).firstBroken, 6, "the word about it is part of the chain");
  });

  it("keeps no more entries than it may, and lets several go at once", async (t) => {
    const { upkeep, add, numbers } = await fixture(t, { mostRows: 200 });
    await add(200);
    assert.equal(await upkeep.prune(), 0);
    await add(1);
    assert.equal(await upkeep.prune(), 3);
    assert.equal((await numbers()).length, 199);
    assert.equal((await upkeep.check()).intact, true);
  });

  it("shares one walk among all who ask, tells how far it is, and removes nothing meanwhile", async (t) => {
    const { clock, table, options, add } = await fixture(t);
    await add(1);
    clock.turn(99 * DAY_MS);
    const began = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    let walks = 0;
    const slow: AuditTable = {
      ...table,
      async verify({ onWalked } = {}) {
        walks += 1;
        onWalked?.(1);
        began.resolve();
        await held.promise;
        return undefined;
      },
    };
    const upkeep = new AuditUpkeep({ table: slow, ...options });
    const both = [upkeep.check(), upkeep.check()];
    await began.promise;
    assert.equal(await upkeep.prune(), 0);
    assert.deepEqual(upkeep.checkState(), { checked: 1, total: 1 });
    held.resolve();
    assert.deepEqual(await Promise.all(both), Array(2).fill({ intact: true, checked: 1, total: 1 }));
    assert.deepEqual(upkeep.checkState(), { intact: true, checked: 1, total: 1 });
    assert.equal(walks, 1);
    assert.equal(await upkeep.prune(), 1);
    await upkeep.close();
  });
});

describe("acts of the audit log", () => {
  it("are written, and told of, though one that hears of them throws", async () => {
    const written: string[] = [];
    const table = { append: async ({ action }: AuditEntry) => void written.push(action) };
    const audit = new AuditLog(table as unknown as AuditTable, new HandClock(), silentLog);
    audit.onRecorded("broken", () => {
      throw new RangeError("no");
    });
    const told: string[] = [];
    audit.onRecorded("test", ({ action }) => void told.push(action));
    audit.record(ACT);
    audit.record({ ...ACT, action: "session-ended" });
    await audit.settled();
    assert.deepEqual([written, told], Array(2).fill(["session-opened", "session-ended"]));
  });
});

describe("strangers in the audit log (attack list A25)", () => {
  it("have a share of each day, from however many networks; the rest is told as a number", async () => {
    const written: AuditEntry[] = [];
    const table = { append: async (entry: AuditEntry) => void written.push(entry) } as unknown as AuditTable;
    const clock = new HandClock();
    const audit = new AuditLog(table, clock, silentLog);
    const guess = () => audit.record({ ...ACT, userName: "", action: "sign-in-failed" });
    for (let at = 0; at < 5_100; at += 1) guess();
    audit.record(ACT);
    audit.tellLeftOut();
    audit.tellLeftOut();
    clock.turn(DAY_MS);
    guess();
    await audit.settled();
    assert.equal(written.length, 5_000 + 3);
    assert.deepEqual(
      written.slice(5_000).map(({ action, detail }) => [action, detail]),
      [
        ["session-opened", {}],
        ["sign-ins-left-out", { count: 100 }],
        ["sign-in-failed", {}],
      ],
    );
  });
});
