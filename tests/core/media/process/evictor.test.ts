import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import type { SegmentId } from "../../../../core/domain/ids.ts";
import { silentLog } from "../../../../core/log.ts";
import { Evictor, type SpaceNow } from "../../../../core/media/process/evictor.ts";
import { WrittenLog } from "../../../../core/media/process/written-log.ts";
import type { EvictionList, MediaReport } from "../../../../core/media/protocol.ts";
import { VolumeWriteError, type VolumeWriter } from "../../../../core/media/store/volume-writer.ts";
import { FakeClock } from "../../../../core/testing/fake-clock.ts";
import { type TempDir, tempDir } from "../../../../core/testing/temp-dir.ts";
import { waitFor } from "../../../../core/testing/wait-for.ts";
import { FIRST } from "./rig.ts";

const MB = 1_000_000;

function item(number: number, camera = "yard"): EvictionList["segments"][number] {
  const id = `${1_700_000_000_000 + number}-node-1-${number}` as SegmentId;
  return { id, path: `video/${camera}/main/2023-11-14/22/${id}.mp4`, sizeBytes: 10 * MB };
}

function items(from: number, to: number): EvictionList["segments"] {
  return Array.from({ length: to - from }, (_, index) => item(from + index));
}

class Rig {
  readonly dir: TempDir = tempDir();
  readonly removed: string[] = [];
  readonly reports: MediaReport[] = [];
  readonly written = new WrittenLog(this.dir.path, FIRST, new FakeClock(), silentLog);
  readonly texts = new Map<string, string>();
  readonly open = new Set<string>();
  refuse = false;
  /** Reads of the volume wait for `answer`. */
  hangs = false;
  readonly reads: { readonly path: string; readonly onDone: Parameters<VolumeWriter["readText"]>[1] }[] = [];
  readonly clock = new FakeClock();
  evictor = this.make();

  make(): Evictor {
    return new Evictor({
      volume: FIRST,
      folder: this.dir.path,
      log: silentLog,
      written: this.written,
      isOpen: (path) => this.open.has(path),
      writer: {
        remove: (path, onDone) => {
          // What is unlinked must have been written down before.
          assert.ok(readFileSync(this.dir.join(`deletions-${FIRST}.log`), "utf8").includes(`-${path}\n`));
          if (this.refuse) return;
          this.removed.push(path);
          setImmediate(() => onDone());
        },
        writeText: (path, text) => {
          this.texts.set(path, text);
        },
        readText: (path, onDone) => {
          this.reads.push({ path, onDone });
          if (!this.hangs) this.answer();
        },
      },
      clock: this.clock,
      reportDurably: (report) => {
        this.reports.push(report);
        return Promise.resolve();
      },
    });
  }

  async start(): Promise<this> {
    await this.written.open();
    await this.evictor.open();
    return this;
  }

  async end(): Promise<void> {
    await this.written.flush();
    await this.evictor.close();
    this.dir.remove();
  }

  /** The volume answers what was asked of it. */
  answer(fault?: { readonly code: string; readonly message: string }): void {
    const error = fault === undefined ? undefined : new VolumeWriteError("volume", fault);
    for (const { path, onDone } of this.reads.splice(0))
      onDone(error, error === undefined ? (this.texts.get(path) ?? "") : "");
  }

  async list(changes: Partial<EvictionList>): Promise<void> {
    await this.evictor.setList({ volume: FIRST, revision: 1, segments: [], due: [], ...changes });
  }

  space(freeMb: number, changes: Partial<SpaceNow> = {}): SpaceNow {
    return {
      freeBytes: freeMb * MB,
      totalBytes: 1_000 * MB,
      reserveBytes: 100 * MB,
      overwrite: true,
      ...changes,
    };
  }

  async settled(count: number): Promise<void> {
    await waitFor(() => this.reports.length >= count, { what: `${count} deletions` });
  }
}

async function rig(): Promise<Rig> {
  return new Rig().start();
}

