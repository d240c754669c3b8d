// "Why?" over a database: what index, events and audit log know of a moment comes out as one answer; an account gets nothing
// that it may not see.
import assert from "node:assert/strict";
import { after, before, describe, it, type TestContext } from "node:test";
import { checkConfig } from "../../../core/config/check-config.ts";
import { initialConfig } from "../../../core/config/initial-config.ts";
import type { Db } from "../../../core/db/db.ts";
import { openDb } from "../../../core/db/open-db.ts";
import { auditTable, lateActs } from "../../../core/db/tables/audit-table.ts";
import { putEvents } from "../../../core/db/tables/events-table.ts";
import type { AlarmEvent } from "../../../core/domain/alarm-event.ts";
import {
  type ExplainedCamera,
  type ExplainQuestion,
  type ExplainSources,
  type ExplainViewer,
  explainMoment,
} from "../../../core/explain/explainer.ts";
import { sentenceOf } from "../../../core/explain/sentences.ts";
import { silentLog } from "../../../core/log.ts";
import { RecordingIndex } from "../../../core/recording/recording-index.ts";
import { closed, feed, MINUTE, NOON, run, SECOND } from "../recording/sample-segments.ts";

const NOON_MS = NOON / 90;
const MINUTE_MS = 60_000;
const at = (minutes: number) => NOON_MS + minutes * MINUTE_MS;
const ALL: ExplainViewer = {
  ...{ recordings: true, events: true, storage: true, arming: true },
  sees: () => true,
};

function camera(given: Partial<ExplainedCamera> = {}, record: Partial<ExplainedCamera["record"]> = {}) {
  return {
    ...{ id: "yard", name: "Yard", enabled: true },
    record: {
      ...{ mode: "continuous", streams: "main", audio: false, preRecordSeconds: 5 },
      ...{ segmentSeconds: 60, retentionDays: null, quotaBytes: null },
      ...record,
    },
    state: { status: "online", since: new Date(NOON_MS).toISOString() },
    recording: { active: true, reasons: ["continuous"] },
    ...given,
  } as ExplainedCamera;
}

function event(given: Partial<AlarmEvent> & { id: number; startMs: number }): AlarmEvent {
  return {
    ...{ type: "motion", camera: "yard", source: "vca-motion", lastMs: given.startMs, revision: given.id },
    ...{ objects: [], pictures: [], detail: {} },
    ...given,
  };
}

/** Five minutes recorded from noon on, an outage of three with its event, then more. */
async function database(t?: TestContext): Promise<Db> {
  const db = await openDb(":memory:", { log: silentLog });
  t?.after(() => db.close());
  await feed(db, closed([...run(5), ...run(5, { run: 2, startTime90k: NOON + 8 * MINUTE })]));
  const ended = { kind: "run-ended", camera: "yard", stream: "main", run: 1 } as const;
  await feed(db, [
    {
      ...ended,
      camera: run(1)[0]?.camera as never,
      endTime90k: NOON + 5 * MINUTE + SECOND,
      reason: "stalled",
    },
  ]);
  const link = {
    type: "exception-camera-link",
    detail: { code: "wrong-password", reason: "wrong password" },
  };
  await putEvents(
    db,
    [
      event({ id: 1, startMs: at(2), endMs: at(2) + 10_000 }),
      event({ id: 2, startMs: at(6), endMs: at(8), ...link }),
      event({ id: 3, startMs: at(9), camera: "gate", endMs: at(9) + 5_000 }),
      event({
        ...{ id: 4, startMs: at(6), endMs: at(7), type: "exception-volume-full", camera: undefined },
        ...{ subject: "/srv/video", detail: { status: "full" } },
      }),
    ],
    4,
  );
  return db;
}

function sources(db: Db, yard = camera(), alarms: unknown = {}): ExplainSources {
  const index = new RecordingIndex(db);
  const nowMs = at(20);
  return {
    db,
    nowMs: () => nowMs,
    config: () => checkConfig("the test", { ...initialConfig(), timeZone: "UTC", alarms }),
    camera: (id) => (id === "yard" ? yard : id === "gate" ? camera({ id: "gate", name: "Gate" }) : undefined),
    detection: () => ({
      enabled: true,
      state: { status: "looking" },
      detectors: [{ enabled: true, isPresent: true, eventTypes: ["motion"] }],
    }),
    recording: {
      index,
      coverage: (query) => index.coverage(query),
      gaps: (query) => index.gaps({ ...query, now90k: nowMs * 90 }),
      manualRecordings: () => [],
      volumeStates: async () => [{ id: undefined, path: "/srv/video", status: "normal", usedBytes: 0 }],
    },
    isShaped: () => false,
  };
}

