import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { Db } from "../../../core/db/db.ts";
import { openDb } from "../../../core/db/open-db.ts";
import { insertLock, locksOnVolume } from "../../../core/db/tables/locks-table.ts";
import { findSegment } from "../../../core/db/tables/segments-table.ts";
import { volumesTable } from "../../../core/db/tables/volumes-table.ts";
import type { SegmentId, VolumeId } from "../../../core/domain/ids.ts";
import { silentLog } from "../../../core/log.ts";
import type { Rescue } from "../../../core/recording/database-rescue.ts";
import { createRecordingService, type RecordingService } from "../../../core/recording/recording-service.ts";
import { FakeClock } from "../../../core/testing/fake-clock.ts";
import { type TempDir, tempDir } from "../../../core/testing/temp-dir.ts";
import { waitFor } from "../../../core/testing/wait-for.ts";
import { eventNotes } from "./event-notes.ts";
import { FakeMedia } from "./fake-media.ts";
import { camera, closed, deleted, feed, GATE, HOUR, NOON, record, run, YARD } from "./sample-segments.ts";

const PATH = "/srv/nightjar/default";
const RESCUE: Rescue = { atMs: NOON / 90, damage: "the file was empty" };

describe("an index that was lost", () => {
  let dir: TempDir;
  let db: Db;
  let clock: FakeClock;
  let media: FakeMedia;
  let volume: VolumeId;
  let services: RecordingService[];
  let paths: string[];

  beforeEach(async () => {
    dir = tempDir("nightjar-mending-");
    db = await openDb(dir.join("nightjar.db"), { log: silentLog });
    clock = new FakeClock(NOON / 90);
    media = new FakeMedia(dir.path);
    volume = media.idOf(PATH);
    services = [];
    paths = [PATH];
    await media.listen();
  });
  afterEach(async () => {
    for (const service of services) await service.stop();
    await media.close();
    await db.close();
    dir.remove();
  });

  async function start(options: { rescue?: Rescue; wasInterrupted?: boolean }): Promise<RecordingService> {
    const service = createRecordingService({
      db,
      mediaSocketPath: media.socketPath,
      node: "nj",
      clock,
      log: silentLog,
      timeZone: () => "Europe/Berlin",
      volumes: () => paths.map((path) => ({ path })),
      cameras: () => [camera(YARD), camera(GATE)],
      events: eventNotes().sink,
      ...options,
    });
    services.push(service);
    await service.start();
    return service;
  }
  const count = async () =>
    (await db.get<{ count: number }>("select count(*) as count from segments"))?.count ?? 0;
  const overIn = (service: RecordingService) =>
    waitFor(() => service.rescueNotice()?.isOver === true, { what: "the end of the rebuild" });

  it("is filled from the files of the volumes while the recorder runs, and people are told", async () => {
    const yard = run(40, { volume });
    const gate = run(30, { volume, camera: GATE, run: 2 });
    media.pages.set(volume, [yard.slice(0, 20), yard.slice(20), [], gate]);
    const service = await start({ rescue: RESCUE });
    assert.match(service.rescueNotice()?.message ?? "", /the file was empty.+being completed/);
    assert.equal(service.rescueNotice()?.isOver, false);
    await overIn(service);
    assert.equal(await count(), 70);
    assert.match(service.rescueNotice()?.message ?? "", /70 recordings added/);
    assert.equal(media.inventories[0]?.sinceMs, undefined, "all hours are looked at");
    assert.equal(media.retold, 1, "states that the lost database knew are asked for");
    const [spans] = await service.coverage({
      cameras: [YARD],
      stream: "main",
      start90k: NOON,
      end90k: NOON + HOUR,
      maxSpans: 10,
    });
    assert.equal(spans?.spans.length, 1, "the timeline is whole again");
    clock.advance(8 * 86_400_000);
    assert.equal(service.rescueNotice(), undefined, "after a week nobody needs to be told");
  });

  it("adds only what is missing, and nothing twice", async () => {
    const yard = run(10, { volume });
    await feed(db, closed(yard.slice(0, 6)));
    media.pages.set(volume, [yard]);
    const service = await start({ rescue: RESCUE });
    await overIn(service);
    assert.equal(await count(), 10);
    assert.match(service.rescueNotice()?.message ?? "", /4 recordings added/);
  });

  it("does not bring back a file that is deleted while it is listed", async () => {
    const [first, second] = run(2, { volume });
    if (first === undefined || second === undefined) assert.fail();
    media.pages.set(volume, [[first, second]]);
    media.onPage = async () => {
      await media.report(...deleted([first]));
    };
    const service = await start({ rescue: RESCUE });
    await overIn(service);
    assert.deepEqual(
      [await findSegment(db, first.id), (await findSegment(db, second.id))?.id],
      [undefined, second.id],
    );
  });

  it("takes locks from their mirror before media is given any, and marks the segments again", async () => {
    const kept = record({ volume });
    media.mirror.set(volume, [kept.id]);
    media.pages.set(volume, [[kept]]);
    const service = await start({ rescue: RESCUE });
    await overIn(service);
    assert.deepEqual(media.locks[0], { volume, segments: [kept.id] });
    assert.equal((await findSegment(db, kept.id))?.locked, 1);
    const number = await volumesTable(db).numberOf(volume, 0);
    assert.deepEqual(
      (await locksOnVolume(db, number)).map(({ segmentId }) => segmentId),
      [kept.id],
    );
  });

  it("names nothing to be deleted before it is whole: media goes by the order of writing", async () => {
    const gate = Promise.withResolvers<void>();
    const old = record({ volume, startTime90k: NOON - 24 * HOUR });
    await feed(db, closed([old]));
    media.pages.set(volume, [run(3, { volume })]);
    media.onPage = () => gate.promise;
    const service = await start({ rescue: RESCUE });
    await waitFor(() => media.lists.length > 0 && media.inventories.length > 0, { what: "the first list" });
    assert.deepEqual(media.lists.map(({ segments, due }) => [segments, due]).flat(2), []);
    const before = media.lists.length;
    gate.resolve();
    await overIn(service);
    await waitFor(() => media.lists.slice(before).some(({ segments }) => segments[0]?.id === old.id), {
      what: "a list that names the oldest",
    });
  });

  it("waits for a volume whose disk is away, and completes the others meanwhile", async () => {
    const other = media.idOf("/srv/nightjar/other");
    paths.push("/srv/nightjar/other");
    media.away.add(other);
    media.mirror.set(other, ["1-nj-9-0" as SegmentId]);
    const here = run(3, { volume });
    media.pages.set(volume, [here]);
    media.pages.set(other, [run(2, { volume: other, run: 9 })]);
    const service = await start({ rescue: RESCUE });
    await waitFor(async () => (await count()) === 3, { what: "the volume that is there" });
    assert.equal(service.rescueNotice()?.isOver, false);
    assert.ok(
      media.locks.every((told) => told.volume === volume),
      "its mirror is not replaced",
    );
    await waitFor(
      () => media.lists.some((list) => list.volume === volume && list.segments[0]?.id === here[0]?.id),
      { what: "the list of the volume that is there" },
    );
    media.away.delete(other);
    clock.advance(60_000);
    await overIn(service);
    assert.equal(await count(), 5);
    assert.deepEqual(media.locks.at(-1), { volume: other, segments: ["1-nj-9-0"] });
  });

  it("goes on after a restart of core in the middle of it", async () => {
    const gate = Promise.withResolvers<void>();
    media.pages.set(volume, [run(5, { volume })]);
    media.onPage = () => gate.promise;
    const first = await start({ rescue: RESCUE });
    await waitFor(() => media.inventories.length > 0, { what: "the listing" });
    gate.resolve();
    services.length = 0;
    await first.stop();
    media.pages.set(volume, [run(5, { volume })]);
    const second = await start({ rescue: RESCUE });
    await overIn(second);
    assert.equal(await count(), 5);
  });

  it("is looked after from its newest row on when the last process ended without notice", async () => {
    const yard = run(5, { volume });
    await feed(db, closed(yard.slice(0, 3)));
    media.pages.set(volume, [yard]);
    const service = await start({ wasInterrupted: true });
    await waitFor(async () => (await count()) === 5, { what: "the lost rows" });
    const sinceMs = media.inventories[0]?.sinceMs ?? 0;
    assert.equal(sinceMs, (NOON + 3 * 60 * 90_000 - HOUR) / 90);
    assert.equal(service.rescueNotice(), undefined, "that is no news");
  });

  it("is left alone when nothing happened", async () => {
    await insertLock(db, {
      segmentId: "1-nj-1-0",
      volumeNumber: await volumesTable(db).numberOf(volume, 0),
      lockedAtMs: 0,
      lockedBy: "ada",
    });
    await start({});
    await waitFor(() => media.locks.length > 0 && media.lists.length > 0, { what: "the greeting" });
    assert.deepEqual([media.inventories.length, media.retold], [0, 0]);
  });
});