describe("eviction (docs/design/storage-and-quota.md)", () => {
  it("works core's list off in order, as far as the reserve asks for, and no further", async () => {
    const it = await rig();
    await it.list({ segments: items(0, 10) });
    it.evictor.work(it.space(200));
    assert.equal(it.removed.length, 0);
    it.evictor.work(it.space(75));
    // What is on its way counts as free already.
    it.evictor.work(it.space(75));
    await it.settled(3);
    assert.deepEqual(
      it.removed,
      items(0, 3).map(({ path }) => path),
    );
    assert.deepEqual(it.reports[0], {
      kind: "segment-deleted",
      id: item(0).id,
      volume: FIRST,
      path: item(0).path,
    });
    await it.end();
  });

  it("deletes what is due whatever the free space, also where nothing may be overwritten", async () => {
    const it = await rig();
    await it.list({ segments: items(5, 9), due: items(0, 2) });
    it.evictor.work(it.space(10, { overwrite: false }));
    await it.settled(2);
    assert.deepEqual(
      it.removed,
      items(0, 2).map(({ path }) => path),
    );
    await it.end();
  });

  it("never deletes what is being written, what lies outside, or what is no recording", async () => {
    const it = await rig();
    it.open.add(item(0).path);
    const bad = ["../../etc/passwd", "video/yard/main/../../../x.mp4", "nightjar-volume.json", "/etc/passwd"];
    await it.list({
      due: [...bad.map((path) => ({ ...item(7), path })), item(0), item(1)],
    });
    it.evictor.work(it.space(10));
    await it.settled(1);
    assert.deepEqual(it.removed, [item(1).path]);
    await it.end();
  });

  it("goes on without core when the list is spent: oldest by order of writing, locked ones spared", async () => {
    const it = await rig();
    // Written in this order, whatever their names say about the time.
    const order = [5, 3, 9, 1, 7];
    for (const number of order) it.written.opened(item(number).path);
    await it.evictor.setLocks([item(3).id]);
    assert.equal(it.texts.get("locks.jsonl"), `{"segment":"${item(3).id}"}\n`);
    it.open.add(item(7).path);
    for (let round = 1; round <= 3; round += 1) {
      it.evictor.work(it.space(0, { totalBytes: 400 * MB }));
      await it.settled(round);
    }
    await waitFor(() => it.removed.length >= 3);
    assert.deepEqual(it.removed.slice(0, 3), [item(5).path, item(9).path, item(1).path]);
    it.evictor.work(it.space(0));
    await it.written.flush();
    assert.equal(it.removed.length, 3);
    await it.end();
  });

  it("obeys list and locks after a restart, before core is there", async () => {
    const it = await rig();
    await it.list({ segments: items(0, 4), revision: 9 });
    await it.evictor.setLocks([item(8).id]);
    await it.evictor.close();
    it.evictor = it.make();
    await it.start();
    assert.equal(it.evictor.revision, 9);
    it.evictor.work(it.space(85));
    await it.settled(2);
    assert.deepEqual(
      it.removed,
      items(0, 2).map(({ path }) => path),
    );
    await it.end();
  });

  it("finishes deletions that a crash interrupted, and reports them", async () => {
    const it = await rig();
    await it.list({ due: [item(0), item(1)] });
    it.refuse = true;
    it.evictor.work(it.space(500));
    await waitFor(() => readFileSync(it.dir.join(`deletions-${FIRST}.log`), "utf8").includes(item(1).path));
    await it.evictor.close();
    it.refuse = false;
    it.evictor = it.make();
    await it.start();
    await it.settled(2);
    assert.deepEqual(it.removed.toSorted(), [item(0).path, item(1).path].toSorted());
    await it.end();
  });

  it("tells finished deletions again after a start, for their reports may be lost", async () => {
    const it = await rig();
    await it.list({ due: [item(0)] });
    it.evictor.work(it.space(500));
    await waitFor(() =>
      readFileSync(it.dir.join(`deletions-${FIRST}.log`), "utf8").includes(`=${item(0).path}`),
    );
    await it.evictor.close();
    it.reports.length = 0;
    it.removed.length = 0;
    it.evictor = it.make();
    await it.start();
    await waitFor(() => it.reports.length > 0);
    assert.deepEqual(
      it.reports.map((report) => report.kind === "segment-deleted" && report.id),
      [item(0).id],
    );
    assert.deepEqual(it.removed, []);
    await it.end();
  });

  it("takes the locks from the volume where the data directory has lost them", async () => {
    const it = new Rig();
    it.texts.set("locks.jsonl", `{"segment":"${item(1).id}"}\nrubbish\n`);
    await it.start();
    it.written.opened(item(1).path);
    it.written.opened(item(2).path);
    it.evictor.work(it.space(0, { totalBytes: 100 * MB }));
    await it.settled(1);
    assert.deepEqual(it.removed, [item(2).path]);
    await it.end();
  });
});