describe("a moment of a camera", () => {
  let db: Db;
  before(async () => {
    db = await database();
  });
  after(() => db.close());
  const ask = async (question: Partial<ExplainQuestion>, viewer = ALL, from = sources(db)) => {
    const answer = await explainMoment(from, { camera: "yard", ...question }, viewer);
    const say = (said: Parameters<typeof sentenceOf>[0]) => sentenceOf(said, answer.atMs, "UTC");
    const step = (name: string) => answer.steps.find((one) => one.step === name);
    return { ...answer, recordingText: say(answer.recording), alarmText: say(answer.alarm), step, say };
  };

  it("names what is drawn for a detector that does not read it", async () => {
    const found = sources(db);
    const rules = [{ id: "fence", name: "Fence" }, { id: "yard" }];
    const [detector] = found.detection("yard")?.detectors ?? [];
    assert.ok(detector !== undefined);
    const detection = () => ({
      enabled: true,
      state: { status: "looking" },
      detectors: [{ ...detector, rules, unreadRules: ["fence"] }],
    });
    const { step, say } = await ask({}, ALL, { ...found, detection });
    const notes = step("detection")?.notes.map(say) ?? [];
    assert.deepEqual(notes, ["Drawn, but the detector does not read it: Fence."]);
    assert.equal((await ask({})).step("detection")?.notes.length, 0);
  });

  it("says of this moment that pictures are left out, as looking takes more than it may", async () => {
    const found = sources(db);
    const detectors = found.detection("yard")?.detectors ?? [];
    const notes = async (pace: string, atMs?: number) => {
      const detection = () => ({ enabled: true, state: { status: "looking", pace }, detectors });
      const { step, say } = await ask(atMs === undefined ? {} : { atMs }, ALL, { ...found, detection });
      return step("detection")?.notes.map(say);
    };
    assert.deepEqual(await notes("slower"), [
      "Fewer pictures than usual are looked at: detection may not take more of the processor.",
    ]);
    assert.deepEqual(await notes("key-frames"), [
      "Only key frames are looked at: detection may not take more of the processor.",
    ]);
    assert.deepEqual(await notes("idle"), []);
    assert.deepEqual(await notes("key-frames", at(2)), []);
  });

  it("that was recorded and had an event is told by both", async () => {
    const { recordingText, alarmText, step, isNow } = await ask({ atMs: at(2) + 3_000 });
    assert.equal(isNow, false);
    assert.equal(recordingText, "Recorded, because of continuous recording.");
    assert.equal(alarmText, "Event: Motion from 12:02:00 to 12:02:10.");
    assert.deepEqual(step("recorded")?.context, {
      reasons: "continuous",
      from: new Date(NOON_MS).toISOString(),
      to: new Date(at(5)).toISOString(),
    });
    assert.equal(step("actions")?.code, "actions-no-rule");
  });

  it("in an outage has its reason and its bounds, and the volume that was full", async () => {
    const { recordingText, alarmText, step } = await ask({ atMs: at(6) + 30_000 });
    assert.equal(
      recordingText,
      "Not recorded: the camera was offline (wrong password) from 12:06:00 to 12:08:00.",
    );
    assert.match(alarmText, /^Event: exception|Camera not reached from/);
    assert.equal(step("storage")?.code, "storage-was-bad");
    assert.equal((await ask({ atMs: at(6) + 30_000, type: "motion" })).alarm.code, "why-no-event-offline");
  });

  it("between the break and the outage has the end of the run, and the events before and after", async () => {
    const { recordingText, step } = await ask({ atMs: at(5) + 30_000 });
    assert.match(recordingText, /^Not recorded from 12:05:00 to 12:08:00: the connection broke \(it stopped/);
    assert.equal(step("event")?.notes[0]?.code, "event-before");
  });

  it("before the oldest recording, or of events long forgotten, is not guessed", async () => {
    assert.equal((await ask({ atMs: at(-1) })).recording.code, "why-not-kept");
    assert.equal((await ask({ atMs: at(-60 * 24 * 401) })).alarm.code, "why-event-not-kept");
  });

  it("of a camera recorded on events names the linked one, and hides it from who does not see it", async () => {
    const onEvents = camera({}, { mode: "event", eventCameras: ["gate"], eventTypes: ["motion"] });
    const from = sources(db, onEvents);
    const asked = await ask({ atMs: at(9) + 2_000 }, ALL, from);
    assert.equal(asked.step("linked")?.context?.["camera"], "Gate");
    const hidden = await ask({ atMs: at(9) + 2_000 }, { ...ALL, sees: () => false }, from);
    assert.doesNotMatch(JSON.stringify(hidden), /[Gg]ate/);
    assert.equal(hidden.step("linked")?.state, "unknown");
  });

  it("is told as far as the account may see it", async () => {
    const nothing: ExplainViewer = {
      ...{ recordings: false, events: false, storage: false, arming: false },
      sees: () => false,
    };
    const { recording, alarm, step } = await ask({ atMs: at(6) + 30_000 }, nothing);
    assert.deepEqual([recording.code, alarm.code], ["why-hidden", "why-hidden"]);
    assert.deepEqual(
      ["connection", "storage", "recorded", "armed", "event", "actions"].map((name) => step(name)?.state),
      Array.from({ length: 6 }, () => "unknown"),
    );
    assert.doesNotMatch(JSON.stringify([step("storage"), step("connection")]), /srv|password/);
  });

  it("now goes by states of now", async () => {
    const { recordingText, isNow, step } = await ask({});
    assert.equal(isNow, true);
    assert.equal(recordingText, "Recording, because of continuous recording.");
    assert.equal(step("storage")?.code, "storage-fine");
    assert.equal(step("camera")?.todays, undefined);
    const gone = camera({
      state: { status: "offline", code: "timed-out", since: new Date(at(15)).toISOString() },
      recording: { active: false, reasons: [] },
    });
    const away = await ask({}, ALL, sources(db, gone));
    assert.match(away.recordingText, /offline \(it does not answer\), since 12:15:00/);
  });

  it("is judged by the arming profile of then, and by settings only while they were not changed since", async (t) => {
    const own = await database(t);
    const audit = auditTable(own);
    const act = { userName: "ann", remoteAddress: "" };
    await audit.append({
      ...act,
      atMs: at(10),
      action: "arming-changed",
      detail: { profile: "home", before: "off" },
    });
    const alarms = {
      profile: "home",
      arming: {
        profiles: [
          { id: "home", name: "Home" },
          { id: "off", name: "Off", arms: "nothing" },
        ],
      },
    };
    const from = sources(own, camera({ enabled: false }), alarms);
    const then = await ask({ atMs: at(3) }, ALL, from);
    assert.equal(then.step("armed")?.code, "armed-nothing");
    assert.equal(then.step("armed")?.notes[0]?.code, "arm-profile-then");
    assert.equal((await ask({ atMs: at(11) }, ALL, from)).step("armed")?.code, "armed");
    assert.equal((await ask({ atMs: at(15) }, ALL, from)).recording.code, "why-not-disabled");
    await audit.append({
      ...{ ...act, atMs: at(18), action: "camera-changed", camera: "yard", detail: { changed: ["enabled"] } },
    });
    assert.equal((await ask({ atMs: at(15) }, ALL, from)).recording.code, "why-not-changed");
    for (const camera of ["gate", "yard"])
      await audit.append({ ...act, atMs: at(19), action: "camera-changed", camera, detail: {} });
    const late = { camera: "yard", actions: ["camera-changed"] };
    assert.equal(
      (await lateActs(own, { ...late, reach: 9, limit: 9 })).acts.length,
      2,
      "not those of the gate",
    );
    assert.equal((await lateActs(own, { ...late, reach: 1, limit: 9 })).sinceMs, at(19));
    assert.equal((await lateActs(own, { ...late, reach: 9, limit: 1 })).acts[0]?.atMs, at(19));
  });

  it("is refused where it is still to come, and of cameras that are not there", async () => {
    await assert.rejects(ask({ atMs: at(22) }), { code: "NJ_EXPLAIN_FUTURE" });
    assert.equal((await ask({ atMs: at(20) + 30_000 })).isNow, true, "a clock that is half a minute ahead");
    await assert.rejects(ask({ camera: "nowhere" }), { code: "NJ_CAMERA_NOT_FOUND" });
  });
});
