import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, it } from "node:test";
import type { Db } from "../../../core/db/db.ts";
import { volumesTable } from "../../../core/db/tables/volumes-table.ts";
import type { VolumeId } from "../../../core/domain/ids.ts";
import { CHECKSUM_BOX_BYTES, checksumBox } from "../../../core/media/mp4/checksum-box.ts";
import { type SegmentRecord, segmentPath } from "../../../core/media/segment.ts";
import { initialiseVolume } from "../../../core/media/store/volume-marker.ts";
import { type FsckOptions, type FsckReport, fsck } from "../../../core/recording/fsck.ts";
import { lockDataDir } from "../../../core/supervisor/data-lock.ts";
import { type TempDir, tempDir } from "../../../core/testing/temp-dir.ts";
import { onBothDrivers } from "../db/on-both-drivers.ts";
import { IDENTITY, makeSegment, picture } from "../media/mp4/synthetic-segment.ts";
import { closed, feed, GATE, NOON, SECOND, YARD } from "./sample-segments.ts";

/** Four seconds, a part a second. */
const PARTS = [0, 1, 2, 3].map((part) => ({
  video: Array.from({ length: 10 }, (_, index) => picture(part * 10 + index)),
}));
const LENGTH = 40 * 3_600;

interface Made {
  readonly record: SegmentRecord;
  readonly file: string;
  readonly open: Uint8Array;
  readonly closed: Uint8Array;
}

