import assert from "node:assert/strict";
import { it } from "node:test";
import type { Db } from "../../../core/db/db.ts";
import { countLedger, listLedger } from "../../../core/db/tables/ledger-table.ts";
import { REASON_BITS } from "../../../core/domain/record-reasons.ts";
import type { SegmentRecord } from "../../../core/media/segment.ts";
import { mergeSpans, type RecordedSpan } from "../../../core/playback/timeline.ts";
import { onBothDrivers } from "../db/on-both-drivers.ts";
import {
  closed,
  deleted,
  feed,
  HOUR,
  MINUTE,
  NOON,
  OTHER_VOLUME,
  record,
  run,
  SECOND,
  seededRandom,
} from "./sample-segments.ts";

interface Span extends RecordedSpan {
  readonly run: number;
}

async function coverage(db: Db): Promise<Span[]> {
  return db.all<Span>(
    "select run, start_90k as start90k, end_90k as end90k, reasons from coverage order by start_90k, run",
  );
}

/** Everything that a report may change, row by row. */
async function snapshot(db: Db): Promise<unknown> {
  const tables = ["segments", "segment_key_frames", "holes", "ledger", "locks", "run_ends", "streams"];
  const rows = await Promise.all(
    tables.map((table) => db.all<Record<string, unknown>>(`select * from ${table}`)),
  );
  // Row numbers of segments change when one is indexed anew; what they mean does not.
  const plain = rows.map((table) =>
    table.map(({ number: _, segment_number: __, ...row }) => JSON.stringify(row)),
  );
  return { plain: plain.map((table) => table.sort()), coverage: await coverage(db) };
}