describe("locks that only the volume knows", () => {
  const mirror = `{"segment":"${item(1).id}"}\n`;

  it("are waited for while it is away, and deleting with them", async () => {
    const it = new Rig();
    it.hangs = true;
    it.texts.set("locks.jsonl", mirror);
    let isOpen = false;
    const opening = it.start().then(() => {
      isOpen = true;
    });
    await waitFor(() => it.reads.length === 1);
    it.answer({ code: "ENODEV", message: "is its disk mounted?" });
    assert.equal(it.reads.length, 0);
    it.clock.advance(2_000);
    assert.equal(it.reads.length, 1, "asked again");
    assert.equal(isOpen, false);
    it.answer();
    await opening;
    for (const number of [1, 2]) it.written.opened(item(number).path);
    it.evictor.work(it.space(0, { totalBytes: 100 * MB }));
    await it.settled(1);
    assert.deepEqual(it.removed, [item(2).path]);
    await it.end();
  });

  it("are older than what core says meanwhile", async () => {
    const it = new Rig();
    it.hangs = true;
    it.texts.set("locks.jsonl", mirror);
    const opening = it.start();
    await waitFor(() => it.reads.length === 1);
    await it.evictor.setLocks([item(2).id]);
    it.texts.set("locks.jsonl", mirror);
    it.answer();
    await opening;
    for (const number of [1, 2]) it.written.opened(item(number).path);
    it.evictor.work(it.space(0, { totalBytes: 100 * MB }));
    await it.settled(1);
    assert.deepEqual(it.removed, [item(1).path]);
    await it.end();
  });

  it("are done without where its file is broken, and are not asked for when all is over", async () => {
    const broken = new Rig();
    broken.hangs = true;
    const opening = broken.start();
    await waitFor(() => broken.reads.length === 1);
    broken.answer({ code: "EIO", message: "a bad sector" });
    await opening;
    await broken.end();
    const away = new Rig();
    away.hangs = true;
    void away.start();
    await waitFor(() => away.reads.length === 1);
    away.answer({ code: "ENODEV", message: "is its disk mounted?" });
    await away.end();
    away.clock.advance(60_000);
    assert.equal(away.reads.length, 0);
  });
});

describe("the list of written segments", () => {
  it("numbers upwards over restarts and tells what was never closed", async () => {
    using dir = tempDir();
    const open = (): WrittenLog => new WrittenLog(dir.path, FIRST, new FakeClock(), silentLog);
    const first = open();
    assert.deepEqual((await first.open()).unfinished, []);
    const one = first.opened(item(1).path);
    const two = first.opened(item(2).path);
    first.closed(item(1).path);
    await first.flush();
    assert.ok(two > one);
    const second = open();
    assert.deepEqual((await second.open()).unfinished, [{ writeSequence: two, path: item(2).path }]);
    assert.ok(second.opened(item(3).path) > two);
    await second.flush();
  });

  it("keeps unfinished segments that were found unfinished until they are closed", async () => {
    using dir = tempDir();
    const open = (): WrittenLog => new WrittenLog(dir.path, FIRST, new FakeClock(), silentLog);
    const first = open();
    await first.open();
    const found = items(0, 2).map(({ path }, index) => ({ writeSequence: index + 1, path }));
    first.prepend(found.slice(0, 1), found.slice(1));
    await first.flush();
    const second = open();
    assert.deepEqual((await second.open()).unfinished, found.slice(1));
    second.closed(item(1).path);
    await second.flush();
    assert.deepEqual((await open().open()).unfinished, []);
  });

  it("forgets what is gone when the list grows, and nothing else", async () => {
    using dir = tempDir();
    const log = new WrittenLog(dir.path, FIRST, new FakeClock(), silentLog);
    await log.open();
    for (let number = 0; number < 5_000; number += 1) {
      log.opened(item(number).path);
      log.closed(item(number).path);
      if (number >= 10) log.gone(item(number - 10).path);
    }
    await log.flush();
    const oldest = await log.oldest(100, () => false);
    assert.deepEqual(
      oldest.map(({ path }) => path),
      items(4_990, 5_000).map(({ path }) => path),
    );
    const bytes = readFileSync(dir.join(`written-${FIRST}.log`)).length;
    assert.ok(bytes < 1_500_000, `${bytes} bytes`);
    const again = new WrittenLog(dir.path, FIRST, new FakeClock(), silentLog);
    assert.deepEqual((await again.open()).unfinished, []);
  });
});