onBothDrivers("fsck", ({ fresh }) => {
  let dir: TempDir;
  let db: Db;
  let volume: VolumeId;
  let path: string;

  beforeEach(async () => {
    dir = tempDir();
    path = dir.join("volume");
    volume = initialiseVolume(path).marker.id;
    db = await fresh();
    await volumesTable(db).put(volume, path, 0);
  });
  afterEach(() => dir.remove());

  /** Writes recordings of one run to the volume, one after the other. */
  function make(count: number, given: Partial<typeof IDENTITY> = {}): Made[] {
    return Array.from({ length: count }, (_, sequence) => {
      const identity = {
        ...IDENTITY,
        camera: YARD,
        run: 1,
        sequence,
        startTime90k: (given.startTime90k ?? NOON) + sequence * LENGTH,
        ...("camera" in given ? { camera: given.camera ?? YARD } : {}),
        ...("run" in given ? { run: given.run ?? 1 } : {}),
      };
      const made = makeSegment(PARTS, { identity, writeSequence: sequence + 1 });
      const below = segmentPath(identity);
      const file = join(path, below);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, made.closed);
      const record = { ...made.end.summary, volume, path: below, writeSequence: sequence + 1 };
      return { record, file, open: made.open, closed: made.closed };
    });
  }

  async function indexed(count = 4, given: Partial<typeof IDENTITY> = {}): Promise<Made[]> {
    const made = make(count, given);
    await feed(db, closed(made.map(({ record }) => record)));
    return made;
  }

  const run = (given: Partial<FsckOptions> = {}): Promise<FsckReport> =>
    fsck({ dataDir: dir.path, db, volumes: [{ path }], ...given });

  const kinds = (report: FsckReport): [string, number, number][] =>
    report.findings.map((finding) => [finding.kind, finding.count, finding.mended]);

  /** A check finds `expected`, a repair mends all of it, and the next check finds nothing wrong. */
  async function mends(expected: readonly [string, number][], leftOver = 0): Promise<void> {
    const before = await db.all("select * from segments");
    const found = await run();
    assert.deepEqual(
      kinds(found),
      expected.map(([kind, count]) => [kind, count, 0]),
    );
    assert.equal(found.exitStatus, 4);
    assert.deepEqual(await db.all("select * from segments"), before, "a check changes nothing");
    const repaired = await run({ repair: true });
    assert.equal(repaired.exitStatus, leftOver === 0 ? 0 : 4, JSON.stringify(repaired.findings));
    const after = await run();
    assert.equal(after.findings.filter((finding) => !finding.isNote).length, leftOver, JSON.stringify(after));
  }

  it("finds nothing wrong with an index that agrees with its files", async () => {
    await indexed(4);
    await indexed(3, { camera: GATE, run: 2, startTime90k: NOON + 7_200 * SECOND });
    const report = await run();
    assert.deepEqual(report.findings, []);
    assert.equal(report.exitStatus, 0);
    assert.deepEqual(
      report.volumes.map(({ id, files }) => [id, files]),
      [[volume, 7]],
    );
  });

  it("does not take a provisional recording for one that is missing in the index", async () => {
    const [made] = await indexed(1);
    mkdirSync(join(path, "pre-record"));
    writeFileSync(join(path, "pre-record", "yard-main-1-nj-1-0.mp4"), made?.open ?? "");
    const report = await run({ rebuild: true });
    assert.deepEqual(report.findings, []);
    assert.deepEqual(
      report.volumes.map(({ files }) => files),
      [1],
    );
  });

  it("indexes files without rows, and the timeline follows", async () => {
    make(3);
    await mends([["file-without-row", 3]]);
    assert.deepEqual(
      await db.all("select start_90k - ? as start, end_90k - ? as end from coverage", [NOON, NOON]),
      [
        { start: 0, end: 72_000 },
        { start: 72_000, end: LENGTH },
        { start: LENGTH, end: LENGTH + 72_000 },
        { start: LENGTH + 72_000, end: 2 * LENGTH },
        { start: 2 * LENGTH, end: 2 * LENGTH + 72_000 },
        { start: 2 * LENGTH + 72_000, end: 3 * LENGTH },
      ],
    );
  });

  it("drops rows without files, a whole hour of them too", async () => {
    const [first] = await indexed(4);
    const late = await indexed(2, { run: 2, startTime90k: NOON + 5 * 3_600 * SECOND });
    rmSync(first?.file ?? "");
    for (const { file } of late) rmSync(dirname(file), { recursive: true, force: true });
    await mends([["row-without-file", 3]]);
    assert.deepEqual(await db.get("select segments from ledger"), { segments: 3 });
  });

  it("tells of a locked recording whose file is gone", async () => {
    const [first] = await indexed(2);
    await db.run(
      "insert into locks (segment_id, volume_number, locked_at_ms, locked_by) values (?, 1, 0, 'anna')",
      [first?.record.id ?? ""],
    );
    await db.run("update segments set locked = 1 where id = ?", [first?.record.id ?? ""]);
    writeFileSync(join(path, "locks.jsonl"), `{"segment":"${first?.record.id}"}\n`);
    rmSync(first?.file ?? "");
    await mends([["locked-file-missing", 1]]);
  });

  it("finishes and indexes files that were cut off at any place", async () => {
    const [whole, open, cut, patched] = await indexed(4);
    if (whole === undefined || open === undefined || cut === undefined || patched === undefined)
      assert.fail();
    await db.run("delete from segments where id <> ?", [whole.record.id]);
    await db.run("delete from coverage");
    await db.run("delete from ledger");
    writeFileSync(open.file, open.open);
    writeFileSync(cut.file, cut.open.subarray(0, cut.open.length - 7));
    writeFileSync(patched.file, patched.closed.subarray(0, patched.open.length + 30));
    await mends([
      ["unfinished-file", 3],
      ["ledger-wrong", 1],
      ["coverage-wrong", 1],
    ]);
    const rows = await db.all<{ recovered: number; frames: number }>(
      "select recovered, video_samples as frames from segments order by sequence",
    );
    assert.deepEqual(rows, [
      { recovered: 0, frames: 40 },
      { recovered: 1, frames: 40 },
      { recovered: 1, frames: 30 },
      { recovered: 1, frames: 40 },
    ]);
  });

  it("finds the timeline in order where a part of a run is there twice", async () => {
    await indexed(3);
    // What a failing disk had of the second, which was written again elsewhere, is recovered after the third.
    await indexed(1, { startTime90k: NOON + LENGTH });
    const report = await run();
    assert.deepEqual(report.findings, []);
  });

  it("removes files without a picture", async () => {
    const [first] = await indexed(1);
    const [empty] = make(2).slice(1);
    writeFileSync(empty?.file ?? "", (empty?.open ?? new Uint8Array()).subarray(0, 700));
    assert.ok(first);
    await mends([["empty-file", 1]]);
  });

  it("reports what cannot be understood and leaves it where it is", async () => {
    const [first, second] = await indexed(2);
    writeFileSync(first?.file ?? "", Buffer.alloc(5_000, 7));
    await mends([["unreadable-file", 1]], 1);
    assert.equal(readFileSync(first?.file ?? "").length, 5_000);
    assert.deepEqual(await db.all("select id from segments where unreadable = 1"), [
      { id: first?.record.id },
    ]);
    assert.ok(second);
  });

  it("reports a recording under another one's name, and files that are none", async () => {
    const [first, second] = make(2);
    renameSync(first?.file ?? "", second?.file ?? "");
    writeFileSync(join(dirname(second?.file ?? ""), "notes.txt"), "bought milk");
    const report = await run({ repair: true });
    assert.deepEqual(kinds(report), [
      ["foreign-file", 1, 0],
      ["identity-differs", 1, 0],
    ]);
    assert.equal(report.exitStatus, 4);
  });

  it("corrects rows that say something else than the file, without losing a lock", async () => {
    const [first, second, third] = await indexed(3);
    await db.run("update segments set size_bytes = 5, moov_offset = 1, locked = 1 where id = ?", [
      first?.record.id ?? "",
    ]);
    await db.run(
      "insert into locks (segment_id, volume_number, locked_at_ms, locked_by) values (?, 1, 0, 'anna')",
      [first?.record.id ?? ""],
    );
    writeFileSync(join(path, "locks.jsonl"), `{"segment":"${first?.record.id}"}\n`);
    await db.run("update segments set duration_90k = 9 where id = ?", [second?.record.id ?? ""]);
    await db.run(
      "delete from segment_key_frames where segment_number = (select number from segments where id = ?)",
      [third?.record.id ?? ""],
    );
    await mends([
      ["row-differs", 3],
      ["ledger-wrong", 1],
    ]);
    assert.deepEqual(await db.all("select locked from segments order by sequence"), [
      { locked: 1 },
      { locked: 0 },
      { locked: 0 },
    ]);
  });

  it("counts the ledger and the timeline anew", async () => {
    await indexed(4);
    await db.run("update ledger set size_bytes = size_bytes + 1");
    await db.run("update coverage set end_90k = end_90k + 9 where number = 2");
    await mends([
      ["ledger-wrong", 1],
      ["coverage-wrong", 1],
    ]);
  });

  it("brings locks, marks and the mirror on the volume together", async () => {
    const [a, b, c] = await indexed(3);
    const put = (id: string) =>
      db.run(
        "insert into locks (segment_id, volume_number, locked_at_ms, locked_by) values (?, 1, 0, 'anna')",
        [id],
      );
    await put(a?.record.id ?? "");
    await put("1-nj-1-1");
    await db.run("update segments set locked = 1 where id = ?", [c?.record.id ?? ""]);
    writeFileSync(
      join(path, "locks.jsonl"),
      `{"segment":"${a?.record.id}"}\n{"segment":"1-nj-1-1"}\nrubbish\n{"segment":"${b?.record.id}"}\n`,
    );
    await mends([
      ["lock-without-segment", 1],
      ["lock-not-marked", 2],
      ["lock-lost", 1],
    ]);
    assert.deepEqual(await db.all("select locked from segments order by sequence"), [
      { locked: 1 },
      { locked: 1 },
      { locked: 0 },
    ]);
  });

  it("rebuilds an index that was lost with its database, locks included", async () => {
    const made = await indexed(5);
    const wanted = await db.all("select id, write_sequence, size_bytes, reasons from segments order by id");
    writeFileSync(join(path, "locks.jsonl"), `{"segment":"${made[2]?.record.id}"}\n`);
    db = await fresh();
    const report = await run({ rebuild: true });
    assert.deepEqual(kinds(report), [["lock-lost", 1, 1]]);
    assert.equal(report.exitStatus, 0);
    assert.deepEqual(
      await db.all("select id, write_sequence, size_bytes, reasons from segments order by id"),
      wanted,
    );
    assert.deepEqual(await db.all("select id from segments where locked = 1"), [{ id: made[2]?.record.id }]);
    assert.deepEqual((await run()).findings, []);
  });

  it("rebuilds twice to the same index", async () => {
    await indexed(3);
    await run({ rebuild: true });
    const once = await db.all("select id, start_90k, size_bytes from segments order by id");
    const coverage = await db.all("select start_90k, end_90k, reasons from coverage order by start_90k");
    await run({ rebuild: true });
    assert.deepEqual(await db.all("select id, start_90k, size_bytes from segments order by id"), once);
    assert.deepEqual(
      await db.all("select start_90k, end_90k, reasons from coverage order by start_90k"),
      coverage,
    );
  });

  it("does not judge the rows of a volume that is not mounted, nor of one that was swapped", async () => {
    await indexed(3);
    renameSync(path, dir.join("elsewhere"));
    for (const given of [{ repair: true }, { rebuild: true }]) {
      const report = await run(given);
      assert.deepEqual(kinds(report), [["volume-unavailable", 1, 0]]);
    }
    initialiseVolume(path);
    assert.deepEqual(kinds(await run({ repair: true })), [["volume-unavailable", 1, 0]]);
    assert.deepEqual(await db.get("select count(*) as count from segments"), { count: 3 });
    assert.deepEqual(await db.get("select count(*) as count from coverage"), { count: 6 });
  });

  it("refuses to mend while a recorder runs, and then leaves what is being written alone", async () => {
    const lock = await lockDataDir(dir.path);
    try {
      await assert.rejects(run({ repair: true }), { code: "NJ_FSCK_RUNNING" });
      await assert.rejects(run({ rebuild: true }), { code: "NJ_FSCK_RUNNING" });
      const [old] = make(1);
      const now90k = Date.now() * 90;
      const [fresh1, fresh2] = make(2, { run: 2, startTime90k: now90k });
      truncateSync(fresh2?.file ?? "", (fresh2?.open.length ?? 0) - 5);
      assert.ok(old !== undefined && fresh1 !== undefined);
      assert.deepEqual(kinds(await run()), [["file-without-row", 1, 0]]);
    } finally {
      await lock.release();
    }
  });

  /** Recordings with checksums, as a recorder makes them that is to. */
  function makeSummed(count: number): Made[] {
    return make(count).map((made) => {
      const sum = createHash("sha256").update(made.closed.subarray(236)).digest();
      const bytes = Buffer.concat([made.closed, checksumBox(sum)]);
      writeFileSync(made.file, bytes);
      const record = { ...made.record, sizeBytes: bytes.length, sha256: sum.toString("hex") };
      return { ...made, record, closed: bytes };
    });
  }

  /** Changes bytes of a file as a disk, or somebody, may. */
  function tamper(file: string, at: number): void {
    const bytes = readFileSync(file);
    bytes[at] = (bytes[at] as number) ^ 1;
    writeFileSync(file, bytes);
  }

  it("verifies: a recording of which one bit was changed is found, named, and left alone", async () => {
    const made = makeSummed(4);
    await feed(db, closed(made.map(({ record }) => record)));
    assert.deepEqual((await run({ verify: true })).findings, []);
    const [, victim] = made as [Made, Made];
    tamper(victim.file, victim.open.length - 3);
    assert.deepEqual((await run()).findings, [], "without reading the files nothing is seen");
    for (const given of [{ verify: true }, { verify: true, repair: true }, { verify: true, rebuild: true }]) {
      const report = await run(given);
      assert.deepEqual(kinds(report), [["content-differs", 1, 0]]);
      assert.equal(report.findings[0]?.examples[0]?.startsWith(`${victim.record.path}: `), true);
      assert.equal(report.exitStatus, 4);
      assert.deepEqual(await db.get("select count(*) as count from segments"), { count: 4 });
    }
  });

  it("notes recordings without a checksum, which is nothing wrong", async () => {
    await indexed(2);
    const report = await run({ verify: true });
    assert.deepEqual(kinds(report), [["without-checksum", 2, 0]]);
    assert.equal(report.exitStatus, 0);
  });

  it("keeps checksums over a rebuild of the index", async () => {
    const made = makeSummed(3);
    assert.deepEqual((await run({ rebuild: true })).findings, []);
    assert.deepEqual(
      (await db.all<{ sha256: string }>("select sha256 from segments order by start_90k")).map(
        (row) => row.sha256,
      ),
      made.map(({ record }) => record.sha256),
    );
    assert.deepEqual((await run({ verify: true })).findings, []);
  });

  it("believes the index, not a file that got another checksum or lost its own", async () => {
    const made = makeSummed(2);
    await feed(db, closed(made.map(({ record }) => record)));
    const rows = await db.all("select * from segments");
    const [first, second] = made as [Made, Made];
    const content = Buffer.from(first.closed.subarray(0, -CHECKSUM_BOX_BYTES));
    content[first.open.length - 3] = 0;
    const sum = createHash("sha256").update(content.subarray(236)).digest();
    writeFileSync(first.file, Buffer.concat([content, checksumBox(sum)]));
    truncateSync(second.file, second.closed.length - CHECKSUM_BOX_BYTES);
    assert.deepEqual(kinds(await run({ repair: true })), [["content-differs", 2, 0]]);
    assert.deepEqual(await db.all("select * from segments"), rows);
  });

  it("ends files that it finishes with a checksum where these are wanted", async () => {
    const [made] = make(1);
    truncateSync(made?.file ?? "", (made?.open.length ?? 0) - 5);
    assert.deepEqual(kinds(await run({ repair: true, checksums: true })), [["unfinished-file", 1, 1]]);
    assert.deepEqual((await run({ verify: true })).findings, []);
  });

  it("ends when it is told to", async () => {
    await indexed(2);
    await assert.rejects(run({ signal: AbortSignal.abort(new RangeError("enough")) }), /enough/);
  });
});
