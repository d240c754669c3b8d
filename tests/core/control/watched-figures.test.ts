// From what is wrong with the recorder to the events that people are told of: recording, problems and alarms as they run
// together, with a clock that is turned by hand and a `media` that says what a test wants.
import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { ConfigStore } from "../../../core/config/config-store.ts";
import { AlarmService } from "../../../core/control/alarm-service.ts";
import {
  type ProblemCamera,
  type ProblemSources,
  RecorderProblems,
} from "../../../core/control/recorder-problems.ts";
import { watchFigures } from "../../../core/control/watched-figures.ts";
import { openDb } from "../../../core/db/open-db.ts";
import { auditTable } from "../../../core/db/tables/audit-table.ts";
import { openEvents } from "../../../core/db/tables/events-table.ts";
import { silentLog } from "../../../core/log.ts";
import { createHooks } from "../../../core/plugin/calls/hooks.ts";
import { createRecordingService } from "../../../core/recording/recording-service.ts";
import { FakeClock } from "../../../core/testing/fake-clock.ts";
import { tempDir } from "../../../core/testing/temp-dir.ts";
import { waitFor } from "../../../core/testing/wait-for.ts";
import { AuditLog } from "../../../core/users/audit-log.ts";
import { NOON_MS } from "../alarm/alarm-fixture.ts";
import { FakeMedia } from "../recording/fake-media.ts";

const LOOK_MS = 2_000;
const WELL: ProblemCamera = {
  ...{ id: "yard", name: "Yard", enabled: true, record: { mode: "continuous" } },
  ...{ state: { status: "online", since: "2026-01-01T00:00:00.000Z" }, recording: { active: true } },
};

async function fixture(t: TestContext) {
  const dir = tempDir();
  const clock = new FakeClock(NOON_MS);
  const db = await openDb(":memory:", { log: silentLog });
  const config = await ConfigStore.open({ dataDir: dir.path, log: silentLog, watch: false });
  const hooks = createHooks({ failed: () => undefined, measured: () => undefined });
  const alarms = new AlarmService({
    ...{ db, config, clock, log: silentLog, hooks: () => hooks, tell: () => undefined },
  });
  await alarms.start(new AuditLog(auditTable(db), clock, silentLog));
  const media = new FakeMedia(dir.path);
  await media.listen();
  const recording = createRecordingService({
    ...{ db, clock, log: silentLog, node: "nj", mediaSocketPath: media.socketPath, events: alarms },
    ...{ timeZone: () => "Europe/Berlin", volumes: () => [], cameras: () => [] },
  });
  await recording.start();
  await waitFor(() => media.desired.length > 0, { what: "media to be told" });
  const now: { camera: ProblemCamera; plugins: ReturnType<ProblemSources["plugins"]> } = {
    ...{ camera: WELL, plugins: [] },
  };
  let looks = 0;
  const watching = watchFigures({
    ...{ clock, log: silentLog, recording, alarms },
    cameras: { takeFigures: () => undefined },
    changes: { publish: () => undefined },
    replacedDisks: {
      take: () => {
        looks += 1;
      },
    },
    problems: new RecorderProblems({
      ...{ clock, processes: () => [], configProblem: () => undefined, others: () => [] },
      ...{ cameras: () => [now.camera], plugins: () => now.plugins },
    }),
  });
  t.after(async () => {
    watching.cancel();
    await recording.stop();
    await alarms.stop();
    await media.close();
    await config.close();
    await db.close();
    dir.remove();
  });
  return {
    ...{ clock, media, now },
    /** What goes on after one more look, the last that began first. */
    async open() {
      const before = looks;
      clock.advance(LOOK_MS);
      await waitFor(() => looks > before, { what: "a look" });
      await alarms.engine.settled();
      // The machine that the test runs on may have more to do than it can, which is an event too.
      return (await openEvents(db))
        .filter(({ type }) => type !== "exception-cpu" && type !== "exception-network")
        .map(({ type, camera, subject }) => `${type} ${camera ?? subject ?? ""}`);
    },
    found: (type: string) =>
      alarms.search({
        ...{ cameras: undefined, types: [type], objects: undefined, acknowledged: undefined },
        ...{ startMs: undefined, endMs: undefined, cursor: undefined, limit: 10 },
      }),
  };
}

describe("what is wrong with the recorder", () => {
  it("is an event while a plugin is kept from running", async (t) => {
    const { now, open, found } = await fixture(t);
    assert.deepEqual(await open(), []);
    now.plugins = [
      { displayName: "Far", status: "quarantined", reason: "it failed 5 times", code: "NJ_PLUGIN_ENDED" },
    ];
    assert.deepEqual(await open(), ["exception-plugin Far"]);
    assert.deepEqual(await open(), ["exception-plugin Far"], "the same one");
    now.plugins = [{ displayName: "Far", status: "running" }];
    assert.deepEqual(await open(), []);
    const [event, ...others] = (await found("exception-plugin")).events;
    assert.deepEqual([event?.subject, event?.detail["code"], others], ["Far", "plugin-quarantined", []]);
    assert.ok(event?.end !== undefined);
  });

  it("is an event while a camera is to be recorded and is not", async (t) => {
    const { clock, now, open, found } = await fixture(t);
    now.camera = { ...WELL, recording: { active: false } };
    assert.deepEqual(await open(), [], "a key frame may be on its way");
    clock.advance(15_000);
    assert.deepEqual(await open(), ["exception-record yard"]);
    now.camera = { ...WELL, recording: { active: false, problem: "no volume has room" } };
    assert.deepEqual(await open(), ["exception-record yard"], "another reason for the same");
    now.camera = WELL;
    assert.deepEqual(await open(), []);
    const { events } = await found("exception-record");
    assert.deepEqual([events.length, events[0]?.end === undefined], [1, false]);
  });

  it("is an event while the clock is wrong, and for an hour after it jumped", async (t) => {
    const { clock, media, open, found } = await fixture(t);
    await media.report({ kind: "clock-stepped", stepMs: 7_200_000, atMs: clock.wallMs() });
    assert.deepEqual(await open(), ["exception-clock "]);
    clock.setWall(NOON_MS + 3_605_000);
    assert.deepEqual(await open(), []);
    clock.setWall(Date.UTC(1970, 0, 2));
    assert.deepEqual(await open(), ["exception-clock "]);
    clock.setWall(NOON_MS + 3_700_000);
    assert.deepEqual(await open(), []);
    const codes = (await found("exception-clock")).events.map(({ detail }) => detail["code"]);
    assert.deepEqual(codes.sort(), ["clock-stepped", "clock-wrong"]);
  });
});
