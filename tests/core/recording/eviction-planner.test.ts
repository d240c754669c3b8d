import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Db } from "../../../core/db/db.ts";
import { streamsTable } from "../../../core/db/tables/streams-table.ts";
import type { EvictionList } from "../../../core/media/protocol.ts";
import type { SegmentRecord } from "../../../core/media/segment.ts";
import { inTurns, planEviction } from "../../../core/recording/eviction-planner.ts";
import type { KeepReason } from "../../../core/recording/eviction-veto.ts";
import type { RecordedCamera } from "../../../core/recording/recorded-camera.ts";
import { onBothDrivers } from "../db/on-both-drivers.ts";
import {
  camera,
  closed,
  feed,
  GATE,
  HOUR,
  MINUTE,
  NOON,
  OTHER_VOLUME,
  record,
  run,
  VOLUME,
  YARD,
} from "./sample-segments.ts";

const DAY = 24 * HOUR;

async function plan(
  db: Db,
  cameras: readonly RecordedCamera[] = [],
  given: { volume?: typeof VOLUME; now90k?: number; keepReason?: KeepReason } = {},
): Promise<EvictionList> {
  const plan = await planEviction(db, { volume: VOLUME, revision: 7, cameras, now90k: NOON, ...given });
  assert.ok(plan !== undefined);
  return plan.list;
}

function ids(items: EvictionList["segments"]): string[] {
  return items.map((item) => item.id);
}

async function lock(db: Db, segment: SegmentRecord | undefined): Promise<void> {
  await db.run("update segments set locked = 1 where id = ?", [segment?.id ?? ""]);
}

