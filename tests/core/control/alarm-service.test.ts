// The event engine within the recorder: plugins have their say, settings hold at once, pages of a search follow each other.
import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { ConfigStore } from "../../../core/config/config-store.ts";
import { AlarmService } from "../../../core/control/alarm-service.ts";
import { openDb } from "../../../core/db/open-db.ts";
import { auditTable } from "../../../core/db/tables/audit-table.ts";
import type { EventView } from "../../../core/http/event-schemas.ts";
import { silentLog } from "../../../core/log.ts";
import { createHooks } from "../../../core/plugin/calls/hooks.ts";
import { FakeClock } from "../../../core/testing/fake-clock.ts";
import { tempDir } from "../../../core/testing/temp-dir.ts";
import { AuditLog } from "../../../core/users/audit-log.ts";
import { NOON_MS } from "../alarm/alarm-fixture.ts";

const MOTION = { type: "motion", camera: "yard", source: "camera" } as const;

async function fixture(t: TestContext) {
  const dir = tempDir();
  const db = await openDb(":memory:", { log: silentLog });
  const config = await ConfigStore.open({ dataDir: dir.path, log: silentLog, watch: false });
  const clock = new FakeClock(NOON_MS);
  const failed: string[] = [];
  const hooks = createHooks({
    failed: (plugin, hook) => failed.push(`${plugin} ${hook}`),
    measured: () => undefined,
  });
  const told: EventView[] = [];
  const service = new AlarmService({
    db,
    config,
    clock,
    log: silentLog,
    hooks: () => hooks,
    tell: (event) => told.push(event),
  });
  const audit = new AuditLog(auditTable(db), clock, silentLog);
  await service.start(audit);
  t.after(async () => {
    await service.stop();
    await config.close();
    await db.close();
    dir.remove();
  });
  const search = (change: Partial<Parameters<AlarmService["search"]>[0]> = {}) =>
    service.search({
      ...{ cameras: undefined, types: undefined, objects: undefined, acknowledged: undefined },
      ...{ startMs: undefined, endMs: undefined, cursor: undefined, limit: 10 },
      ...change,
    });
  /** Until plugins have answered and all is written. */
  const settled = async () => {
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    await service.engine.settled();
  };
  return { service, hooks, clock, config, told, search, settled, audit, failed };
}

describe("events and plugins", () => {
  it("plugins add to an event before it is written, suppress it, and are told what became of it", async (t) => {
    const { service, hooks, clock, told, settled } = await fixture(t);
    const heard: string[] = [];
    hooks.beforeAlarm.tapPromise({ name: "postman" }, async ({ camera }) =>
      camera === "door" ? "the postman" : undefined,
    );
    hooks.alarm.tapPromise({ name: "zones" }, async (event) => ({
      ...event,
      type: "tamper",
      detail: { ...event.detail, zone: "drive" },
    }));
    hooks.alarmRaised.tapPromise({ name: "bell" }, async ({ id }) => void heard.push(`raised ${id}`));
    hooks.alarmCleared.tapPromise({ name: "bell" }, async ({ id }) => void heard.push(`cleared ${id}`));
    service.report(MOTION);
    service.report({ ...MOTION, camera: "door" });
    await settled();
    assert.deepEqual(
      told.map(({ type, camera, detail }) => [type, camera, detail["zone"]]),
      [["motion", "yard", "drive"]],
      "only the detail may be added to",
    );
    service.end(MOTION);
    clock.advance(5_000);
    await settled();
    assert.deepEqual(heard, ["raised 1", "cleared 1"]);
  });

  it("a plugin that throws or answers nonsense changes nothing", async (t) => {
    const { service, hooks, told, settled, failed } = await fixture(t);
    hooks.beforeAlarm.tapPromise({ name: "broken" }, async () => {
      throw new TypeError("oops");
    });
    hooks.alarm.tapPromise({ name: "wild" }, async () => ({ nothing: true }) as never);
    service.report(MOTION);
    await settled();
    assert.deepEqual(
      told.map(({ type }) => type),
      ["motion"],
    );
    assert.deepEqual(failed, ["broken beforeAlarm", "wild alarm"]);
  });
});

