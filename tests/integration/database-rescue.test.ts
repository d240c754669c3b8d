// A real recorder whose database is damaged, cut off, emptied or deleted: it starts, records, and its index is whole
// again from a copy on the volume and from the files.
import assert from "node:assert/strict";
import { copyFileSync, openSync, readdirSync, rmSync, statSync, truncateSync, writeSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { waitFor } from "../../core/testing/wait-for.ts";
import { indexRows, runFsck } from "../support/recorder-evidence.ts";
import { RecorderRig } from "../support/recorder-rig.ts";

const PAGE = 4_096;

describe("a recorder that lost its database", () => {
  let rig: RecorderRig;
  let database: string;

  before(async () => {
    rig = await RecorderRig.start({ cameras: 2 });
    database = join(rig.dataDir, "nightjar.db");
    await untilIndexed(2);
  });
  after(() => rig.dispose());

  async function untilIndexed(rows: number): Promise<void> {
    await waitFor(() => indexRows(rig.dataDir).length >= rows, {
      what: `${rows} recordings in the index`,
      deadlineMs: 60_000,
      periodMs: 250,
    });
  }
  async function notice(): Promise<string> {
    const status = await rig.status();
    return status?.problems.find(({ code }) => code === "database-rescued")?.message ?? "";
  }
  /** Starts it after damage: it records at once, says what happened, and its index becomes whole. */
  async function startsAgain(restored: RegExp): Promise<void> {
    const filesBefore = rig.filePaths().length;
    await rig.launch();
    await rig.untilRecording(15_000);
    assert.match(await notice(), restored);
    await waitFor(async () => /was completed from the files/.test(await notice()), {
      what: "the end of the rebuild",
      deadlineMs: 30_000,
      periodMs: 200,
    });
    await rig.untilRecovered(30_000);
    assert.ok(indexRows(rig.dataDir).length >= filesBefore - 2, "two files were being written at most");
    await rig.stopRecorder();
    const fsck = runFsck(rig.dataDir);
    assert.equal(fsck.exitCode, 0, fsck.output);
  }

  it("starts with the copy of the volume when pages are overwritten, and adds what was recorded since", async () => {
    await rig.stopRecorder();
    copyFileSync(database, join(rig.volumePaths[0] ?? "", "nightjar-backup.db"));
    const rows = indexRows(rig.dataDir).length;
    await rig.launch();
    await untilIndexed(rows + 2);
    await rig.stopRecorder();
    const descriptor = openSync(database, "r+");
    for (let page = 2; page < statSync(database).size / PAGE; page += 3) {
      writeSync(descriptor, Buffer.alloc(PAGE, 0x5a), 0, PAGE, page * PAGE);
    }
    await startsAgain(/nightjar\.db\.damaged-.+copy of .+ was taken back/);
    assert.equal(readdirSync(rig.dataDir).filter((name) => name.includes(".damaged-")).length, 1);
  });

  it("starts when it was killed and its journal is cut off: the rows that were in it come back", async () => {
    await rig.launch();
    await rig.untilRecording(15_000);
    await untilIndexed(indexRows(rig.dataDir).length + 2);
    await rig.kill("tree");
    const journal = `${database}-wal`;
    truncateSync(journal, Math.floor(statSync(journal).size / 2));
    await rig.launch();
    await rig.untilRecording(15_000);
    await rig.untilRecovered(15_000);
    const files = rig.filePaths().length;
    await waitFor(() => indexRows(rig.dataDir).length >= files - 2, {
      what: "the lost rows",
      deadlineMs: 30_000,
      periodMs: 250,
    });
    await rig.stopRecorder();
    const fsck = runFsck(rig.dataDir);
    assert.equal(fsck.exitCode, 0, fsck.output);
  });

  it("starts with an empty file in its place and no copy anywhere", async () => {
    rmSync(join(rig.volumePaths[0] ?? "", "nightjar-backup.db"));
    rmSync(join(rig.volumePaths[0] ?? "", "nightjar-backup.previous.db"), { force: true });
    truncateSync(database, 0);
    await startsAgain(/the file was empty.+no copy was found/);
  });

  it("starts when the file was deleted", async () => {
    for (const name of readdirSync(rig.dataDir)) {
      if (name === "nightjar.db" || name.startsWith("nightjar.db-")) rmSync(join(rig.dataDir, name));
    }
    await startsAgain(/the file was missing.+no copy was found/);
  });
});