onBothDrivers("planning eviction", ({ fresh }) => {
  it("lists the oldest write first over all cameras, whatever their clocks say", async () => {
    const db = await fresh();
    // Written first, but dated 1970: the box had no clock then.
    const undated = run(2, { startTime90k: MINUTE });
    const gate = run(2, { camera: GATE, run: 2 });
    const yard = run(1, { run: 3, stream: "sub" });
    await feed(db, closed([...yard, ...gate, ...undated]));
    const list = await plan(db);
    assert.equal(list.revision, 7);
    assert.deepEqual(ids(list.segments), ids([...undated, ...gate, ...yard]));
    assert.deepEqual(list.segments[2], {
      id: gate[0]?.id,
      path: gate[0]?.path,
      sizeBytes: 1_000_000,
    });
    assert.deepEqual(list.due, []);
  });

  it("never lists what is locked, and nothing of another volume", async () => {
    const db = await fresh();
    const segments = run(4);
    const elsewhere = run(2, { volume: OTHER_VOLUME, run: 2 });
    await feed(db, closed([...segments, ...elsewhere]));
    await lock(db, segments[1]);
    assert.deepEqual(ids((await plan(db)).segments), [segments[0]?.id, segments[2]?.id, segments[3]?.id]);
    assert.deepEqual(ids((await plan(db, [], { volume: OTHER_VOLUME })).segments), ids(elsewhere));
  });

  it("does not know a volume that was never written to", async () => {
    const db = await fresh();
    assert.equal(
      await planEviction(db, { volume: VOLUME, revision: 1, cameras: [], now90k: NOON }),
      undefined,
    );
  });

  it("reaches two hours of writing ahead, and not to the newest where there is more", async () => {
    const db = await fresh();
    // Two cameras, 40 MB a minute each: 9.6 GB in two hours.
    const sizeBytes = 40_000_000;
    const segments = [0, 1].flatMap((n) =>
      run(300, { camera: n === 0 ? YARD : GATE, run: n + 1, sizeBytes }),
    );
    await feed(db, closed(segments));
    const list = await plan(db);
    const bytes = list.segments.reduce((sum, item) => sum + item.sizeBytes, 0);
    assert.ok(bytes >= 2 * 120 * sizeBytes, `${bytes} bytes`);
    assert.ok(list.segments.length < 450, `${list.segments.length} segments`);
  });

  it("makes due what ended before the days of its camera, oldest first, but for locked ones", async () => {
    const db = await fresh();
    const old = run(3, { startTime90k: NOON - 3 * DAY - 2 * MINUTE });
    const young = run(2, { run: 2, startTime90k: NOON - 2 * DAY });
    const gate = run(1, { camera: GATE, run: 3, startTime90k: NOON - 30 * DAY });
    await feed(db, closed([...old, ...young, ...gate]));
    await lock(db, old[0]);
    const list = await plan(db, [camera(YARD, { retentionDays: 3 }), camera(GATE)]);
    // The third ends a minute after the limit.
    assert.deepEqual(ids(list.due), [old[1]?.id]);
    assert.deepEqual(ids(list.segments), ids([...old.slice(2), ...young, ...gate]));
  });

  describe("of a camera that is kept for days and whose recorder's clock was wrong", () => {
    const kept = [camera(YARD, { retentionDays: 3 })];
    const unset = { clockSource: "unsynchronised" as const };
    const ago = (days: number) => NOON - days * DAY;

    it("keeps what was written while it was behind as long as what was written before", async () => {
      const db = await fresh();
      const right = run(2, { startTime90k: ago(2) });
      const behind = run(2, { run: 2, startTime90k: ago(60) });
      const in1970 = run(2, { run: 3, startTime90k: 0, ...unset });
      await feed(db, closed([...right, ...behind, ...in1970]));
      assert.deepEqual((await plan(db, kept)).due, []);
      const later = await plan(db, kept, { now90k: NOON + 2 * DAY });
      assert.deepEqual(ids(later.due), ids([...right, ...behind]), "nothing says yet how old the others are");
      await feed(db, closed(run(1, { run: 4, startTime90k: ago(1) })));
      const last = await plan(db, kept, { now90k: NOON + 3 * DAY });
      assert.deepEqual(ids(last.due).length, 7, "all of them");
    });

    it("takes what it wrote before it had heard of the time for as old as what follows", async () => {
      const db = await fresh();
      const in1970 = run(2, { startTime90k: 0, ...unset });
      const right = run(2, { run: 2, startTime90k: ago(2) });
      await feed(db, closed([...in1970, ...right]));
      assert.deepEqual((await plan(db, kept)).due, []);
      const later = await plan(db, kept, { now90k: NOON + 2 * DAY });
      assert.deepEqual(ids(later.due), ids([...in1970, ...right]));
    });

    it("does not take what says 1970 for old, whatever it says of its clock", async () => {
      const db = await fresh();
      const in1970 = run(1, { startTime90k: 0, ...unset });
      const wrong = run(1, { run: 2, startTime90k: MINUTE });
      const right = run(1, { run: 3, startTime90k: ago(1) });
      await feed(db, closed([...in1970, ...wrong, ...right]));
      assert.deepEqual((await plan(db, kept)).due, []);
    });

    it("asks about what is dated too early as about what it was written with", async () => {
      const db = await fresh();
      const right = run(1, { startTime90k: ago(3) - 2 * MINUTE });
      const behind = run(1, { run: 2, startTime90k: ago(60) });
      await feed(db, closed([...right, ...behind]));
      const asked: string[] = [];
      const keepReason: KeepReason = async ({ why, segments }) => {
        if (why === "days") asked.push(...segments.map(({ id }) => id));
        return undefined;
      };
      await plan(db, kept, { keepReason });
      assert.deepEqual(
        asked,
        [...right, ...behind].map(({ id }) => id),
      );
    });

    it("is not held up by what was written while it was ahead", async () => {
      const db = await fresh();
      const ahead = run(2, { startTime90k: NOON + 400 * DAY });
      const right = run(2, { run: 2, startTime90k: ago(4) });
      await feed(db, closed([...ahead, ...right]));
      assert.deepEqual(ids((await plan(db, kept)).due), ids(right));
    });
  });

  it("makes due the oldest of a camera beyond its quota, over both streams, and no more", async () => {
    const db = await fresh();
    const main = run(10);
    const sub = run(10, { stream: "sub", run: 2 });
    const gate = run(5, { camera: GATE, run: 3 });
    await feed(db, closed([...main, ...sub, ...gate]));
    await lock(db, main[0]);
    // 20 MB held, 4 MB of headroom for what is being written: 9 MB go, the locked one not among them.
    const list = await plan(db, [camera(YARD, { quotaBytes: 15_000_000 }), camera(GATE)]);
    assert.deepEqual(ids(list.due), ids(main.slice(1, 10)));
    const within = await plan(db, [camera(YARD, { quotaBytes: 24_000_000 }), camera(GATE)]);
    assert.deepEqual(within.due, []);
  });

  it("shares a quota out over the volumes", async () => {
    const db = await fresh();
    const here = run(30, { sizeBytes: 1_000_000 });
    const there = run(10, { run: 2, volume: OTHER_VOLUME, sizeBytes: 1_000_000 });
    await feed(db, closed([...here, ...there]));
    const cameras = [camera(YARD, { quotaBytes: 24_000_000 })];
    const dueHere = (await plan(db, cameras)).due.length;
    const dueThere = (await plan(db, cameras, { volume: OTHER_VOLUME })).due.length;
    assert.deepEqual([dueHere, dueThere], [15, 5]);
  });

  it("makes due all of a removed camera, and only what was there once it has come back", async () => {
    const db = await fresh();
    const before = run(3);
    await feed(db, closed(before));
    await lock(db, before[1]);
    const streams = streamsTable(db);
    await streams.removeFootage(YARD);
    assert.deepEqual(ids((await plan(db)).due), [before[0]?.id, before[2]?.id]);
    await streams.keepNewFootage(YARD);
    await feed(db, closed([record({ run: 2, startTime90k: NOON + HOUR })]));
    assert.deepEqual(ids((await plan(db, [camera(YARD)])).due), [before[0]?.id, before[2]?.id]);
  });

  it("puts off what somebody wants to keep: not due, and the last to go where room is needed", async () => {
    const db = await fresh();
    const old = run(3, { startTime90k: NOON - 3 * DAY - 4 * MINUTE });
    const young = run(20, { run: 2, startTime90k: NOON - HOUR });
    const gate = run(20, { camera: GATE, run: 3 });
    await feed(db, closed([...old, ...young, ...gate]));
    const asked: string[] = [];
    const cameras = [camera(YARD, { retentionDays: 3 }), camera(GATE)];
    const list = await plan(db, cameras, {
      keepReason: async ({ volume, camera: of, stream, why, segments }) => {
        asked.push(`${of} ${stream} ${why} ${segments.length}`);
        assert.equal(volume, VOLUME);
        return why === "days" ? "not in the archive yet" : undefined;
      },
    });
    assert.deepEqual(asked.sort(), ["gate main space 20", "yard main days 3", "yard main space 20"]);
    assert.deepEqual(list.due, []);
    assert.deepEqual(ids(list.segments), ids([...young, ...gate, ...old]));
  });

  it("keeps back a tenth of a volume at most, whatever is asked for", async () => {
    const db = await fresh();
    const yard = run(20);
    const gate = run(20, { camera: GATE, run: 2 });
    await feed(db, closed([...yard, ...gate]));
    const list = await plan(db, [camera(YARD), camera(GATE)], { keepReason: async () => "all of it" });
    assert.deepEqual(ids(list.segments), ids([...yard.slice(4), ...gate, ...yard.slice(0, 4)]));
  });

  it("asks nobody about what is a day past its days, or went with its camera", async () => {
    const db = await fresh();
    const over = run(2, { startTime90k: NOON - 5 * DAY });
    const gone = run(2, { camera: GATE, run: 2 });
    const rest = run(30, { run: 3, startTime90k: NOON - HOUR });
    await feed(db, closed([...over, ...gone, ...rest]));
    await streamsTable(db).removeFootage(GATE);
    const asked: string[] = [];
    const list = await plan(db, [camera(YARD, { retentionDays: 3 })], {
      keepReason: async ({ camera: of, why }) => {
        asked.push(`${of} ${why}`);
        return "keep";
      },
    });
    assert.deepEqual(asked, ["yard space"]);
    assert.deepEqual(ids(list.due).sort(), ids([...over, ...gone]).sort());
  });
});

describe("more that is due than is listed at once", () => {
  it("begins with what nobody is asked about, and has each camera's oldest: none waits for another one's", () => {
    const rows = [1, 2, 3].flatMap((streamNumber) =>
      Array.from({ length: 100 }, (_, number) => ({ streamNumber, number, why: "days" as const })),
    );
    const removed = { streamNumber: 4, number: 0, why: "removed" as const };
    const listed = inTurns([...rows, removed], 31);
    assert.equal(listed[0], removed);
    for (const streamNumber of [1, 2, 3]) {
      const numbers = listed.filter((row) => row.streamNumber === streamNumber).map(({ number }) => number);
      assert.deepEqual(
        numbers,
        Array.from({ length: 10 }, (_, number) => number),
      );
    }
  });
});