describe("events and settings", () => {
  it("another profile holds at once, and ends what is not armed any more", async (t) => {
    const { service, config, search, settled } = await fixture(t);
    service.report(MOTION);
    await config.update("/alarms/arming/profiles", [
      ...config.get().alarms.arming.profiles,
      { id: "off", name: "Off", arms: "nothing" },
    ]);
    await config.update("/alarms/profile", "off");
    service.report(MOTION);
    await settled();
    const { events } = await search();
    assert.deepEqual(
      events.map(({ endReason }) => endReason),
      ["disarmed"],
    );
    assert.equal(service.arming().profile, "off");
  });

  it("what is older, or more, than is kept is forgotten", async (t) => {
    const { service, config, search, settled } = await fixture(t);
    for (let n = 0; n < 1_010; n += 1) service.engine.pulse({ ...MOTION, subject: String(n) });
    await settled();
    await config.update("/alarms/keepCount", 1_000);
    await service.forgetOld(NOON_MS);
    assert.equal((await search({ limit: 2_000 })).events.length, 1_000);
    await service.forgetOld(NOON_MS + 399 * 86_400_000);
    assert.equal((await search({ limit: 2_000 })).events.length, 1_000);
    await service.forgetOld(NOON_MS + 401 * 86_400_000);
    assert.equal((await search()).events.length, 0);
  });
});

describe("a search", () => {
  it("goes on where its last page ended, and begins anew with a cursor that it never gave", async (t) => {
    const { service, clock, search, settled } = await fixture(t);
    for (let n = 0; n < 5; n += 1) {
      service.engine.pulse({ ...MOTION, subject: String(n) });
      if (n % 2 === 0) clock.advance(100);
    }
    await settled();
    const found: (string | undefined)[] = [];
    let cursor: string | undefined;
    do {
      const page = await search({ cursor, limit: 2 });
      found.push(...page.events.map(({ subject }) => subject));
      cursor = page.next;
    } while (cursor !== undefined);
    assert.deepEqual(found, ["4", "3", "2", "1", "0"]);
    for (const strange of ["", "x", "1", "1.x", "1e999.1", "."])
      assert.equal((await search({ cursor: strange })).events.length, 5, strange);
  });

  it("finds a refused sign-in, which the audit log has told of", async (t) => {
    const { search, settled, audit } = await fixture(t);
    audit.record({ userName: "", remoteAddress: "192.0.2.7", action: "sign-in-failed", detail: {} });
    await audit.settled();
    await settled();
    assert.equal((await search({ types: ["exception-illegal-login"] })).events[0]?.subject, "192.0.2.7");
  });
});

describe("exceptions by their kinds", () => {
  it("tell what goes on, when one last began and how many have in a day, of what the account may see", async (t) => {
    const { service, clock, settled } = await fixture(t);
    const link = { type: "exception-camera-link", source: "recorder" } as const;
    const dayAgoMs = clock.wallMs() - 25 * 3_600_000;
    service.report({ ...link, camera: "yard", timeMs: dayAgoMs });
    service.end({ ...link, camera: "yard", timeMs: dayAgoMs });
    service.report({ ...link, camera: "yard" });
    service.report({ ...link, camera: "door" });
    service.end({ ...link, camera: "door" });
    service.report({ type: "exception-volume-full", subject: "/srv", source: "recorder" });
    await settled();
    const of = async (query: Parameters<AlarmService["exceptions"]>[0], type: string) =>
      (await service.exceptions(query)).exceptions.find((kind) => kind.type === type);
    const everything = { cameras: undefined, recorder: true };
    const all = await of(everything, link.type);
    const start = new Date(clock.wallMs()).toISOString();
    assert.deepEqual(
      [all?.lastDay, all?.last, all?.open.map(({ camera, start: since }) => [camera, since])],
      [2, start, [["yard", start]]],
    );
    const full = await of(everything, "exception-volume-full");
    assert.deepEqual([full?.open[0]?.subject, full?.bell, full?.bar, full?.own], ["/srv", true, true, true]);
    assert.deepEqual(await of(everything, "exception-poe-overload"), {
      ...{ type: "exception-poe-overload", severity: "warning", about: "recorder", own: false, bell: false },
      ...{ sound: "off", open: [], lastDay: 0 },
    });
    const ofDoor = { cameras: ["door"], recorder: false };
    assert.deepEqual((await of(ofDoor, link.type))?.open, []);
    assert.equal((await of(ofDoor, link.type))?.lastDay, 1);
    const hidden = await of(ofDoor, "exception-volume-full");
    assert.deepEqual([hidden?.open, hidden?.last, hidden?.lastDay], [[], undefined, 0]);
  });
});
