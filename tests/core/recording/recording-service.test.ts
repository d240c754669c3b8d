import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { Db } from "../../../core/db/db.ts";
import { openDb } from "../../../core/db/open-db.ts";
import type { CameraId, VolumeId } from "../../../core/domain/ids.ts";
import { silentLog } from "../../../core/log.ts";
import type { MediaReport, VolumeState } from "../../../core/media/protocol.ts";
import type { RecordedCamera } from "../../../core/recording/recorded-camera.ts";
import {
  createRecordingService,
  type RecordingChange,
  type RecordingService,
} from "../../../core/recording/recording-service.ts";
import { FakeClock } from "../../../core/testing/fake-clock.ts";
import { type TempDir, tempDir } from "../../../core/testing/temp-dir.ts";
import { waitFor } from "../../../core/testing/wait-for.ts";
import { type EventNotes, eventNotes } from "./event-notes.ts";
import { FakeMedia, segmentIds } from "./fake-media.ts";
import {
  camera,
  closed,
  deleted,
  GATE,
  HOUR,
  MINUTE,
  NOON,
  record,
  run,
  SECOND,
  YARD,
} from "./sample-segments.ts";

const NOON_MS = NOON / 90;
const VOLUME_PATH = "/srv/nightjar/default";

describe("the recording service", () => {
  let dir: TempDir;
  let db: Db;
  let clock: FakeClock;
  let media: FakeMedia;
  let cameras: RecordedCamera[];
  let services: RecordingService[];
  let events: EventNotes;

  beforeEach(async () => {
    dir = tempDir();
    db = await openDb(dir.join("nightjar.db"), { log: silentLog });
    clock = new FakeClock(NOON_MS);
    media = new FakeMedia(dir.path);
    cameras = [camera(YARD), camera(GATE, { mode: "manual" })];
    services = [];
    events = eventNotes();
    await media.listen();
  });

  afterEach(async () => {
    for (const service of services) await service.stop();
    await media.close();
    await db.close();
    dir.remove();
  });

  async function started(log = silentLog): Promise<RecordingService> {
    const service = createRecordingService({
      db,
      mediaSocketPath: media.socketPath,
      node: "nj",
      clock,
      log,
      timeZone: () => "Europe/Berlin",
      volumes: () => [{ path: VOLUME_PATH }],
      cameras: () => cameras,
      events: events.sink,
    });
    services.push(service);
    await service.start();
    return service;
  }

  /** A service whose volume is known and whose first eviction list has gone out. */
  async function settled(): Promise<RecordingService> {
    const told = media.locks.length;
    const service = await started();
    await waitFor(() => media.locks.length > told, { what: "the locks" });
    await waitFor(() => media.desired.at(-1)?.volumes[0]?.id, { what: "a desired state with a volume" });
    return service;
  }

  async function reportClosed(...segments: ReturnType<typeof record>[]): Promise<void> {
    const number = await media.report(...closed(segments));
    await waitFor(() => {
      clock.advance(100);
      return media.acknowledged.includes(number);
    });
  }

  const onVolume = (given: Parameters<typeof record>[0] = {}) =>
    record({ volume: media.idOf(VOLUME_PATH), ...given });

  it("has streams tried again once media knows where they are, also those that were there before media was", async () => {
    await media.close();
    const service = await started();
    service.tryAgain([YARD]);
    await media.listen();
    await waitFor(() => media.triedAgain.length > 0);
    assert.deepEqual(media.triedAgain[0]?.cameras, [YARD]);
    assert.ok((media.triedAgain[0]?.after ?? 0) >= 1);
    service.tryAgain([GATE]);
    service.tryAgain([GATE]);
    await waitFor(() => media.triedAgain.length > 1);
    assert.deepEqual(
      media.triedAgain.slice(1, 2).map(({ cameras: told }) => told),
      [[GATE]],
    );
  });

  it("makes the volume, then tells media what to record", async () => {
    await settled();
    assert.deepEqual(media.initialised, [VOLUME_PATH]);
    const state = media.desired.at(-1);
    // No reserve that nobody chose: until the disk's size is known here, a small one would be full, or its recordings deleted.
    assert.deepEqual(state?.volumes, [{ id: media.idOf(VOLUME_PATH), path: VOLUME_PATH, overwrite: true }]);
    assert.deepEqual(
      state?.streams.map((stream) => [
        stream.camera,
        stream.stream,
        stream.volumes.length,
        stream.intervals.length,
      ]),
      [
        [YARD, "main", 1, 1],
        [YARD, "sub", 0, 0],
        [GATE, "main", 1, 0],
        [GATE, "sub", 0, 0],
      ],
    );
  });

  for (const [what, ends, warnings] of [
    ["warns of a media that refuses what it is told", false, 1],
    ["does not warn of one that only refuses because it is ending", true, 0],
  ] as const) {
    it(what, async () => {
      const warned: string[] = [];
      media.lockFault = "there is no volume";
      const service = await started({ ...silentLog, warn: (message) => void warned.push(message) });
      await waitFor(() => media.locks.length > 0, { what: "the locks" });
      if (ends) {
        await media.close();
        await waitFor(() => !service.media.isUp);
      }
      // The answer is on its way: the clock goes on until it would have been told of.
      for (let second = 0; second < 15; second += 1) {
        await service.media.request("ping", {}).catch(() => undefined);
        clock.advance(1_000);
      }
      assert.equal(warned.filter((message) => message.includes("was not told everything")).length, warnings);
    });
  }

  it("sends the desired state with rising revisions, and only when it differs", async () => {
    const service = await settled();
    const before = media.desired.length;
    service.camerasChanged();
    clock.advance(60_000);
    cameras = [camera(YARD, { mode: "off" })];
    service.camerasChanged();
    await waitFor(() => media.desired.at(-1)?.streams.length === 2);
    assert.equal(media.desired.length, before + 1);
    const revisions = media.desired.map((state) => state.revision);
    assert.deepEqual(
      revisions,
      [...new Set(revisions)].sort((a, b) => a - b),
    );
  });

  it("renews the intervals as time passes", async () => {
    await settled();
    const before = media.desired.at(-1)?.streams[0]?.intervals[0]?.startMs ?? 0;
    for (let minute = 0; minute < 61; minute += 1) clock.advance(60_000);
    await waitFor(() => (media.desired.at(-1)?.streams[0]?.intervals[0]?.startMs ?? 0) > before);
  });

  it("asks again for a volume that could not be made, and says why meanwhile", async () => {
    media.volumeFault = "the folder /srv is read-only";
    const service = await started();
    await waitFor(async () => (await service.volumeStates())[0]?.status === "error");
    assert.match((await service.volumeStates())[0]?.message ?? "", /read-only/);
    media.volumeFault = undefined;
    clock.advance(60_000);
    await waitFor(() => media.desired.at(-1)?.volumes.length === 1);
  });

  it("never makes a volume anew that it knew before: its disk may not be mounted", async () => {
    const first = await settled();
    await first.stop();
    await settled();
    assert.deepEqual(media.initialised, [VOLUME_PATH]);
  });

  it("makes what lies at a path the volume when its disk was replaced: what the other held is missing, also after a restart", async () => {
    const service = await settled();
    const old = media.idOf(VOLUME_PATH);
    await reportClosed(...run(3, { volume: old }));
    await media.report({ kind: "volume-state", state: { volume: old, status: "offline", sinceMs: NOON_MS } });
    const fresh = media.swap(VOLUME_PATH);
    await service.renewVolume(VOLUME_PATH);
    await waitFor(() => media.desired.at(-1)?.volumes[0]?.id === fresh, { what: "the new volume" });
    const held = () => service.index.recordings({ camera: YARD, start90k: 0, end90k: NOON * 2, limit: 9 });
    await waitFor(async () => (await held()).segments.length === 0, { what: "the old recordings to go" });
    assert.deepEqual(
      (await service.volumeStates()).map(({ id, status, usedBytes }) => [id, status, usedBytes]),
      [[fresh, "unknown", 0]],
    );
    assert.deepEqual(
      await service.coverage({ cameras: [YARD], stream: "main", start90k: 0, end90k: NOON * 2, maxSpans: 9 }),
      [{ camera: YARD, stream: "main", spans: [], growing: false, holes: [], locked: [] }],
    );
    await media.report({
      kind: "volume-state",
      state: { volume: fresh, status: "normal", sinceMs: NOON_MS },
    });
    await waitFor(() => events.acts.at(-1) === `end exception-volume-offline ${VOLUME_PATH}`);
    await service.stop();
    const again = await settled();
    assert.equal((await again.volumeStates())[0]?.id, fresh);
  });

  it("finds the recordings of a disk that is put back, and takes no volume of another recorder or another path", async () => {
    const service = await settled();
    const old = media.idOf(VOLUME_PATH);
    const files = run(3, { volume: old });
    await reportClosed(...files);
    media.swap(VOLUME_PATH);
    await service.renewVolume(VOLUME_PATH);
    const held = async () =>
      (await service.index.recordings({ camera: YARD, start90k: 0, end90k: NOON * 2, limit: 9 })).segments;
    await waitFor(async () => (await held()).length === 0, { what: "the old recordings to go" });
    const foreign = media.swap(VOLUME_PATH, randomUUID() as VolumeId, false);
    await assert.rejects(service.renewVolume(VOLUME_PATH), { code: "NJ_PLACE_TAKEN" });
    assert.notEqual((await service.volumeStates())[0]?.id, foreign);
    media.pages.set(old, [files]);
    media.swap(VOLUME_PATH, old, false);
    await service.renewVolume(VOLUME_PATH);
    await waitFor(async () => (await held()).length === 3, { what: "the recordings to be found again" });
    assert.equal((await service.volumeStates())[0]?.id, old);
  });

  it("acknowledges reports when they are in the index, and tells of the new coverage", async () => {
    const service = await settled();
    const changes: RecordingChange[] = [];
    const stopListening = service.onChange("test", (change) => changes.push(change));
    await reportClosed(onVolume());
    assert.deepEqual(
      changes.filter((change) => change.kind === "coverage"),
      [
        {
          kind: "coverage",
          camera: YARD,
          stream: "main",
          start90k: NOON,
          end90k: NOON + MINUTE,
          reasons: ["continuous"],
          growing: false,
        },
      ],
    );
    stopListening();
    const [volume] = await service.volumeStates();
    assert.equal(volume?.usedBytes, 1_000_000);
  });

  it("goes on when a listener fails", async () => {
    const service = await settled();
    service.onChange("test", () => {
      throw new RangeError("a listener of a plugin");
    });
    service.media.on("segmentClosed", () => {
      throw new RangeError("another one");
    });
    await reportClosed(onVolume());
    assert.equal(
      (await service.index.recordings({ camera: YARD, start90k: 0, end90k: NOON * 2, limit: 9 })).segments
        .length,
      1,
    );
  });

  it("keeps its index when media repeats everything after a restart of core", async () => {
    const first = await settled();
    const segments = run(3, { volume: media.idOf(VOLUME_PATH) });
    await reportClosed(...segments);
    await first.stop();
    const second = await settled();
    await media.report(...closed(segments), ...deleted(segments.slice(0, 1)));
    await second.media.flush();
    assert.equal((await second.volumeStates())[0]?.usedBytes, 2_000_000);
  });

  it("knows after its own restart what media told before, and forgets it when media is another one", async () => {
    const first = await settled();
    const number = await media.report(
      { kind: "stream-state", camera: YARD, stream: "main", state: { status: "online", sinceMs: NOON_MS } },
      { kind: "recording-state", camera: YARD, stream: "main", recording: true, reasons: ["continuous"] },
    );
    await waitFor(() => {
      clock.advance(100);
      return media.acknowledged.includes(number);
    });
    await first.stop();
    const second = await settled();
    const yard = () => second.cameraStates().get(YARD);
    assert.equal(yard()?.state.status, "online");
    assert.deepEqual(yard()?.recording, { active: true, reasons: ["continuous"] });
    await media.close();
    await waitFor(() => !second.media.isUp);
    assert.equal(yard()?.recording.active, false);
    await media.listen();
    await waitFor(() => second.media.isUp);
    assert.equal(yard()?.recording.active, true, "the link broke, media went on");
    await media.close();
    media.instance = "another";
    await media.listen();
    await waitFor(() => yard()?.state.code === undefined && yard()?.state.status === "connecting");
    assert.equal(yard()?.recording.active, false);
  });

  it("tells media everything again when it has restarted", async () => {
    const service = await settled();
    const before = media.desired.length;
    await media.close();
    await waitFor(() => !service.media.isUp);
    assert.equal(
      service.cameraStates().get(YARD)?.streams[0]?.state.fault?.message,
      "the recorder is being restarted",
    );
    await media.listen();
    await waitFor(() => media.desired.length > before, { what: "the desired state" });
    const lists = media.lists.length;
    await reportClosed(onVolume());
    clock.advance(60_000);
    await waitFor(() => media.lists.length > lists);
  });

  it("pings media every two seconds", async () => {
    await settled();
    clock.advance(6_000);
    await waitFor(() => media.pings >= 3);
  });

  it("starts, moves and stops a manual recording, and remembers it over a restart", async () => {
    const first = await settled();
    const untilMs = NOON_MS + 600_000;
    assert.deepEqual(await first.startManual(GATE), { started: true, preRecordShort: true });
    assert.equal(media.triggers[0]?.trigger.until90k, null);
    clock.advance(1_000);
    await first.startManual(GATE, untilMs);
    assert.deepEqual(media.triggers[1]?.trigger, {
      id: "manual",
      eventTime90k: media.triggers[0]?.trigger.eventTime90k,
      until90k: untilMs * 90,
      reasons: ["manual"],
    });
    await first.stop();
    const second = await settled();
    assert.equal(second.manualRecordings()[0]?.until90k, untilMs * 90);
    await waitFor(() => media.desired.at(-1)?.streams[2]?.triggers.length === 1);
    assert.equal(await second.stopManual(GATE), true);
    assert.equal(await second.stopManual(GATE), false);
    assert.equal(media.endedTriggers[0]?.id, "manual");
    await waitFor(() => media.desired.at(-1)?.streams[2]?.triggers.length === 0);
  });

  it("refuses a manual recording of a camera that is off, unknown, or into the past", async () => {
    cameras = [camera(YARD, { mode: "off" }), camera(GATE)];
    const service = await settled();
    await assert.rejects(service.startManual(YARD), { code: "NJ_RECORDING_OFF" });
    await assert.rejects(service.startManual("nowhere" as CameraId), { code: "NJ_CAMERA_NOT_FOUND" });
    await assert.rejects(service.startManual(GATE, NOON_MS - 1), { code: "NJ_RECORDING_UNTIL_PAST" });
  });

  it("confirms a lock only after media has acknowledged a list without the segment", async () => {
    const service = await settled();
    const [first, second] = run(2, { volume: media.idOf(VOLUME_PATH) });
    if (first === undefined || second === undefined) return assert.fail();
    await reportClosed(first, second);
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let isConfirmed = false;
    media.onList = () => held;
    const locking = service.lock(YARD, first.id, "anna").then(() => {
      isConfirmed = true;
    });
    const list = await waitFor(() =>
      media.lists.find(
        (sent) =>
          segmentIds(sent.segments).includes(second.id) && !segmentIds(sent.segments).includes(first.id),
      ),
    );
    assert.deepEqual(segmentIds(list.segments), [second.id]);
    assert.deepEqual(media.locks.at(-1)?.segments, [first.id]);
    await new Promise(setImmediate);
    assert.equal(isConfirmed, false);
    release();
    await locking;
    media.onList = () => Promise.resolve();
    const { segments } = await service.index.recordings({
      camera: YARD,
      start90k: 0,
      end90k: NOON * 2,
      limit: 9,
    });
    assert.deepEqual(
      segments.map((segment) => segment.locked),
      [true, false],
    );
    await service.unlock(YARD, first.id);
    await waitFor(() => media.locks.at(-1)?.segments.length === 0);
  });

  it("locks and unlocks all files of a range in one step, and says which part it could not", async () => {
    const service = await settled();
    const files = run(5, { volume: media.idOf(VOLUME_PATH) });
    const [, second, third, fourth] = files;
    if (second === undefined || third === undefined || fourth === undefined) return assert.fail();
    await reportClosed(...files);
    const range = {
      camera: YARD,
      stream: "main",
      start90k: second.startTime90k + SECOND,
      end90k: fourth.startTime90k + SECOND,
    } as const;
    assert.deepEqual(await service.lockRange(range, "anna"), {
      files: 3,
      span: { start90k: second.startTime90k, end90k: fourth.startTime90k + fourth.duration90k },
      growing: false,
    });
    assert.deepEqual(media.locks.at(-1)?.segments.toSorted(), [second.id, third.id, fourth.id].toSorted());
    const listed = segmentIds(media.lists.at(-1)?.segments ?? []);
    assert.ok(!listed.includes(third.id), "media has a list without it");
    // A file that goes while the lock is on its way does not count as kept.
    media.onList = async () => {
      await media.report(...deleted([third]));
    };
    assert.equal((await service.lockRange(range, "anna")).files, 2);
    media.onList = () => Promise.resolve();
    const nothing = { ...range, start90k: NOON - HOUR, end90k: NOON - HOUR + SECOND };
    assert.deepEqual(await service.lockRange(nothing, "anna"), {
      files: 0,
      span: undefined,
      growing: false,
    });
    assert.equal((await service.lockRange({ ...range, camera: GATE }, "anna")).files, 0);
    assert.equal((await service.unlockRange({ ...range, end90k: third.startTime90k })).files, 1);
    await waitFor(() => media.locks.at(-1)?.segments.join() === fourth.id);
    assert.equal((await service.unlockRange({ ...range, start90k: NOON, end90k: NOON + HOUR })).files, 1);
    await waitFor(() => media.locks.at(-1)?.segments.length === 0);
  });

  it("does not confirm a lock of a segment that went meanwhile, is another camera's, or while media is away", async () => {
    const service = await settled();
    const [first, second] = run(2, { volume: media.idOf(VOLUME_PATH) });
    if (first === undefined || second === undefined) return assert.fail();
    await reportClosed(first, second);
    await assert.rejects(service.lock(GATE, first.id, "anna"), { code: "NJ_SEGMENT_NOT_FOUND" });
    await assert.rejects(service.unlock(GATE, first.id), { code: "NJ_SEGMENT_NOT_FOUND" });
    media.onList = async () => {
      await media.report(...deleted([first]));
    };
    await assert.rejects(service.lock(YARD, first.id, "anna"), { code: "NJ_SEGMENT_NOT_FOUND" });
    await media.close();
    await waitFor(() => !service.media.isUp);
    await assert.rejects(service.lock(YARD, second.id, "anna"), { code: "NJ_LOCK_UNCONFIRMED" });
    media.onList = () => Promise.resolve();
    await media.listen();
    await waitFor(() => media.locks.at(-1)?.segments.includes(second.id), { what: "the lock after all" });
  });

  it("sends the footage of a removed camera to deletion, and keeps what comes after its return", async () => {
    const service = await settled();
    const before = onVolume();
    await reportClosed(before);
    cameras = [];
    service.camerasChanged();
    await service.removeFootage(YARD);
    await waitFor(() => media.lists.at(-1)?.due.some((item) => item.id === before.id));
    cameras = [camera(YARD)];
    service.camerasChanged();
    await waitFor(
      async () => (await db.get<{ removal: number }>("select removal from streams"))?.removal === 2,
    );
    const later = onVolume({ run: 2, startTime90k: NOON + 5 * MINUTE });
    await reportClosed(later);
    const lists = media.lists.length;
    clock.advance(60_000);
    await waitFor(() => media.lists.length > lists);
    assert.deepEqual(segmentIds(media.lists.at(-1)?.due ?? []), [before.id]);
    assert.deepEqual(segmentIds(media.lists.at(-1)?.segments ?? []), [later.id]);
  });

  it("shows on the timeline what is being written, up to now", async () => {
    const service = await settled();
    const identity = {
      camera: YARD,
      stream: "main" as const,
      node: "nj",
      run: 1,
      sequence: 1,
      startTime90k: NOON + MINUTE,
      clockSource: "node" as const,
    };
    await reportClosed(onVolume());
    const changes: RecordingChange[] = [];
    service.onChange("test", (change) => changes.push(change));
    await media.report(
      { kind: "stream-state", camera: YARD, stream: "main", state: { status: "online", sinceMs: NOON_MS } },
      { kind: "recording-state", camera: YARD, stream: "main", recording: true, reasons: ["continuous"] },
      { kind: "segment-opened", volume: media.idOf(VOLUME_PATH), path: "video/x.mp4", identity },
    );
    assert.deepEqual(
      changes.filter((change) => change.kind === "coverage" && change.growing),
      [
        {
          kind: "coverage",
          camera: YARD,
          stream: "main",
          start90k: NOON + MINUTE,
          end90k: NOON + MINUTE,
          reasons: ["continuous"],
          growing: true,
        },
      ],
      "told once, when its file and its reasons are known",
    );
    clock.setWall(NOON_MS + 90_000);
    const range = { stream: "main" as const, start90k: NOON, end90k: NOON + 10 * MINUTE };
    const coverage = () => service.coverage({ ...range, cameras: [YARD], maxSpans: 100 });
    assert.deepEqual((await coverage())[0]?.spans, [
      { start90k: NOON, end90k: NOON + 90 * SECOND, reasons: ["continuous"] },
    ]);
    assert.equal((await coverage())[0]?.growing, true);
    assert.deepEqual(await service.gaps({ ...range, camera: YARD }), []);
    await media.report({
      kind: "recording-state",
      camera: YARD,
      stream: "main",
      recording: false,
      reasons: [],
    });
    assert.equal((await coverage())[0]?.spans[0]?.end90k, NOON + MINUTE);
    assert.equal((await coverage())[0]?.growing, false);
    assert.equal((await service.gaps({ ...range, camera: YARD })).length, 1);
  });

  it("counts the day of what is being written in the calendar, before its file is closed", async () => {
    const service = await settled();
    const calendar = () => service.calendar({ cameras: [YARD], from: "2026-01-01", to: "2026-01-31" });
    const identity = {
      camera: YARD,
      stream: "sub" as const,
      node: "nj",
      run: 1,
      sequence: 1,
      startTime90k: NOON,
      clockSource: "node" as const,
    };
    clock.setWall(NOON_MS + 90_000);
    const date = new Date(NOON_MS).toISOString().slice(0, 10);
    const days = () =>
      service.calendar({ cameras: [GATE, YARD], from: `${date.slice(0, 8)}01`, to: `${date.slice(0, 8)}28` });
    assert.deepEqual(await days(), []);
    await media.report(
      { kind: "stream-state", camera: YARD, stream: "sub", state: { status: "online", sinceMs: NOON_MS } },
      { kind: "recording-state", camera: YARD, stream: "sub", recording: true, reasons: ["continuous"] },
      { kind: "segment-opened", volume: media.idOf(VOLUME_PATH), path: "video/x.mp4", identity },
    );
    assert.deepEqual(await days(), [{ date, cameras: [YARD], reasons: ["continuous"] }]);
    assert.deepEqual(await calendar(), [], "a day outside the range is none of it");
  });

  it("sums up a camera's streams and tells of changes", async () => {
    const service = await settled();
    const changes: RecordingChange[] = [];
    service.onChange("test", (change) => changes.push(change));
    const online = (stream: "main" | "sub"): MediaReport => ({
      kind: "stream-state",
      camera: YARD,
      stream,
      state: { status: "online", sinceMs: NOON_MS },
    });
    await media.report(online("main"), online("sub"), {
      kind: "recording-state",
      camera: YARD,
      stream: "main",
      recording: true,
      reasons: ["continuous"],
    });
    const state = service.cameraStates().get(YARD);
    assert.equal(state?.state.status, "online");
    assert.deepEqual(state?.recording, { active: true, reasons: ["continuous"] });
    assert.equal(changes.filter((change) => change.kind === "camera").length, 3);
    cameras = [{ ...camera(YARD), enabled: false }];
    service.camerasChanged();
    assert.equal(service.cameraStates().get(YARD)?.state.status, "disabled");
  });

  it("makes one event of an outage, none of a short one, and ends it when the camera is back", async () => {
    const service = await settled();
    const report = (status: "online" | "offline" | "connecting", sinceMs: number) =>
      media.report({
        kind: "stream-state",
        camera: YARD,
        stream: "main",
        state: {
          status,
          sinceMs,
          ...(status === "offline" ? { fault: { code: "stalled", message: "no picture for 5 s" } } : {}),
        },
      });
    await report("offline", NOON_MS);
    clock.advance(5_000);
    await report("online", NOON_MS + 5_000);
    clock.advance(20_000);
    await report("offline", NOON_MS + 25_000);
    await report("connecting", NOON_MS + 26_000);
    clock.advance(10_000);
    const name = `exception-camera-link ${YARD}`;
    assert.deepEqual(events.acts, [`begin ${name}`]);
    const { timeMs, detail } = events.open.get(name) ?? {};
    assert.deepEqual([timeMs, detail?.["reason"]], [NOON_MS + 25_000, "no picture for 5 s"]);
    await report("online", NOON_MS + 40_000);
    await waitFor(() => events.open.size === 0);
    await service.stop();
    assert.deepEqual(events.acts, [`begin ${name}`, `end ${name}`]);
  });

  it("makes an event of a volume that is full or fails, one for each kind of fault", async () => {
    await settled();
    const volume = media.idOf(VOLUME_PATH);
    const state = (status: VolumeState["status"]): MediaReport => ({
      kind: "volume-state",
      state: { volume, status, sinceMs: NOON_MS, message: "it is so" },
    });
    const expected = (...kinds: string[]) =>
      kinds.flatMap((kind) =>
        ["begin", "end"].map((act) => `${act} exception-volume-${kind} ${VOLUME_PATH}`),
      );
    await media.report(state("full"), state("full"), state("offline"), state("slow"), state("normal"));
    await waitFor(() => events.acts.length === 6);
    assert.deepEqual(events.acts.splice(0), expected("full", "offline", "slow"));
    // Each of them makes the volume unusable until somebody looks: one event, whichever it is.
    for (const status of ["error", "read-only", "mismatch"] as const) {
      await media.report(state(status), state(status), state("normal"));
      await waitFor(() => events.open.size === 0 && events.acts.length > 0);
      assert.deepEqual(events.acts.splice(0), expected("error"), status);
    }
    await media.report(state("read-only"), state("error"), state("mismatch"), state("full"));
    await waitFor(() => events.open.has(`exception-volume-full ${VOLUME_PATH}`));
    const begun = [...new Set(events.acts.filter((act) => act.startsWith("begin")))];
    assert.deepEqual(
      [begun, events.acts.filter((act) => act.startsWith("end"))],
      [
        [`begin exception-volume-error ${VOLUME_PATH}`, `begin exception-volume-full ${VOLUME_PATH}`],
        [`end exception-volume-error ${VOLUME_PATH}`],
      ],
    );
  });

  it("ends the outage of a camera that is switched off, and tells of a codec that cannot be recorded", async () => {
    const service = await settled();
    const fault = { code: "codec-unsupported" as const, message: "MJPEG cannot be recorded" };
    await media.report({
      kind: "stream-state",
      camera: YARD,
      stream: "main",
      state: { status: "offline", sinceMs: NOON_MS, fault },
    });
    await waitFor(() => events.open.has(`exception-codec-mismatch ${YARD}`));
    clock.advance(10_000);
    assert.equal(events.open.size, 2);
    cameras = [{ ...camera(YARD), enabled: false }];
    service.camerasChanged();
    assert.equal(events.open.size, 0);
  });

  it("passes a probe's fault on, and fetches figures at most once a second", async () => {
    const service = await settled();
    await assert.rejects(service.probe({ kind: "rtsp", url: "rtsp://192.0.2.1/", transport: "auto" }), {
      code: "NJ_STREAM_WRONG_PASSWORD",
      message: "wrong password",
    });
    const [a, b] = await Promise.all([service.figures(), service.figures()]);
    assert.equal(a, b);
  });
});
