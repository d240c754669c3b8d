// Where something moved, from a detector's word to what a search finds, and until its recording goes.
import assert from "node:assert/strict";
import { it } from "node:test";
import type { Db } from "../../../core/db/db.ts";
import { motionInRange } from "../../../core/db/tables/motion-table.ts";
import { silentLog } from "../../../core/log.ts";
import { type MotionPage, searchMotion } from "../../../core/playback/motion-search.ts";
import { forgetMotionWithoutFootage } from "../../../core/recording/motion-footage.ts";
import { MotionLog } from "../../../core/recording/motion-log.ts";
import { FakeClock } from "../../../core/testing/fake-clock.ts";
import { onBothDrivers } from "../db/on-both-drivers.ts";
import { closed, deleted, feed, NOON, run } from "./sample-segments.ts";

const NOON_MS = NOON / 90;
const GRID = { columns: 4, rows: 2 };
/** The left half, the right half. */
const [LEFT, RIGHT] = ["11001100", "00110011"];

function seconds({ moments }: MotionPage): (readonly [number, number, number])[] {
  return moments.map(({ startMs, endMs, cells }) => [
    (startMs - NOON_MS) / 1_000,
    (endMs - NOON_MS) / 1_000,
    cells,
  ]);
}

onBothDrivers("motion that is kept for search (manual 10.1)", ({ fresh }) => {
  async function watched(db: Db) {
    const clock = new FakeClock(NOON_MS);
    const log = new MotionLog({ db, clock, log: silentLog });
    /** Something moves in cells in a second from noon on. */
    const moves = (second: number, cells: string, camera = "yard", grid = GRID): void => {
      const timeMs = NOON_MS + 1_000 * second;
      if (timeMs > clock.wallMs()) clock.advance(timeMs - clock.wallMs());
      log.take(camera, { kind: "activity", timeMs, ...grid, cells });
    };
    const search = (more: Partial<Parameters<typeof searchMotion>[1]> = {}) =>
      searchMotion(db, {
        ...{ camera: "yard", startMs: NOON_MS, endMs: NOON_MS + 3_600_000, limit: 100 },
        ...more,
      });
    return { clock, log, moves, search };
  }

  it("is found at its time after the clock was set back", async () => {
    const db = await fresh();
    const { clock, log, moves, search } = await watched(db);
    moves(3_599, LEFT);
    clock.setWall(NOON_MS + 19_000);
    moves(20, RIGHT);
    moves(21, RIGHT);
    await log.close();
    assert.deepEqual(seconds(await search()), [
      [20, 22, 4],
      [3_599, 3_600, 4],
    ]);
  });

  it("is found by time and area, joined where it goes on, a page at a time", async () => {
    const db = await fresh();
    const { log, moves, search } = await watched(db);
    moves(10, "10000000");
    moves(10.5, "01000000");
    moves(12, "11000000");
    moves(30, "00000001");
    moves(59, "00000010");
    // The next minute goes on with it.
    moves(60, "00000011");
    moves(130, "10000001");
    moves(131, "10000001", "gate");
    await log.close();
    assert.deepEqual(seconds(await search()), [
      [10, 13, 2],
      [30, 31, 1],
      [59, 61, 2],
      [130, 131, 2],
    ]);
    const left = { ...GRID, cells: LEFT };
    assert.deepEqual(seconds(await search({ area: left })), [
      [10, 13, 2],
      [130, 131, 1],
    ]);
    assert.deepEqual(seconds(await search({ area: { columns: 2, rows: 1, cells: "01" } })), [
      [30, 31, 1],
      [59, 61, 2],
      [130, 131, 1],
    ]);
    assert.deepEqual(seconds(await search({ startMs: NOON_MS + 12_000, endMs: NOON_MS + 59_500 })), [
      [12, 13, 2],
      [30, 31, 1],
      [59, 60, 1],
    ]);
    const page = await search({ limit: 2 });
    assert.deepEqual([seconds(page).length, page.nextMs], [2, NOON_MS + 59_000]);
    const rest = await search({ limit: 2, startMs: page.nextMs ?? 0 });
    assert.deepEqual([seconds(rest).length, rest.nextMs], [2, undefined]);
    assert.deepEqual(seconds(await search({ camera: "door" })), []);
  });

  it("is written once a minute and camera, and a minute's halves around a restart are one row", async () => {
    const db = await fresh();
    const { clock, log, moves, search } = await watched(db);
    for (let second = 0; second < 60; second += 1) moves(second, "10000000");
    const rows = () => motionInRange(db, { camera: "yard", startMinute: 0, endMinute: 2 ** 27, limit: 9 });
    assert.equal((await rows()).length, 0, "the minute goes on");
    clock.advance(15_000);
    await log.settled();
    assert.equal((await rows()).length, 1);
    moves(100, "00000001");
    await log.close();
    const next = new MotionLog({ db, clock, log: silentLog });
    next.take("yard", { kind: "activity", timeMs: NOON_MS + 100_000, ...GRID, cells: "01000000" });
    await next.close();
    assert.equal((await rows()).length, 2);
    assert.deepEqual(seconds(await search()), [
      [0, 60, 1],
      [100, 101, 2],
    ]);
  });

  it("says what moves now, and believes no moment but now and no second grid", async () => {
    const db = await fresh();
    const { clock, log, moves, search } = await watched(db);
    moves(0, LEFT);
    assert.equal(log.now("yard")?.cells, LEFT);
    assert.equal(log.now("gate"), undefined);
    clock.advance(1_600);
    assert.equal(log.now("yard"), undefined);
    for (const timeMs of [NOON_MS - 3_600_000, NOON_MS + 3_600_000])
      log.take("yard", { kind: "activity", timeMs, ...GRID, cells: RIGHT });
    moves(1.6, "1", "yard", { columns: 1, rows: 1 });
    await log.close();
    assert.deepEqual(seconds(await search()), [[0, 1, 4]]);
  });

  it("goes with its recording, minute by minute, and not while another file covers it", async () => {
    const db = await fresh();
    const { log, moves, search } = await watched(db);
    // Three files of a minute from noon on, the second one of the sub-stream too.
    const records = run(3);
    const [, second] = records;
    assert.ok(second !== undefined);
    await feed(db, closed(records));
    await feed(db, closed(run(1, { stream: "sub", startTime90k: second.startTime90k, run: 2 })));
    for (const at of [5, 65, 125, 185]) moves(at, LEFT);
    await log.close();
    const found = async () => seconds(await search()).map(([at]) => at);
    assert.deepEqual(await found(), [5, 65, 125, 185]);
    await feed(db, deleted(records.slice(0, 2)));
    assert.deepEqual(await found(), [65, 125, 185]);
    // What was never recorded goes when all that was before the first recording goes.
    await forgetMotionWithoutFootage(db, NOON_MS + 2 * 86_400_000);
    assert.deepEqual(await found(), [65, 125, 185]);
    await feed(db, deleted(records.slice(2)));
    assert.deepEqual(await found(), [65, 185]);
  });

  it("waits for a database that does not take it, within bounds", async () => {
    const db = await fresh();
    const { clock } = await watched(db);
    let isBroken = true;
    // Made once: with thousands of writes that wait for each other, finding out where it was made takes milliseconds.
    const full = new Error("full");
    const broken: Db = {
      ...db,
      driver: db.driver,
      file: db.file,
      transaction: (work) => (isBroken ? Promise.reject(full) : db.transaction(work)),
    };
    const log = new MotionLog({ db: broken, clock, log: silentLog });
    for (let minute = 0; minute < 1_100; minute += 1) {
      clock.advance(60_000);
      log.take("yard", { kind: "activity", timeMs: clock.wallMs(), ...GRID, cells: LEFT });
    }
    await log.settled();
    isBroken = false;
    await log.close();
    const rows = await motionInRange(db, {
      camera: "yard",
      startMinute: 0,
      endMinute: 2 ** 27,
      limit: 2_000,
    });
    assert.equal(rows.length, 1_024);
  });
});