onBothDrivers("indexing segments", ({ fresh }) => {
  it("covers an hour of minutes of one run with one row", async () => {
    const db = await fresh();
    await feed(db, closed(run(60)));
    assert.deepEqual(await coverage(db), [
      { run: 1, start90k: NOON, end90k: NOON + HOUR, reasons: REASON_BITS.continuous },
    ]);
    assert.deepEqual(await listLedger(db), [
      { volumeNumber: 1, streamNumber: 1, sizeBytes: 60_000_000, segments: 60 },
    ]);
  });

  it("joins what arrives out of order", async () => {
    const db = await fresh();
    const [a, b, c] = run(3);
    await feed(db, closed([c, a, b] as SegmentRecord[]));
    assert.equal((await coverage(db)).length, 1);
  });

  it("begins a new row with another run, other reasons, a gap, and after six hours", async () => {
    const db = await fresh();
    await feed(db, closed(run(12, { duration90k: HOUR })));
    assert.equal((await coverage(db)).length, 2);
    await feed(db, closed([record({ run: 2, startTime90k: NOON + 12 * HOUR })]));
    assert.equal((await coverage(db)).length, 3);
    const manual = [{ offset90k: 0, duration90k: MINUTE, bits: REASON_BITS.manual }];
    await feed(
      db,
      closed([
        record({ run: 2, sequence: 1, startTime90k: NOON + 12 * HOUR + MINUTE, reasons: manual }),
        record({ run: 2, sequence: 2, startTime90k: NOON + 12 * HOUR + 2 * MINUTE + 1, reasons: manual }),
      ]),
    );
    assert.equal((await coverage(db)).length, 5);
  });

  it("keeps reasons as intervals inside a segment", async () => {
    const db = await fresh();
    const spans = [
      { offset90k: 10 * SECOND, duration90k: 20 * SECOND, bits: REASON_BITS.motion },
      { offset90k: 25 * SECOND, duration90k: 100 * SECOND, bits: REASON_BITS.manual },
    ];
    await feed(db, closed([record({ reasons: spans })]));
    assert.deepEqual(
      (await coverage(db)).map((row) => [
        (row.start90k - NOON) / SECOND,
        (row.end90k - NOON) / SECOND,
        row.reasons,
      ]),
      [
        [0, 10, 0],
        [10, 30, REASON_BITS.motion],
        [30, 60, REASON_BITS.manual],
      ],
    );
  });

  it("takes a report that is repeated for one", async () => {
    const db = await fresh();
    const segments = run(5, { holes: [{ offset90k: SECOND, duration90k: SECOND, packets: 3 }] });
    const reports = [
      ...closed(segments),
      {
        kind: "run-ended" as const,
        camera: segments[0]?.camera as never,
        stream: "main" as const,
        run: 1,
        endTime90k: NOON + 5 * MINUTE,
        reason: "stalled",
      },
      ...deleted(segments.slice(0, 1)),
    ];
    await feed(db, reports);
    const once = await snapshot(db);
    await feed(db, reports);
    assert.deepEqual(await snapshot(db), once);
    await feed(db, deleted(segments.slice(0, 1)));
    assert.deepEqual(await snapshot(db), once);
  });

  it("replaces a segment whose file was recovered with another end, and keeps its lock", async () => {
    const db = await fresh();
    const first = record({ sizeBytes: 500 });
    await feed(db, closed([first]));
    await db.run(
      "insert into locks (segment_id, volume_number, locked_at_ms, locked_by) values (?, 1, 0, 'anna')",
      [first.id],
    );
    await db.run("update segments set locked = 1");
    await feed(db, closed([{ ...first, sizeBytes: 400, duration90k: 50 * SECOND, recovered: true }]));
    assert.deepEqual(await db.all("select size_bytes, locked, recovered from segments"), [
      { size_bytes: 400, locked: 1, recovered: 1 },
    ]);
    assert.equal((await listLedger(db))[0]?.sizeBytes, 400);
    assert.equal((await coverage(db))[0]?.end90k, NOON + 50 * SECOND);
  });

  it("removes key frames, holes and coverage with their segment", async () => {
    const db = await fresh();
    const segments = run(3, { holes: [{ offset90k: 0, duration90k: SECOND, packets: 1 }] });
    await feed(db, closed(segments));
    await feed(db, deleted(segments.slice(1, 2)));
    assert.deepEqual(
      (await coverage(db)).map((row) => [row.start90k - NOON, row.end90k - NOON]),
      [
        [0, MINUTE],
        [2 * MINUTE, 3 * MINUTE],
      ],
    );
    await feed(db, deleted(segments));
    for (const table of ["segments", "segment_key_frames", "holes", "coverage"]) {
      assert.deepEqual(await db.all(`select * from ${table}`), [], table);
    }
    assert.deepEqual(await listLedger(db), [{ volumeNumber: 1, streamNumber: 1, sizeBytes: 0, segments: 0 }]);
  });

  it("keeps covered what another file of the run still holds, whichever of the two is deleted first", async () => {
    const bits = REASON_BITS.continuous;
    // A disk failed 40 s into a file; the last 20 s, not yet synced, were written again on another volume.
    const given = record({ duration90k: 40 * SECOND, recovered: true });
    const again = record({
      volume: OTHER_VOLUME,
      sequence: 1,
      startTime90k: NOON + 20 * SECOND,
      duration90k: MINUTE,
      reasons: [
        { offset90k: 0, duration90k: 30 * SECOND, bits },
        { offset90k: 30 * SECOND, duration90k: 30 * SECOND, bits: bits | REASON_BITS.motion },
      ],
    });
    const spans = async (db: Db) =>
      (await coverage(db)).map((row) => [
        (row.start90k - NOON) / SECOND,
        (row.end90k - NOON) / SECOND,
        row.reasons,
      ]);
    for (const order of [
      [given, again],
      [again, given],
    ]) {
      const db = await fresh();
      await feed(db, closed(order));
      await feed(db, deleted([given]));
      assert.deepEqual(await spans(db), [
        [20, 50, bits],
        [50, 80, bits | REASON_BITS.motion],
      ]);
      await feed(db, deleted([again]));
      assert.deepEqual(await spans(db), []);

      await feed(db, closed(order));
      await feed(db, deleted([again]));
      assert.deepEqual(await spans(db), [[0, 40, bits]]);
    }
  });

  it("lets go what a file of another run or node covers", async () => {
    const db = await fresh();
    const own = record();
    await feed(db, closed([own, record({ run: 2, startTime90k: NOON + 10 * SECOND })]));
    await feed(db, closed([record({ node: "spare", startTime90k: NOON + 20 * SECOND })]));
    await feed(db, deleted([own]));
    assert.deepEqual(
      (await coverage(db)).map((row) => [row.run, (row.start90k - NOON) / SECOND]),
      [
        [2, 10],
        [1, 20],
      ],
    );
  });

  it("always has the coverage and the ledger that its segments amount to", async () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const db = await fresh();
      const random = seededRandom(seed);
      const pick = (n: number): number => Math.floor(random() * n);
      const all: SegmentRecord[] = [];
      let start = NOON;
      for (let runNumber = 1; runNumber <= 6; runNumber += 1) {
        // Runs may begin before the last one ended: the clock stepped back.
        start += pick(20) * MINUTE - 5 * MINUTE;
        for (let sequence = 0; sequence < 12; sequence += 1) {
          const duration90k = (1 + pick(60)) * SECOND;
          const half = Math.floor(duration90k / 2);
          const bits = [1, 1, 2, 9][pick(4)] ?? 1;
          all.push(
            record({
              run: runNumber,
              sequence,
              startTime90k: start,
              duration90k,
              sizeBytes: pick(1_000_000),
              reasons: [
                { offset90k: 0, duration90k: half, bits },
                { offset90k: half, duration90k: duration90k - half, bits: [bits, 4][pick(2)] ?? 1 },
              ],
            }),
          );
          // Some segments of a run are missing.
          start += duration90k + (pick(10) === 0 ? MINUTE : 0);
          // Some were written twice, in part or whole: their disk had failed.
          if (pick(8) === 0) start -= pick(duration90k / SECOND + 1) * SECOND;
        }
      }
      const shuffled = all.map((item) => ({ item, key: random() })).sort((a, b) => a.key - b.key);
      const order = shuffled.map(({ item }) => item);
      await feed(db, closed(order));
      const gone = new Set(order.filter(() => pick(3) === 0));
      await feed(db, deleted([...gone]));
      const kept = all.filter((segment) => !gone.has(segment));
      assert.deepEqual(byRun(await coverage(db)), byRun(naive(kept)), `seed ${seed}`);
      assert.deepEqual(await listLedger(db), await countLedger(db));
    }
  });
});

function naive(segments: readonly SegmentRecord[]): Span[] {
  return segments.flatMap((segment) =>
    segment.reasons.map((span) => ({
      run: segment.run,
      start90k: segment.startTime90k + span.offset90k,
      end90k: segment.startTime90k + span.offset90k + span.duration90k,
      reasons: span.bits,
    })),
  );
}

/** The spans of each run and reason, joined. */
function byRun(spans: readonly Span[]): Record<string, RecordedSpan[]> {
  const runs: Record<string, RecordedSpan[]> = {};
  const ordered = [...spans].sort((a, b) => a.start90k - b.start90k);
  for (const { run: number, reasons } of ordered) {
    const own = ordered.filter(
      (span) => span.run === number && span.reasons === reasons && span.end90k > span.start90k,
    );
    runs[`${number}/${reasons}`] = mergeSpans(own, 0, Number.MAX_SAFE_INTEGER);
  }
  return runs;
}
