import assert from "node:assert/strict";
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { afterEach, beforeEach, describe, it } from "node:test";
import { NightjarError } from "../../../../core/errors.ts";
import {
  fetchBackupsFrom,
  mirroredLocks,
  storeBackupOn,
} from "../../../../core/media/process/volume-backups.ts";
import { initialiseVolume } from "../../../../core/media/store/volume-marker.ts";
import { type TempDir, tempDir } from "../../../../core/testing/temp-dir.ts";

const hasCode = (code: string) => (error: unknown) => error instanceof NightjarError && error.code === code;

describe("copies of the database on a volume", () => {
  let dir: TempDir;
  beforeEach(() => {
    dir = tempDir("nightjar-copies-");
    writeFileSync(dir.join("one.db"), "first");
    writeFileSync(dir.join("two.db"), Buffer.alloc(3 * 1024 * 1024 + 17, 2));
  });
  afterEach(() => dir.remove());

  function volume(name: string): { path: string; id: string } {
    const path = dir.join(name);
    return { path, id: initialiseVolume(path).marker.id };
  }

  it("are replaced as a whole, readable by us alone, and the one before stays", async () => {
    const yard = volume("yard");
    assert.deepEqual(await storeBackupOn(yard, dir.join("one.db")), { sizeBytes: 5 });
    await storeBackupOn(yard, dir.join("two.db"));
    assert.deepEqual(readFileSync(`${yard.path}/nightjar-backup.db`), Buffer.alloc(3 * 1024 * 1024 + 17, 2));
    assert.equal(readFileSync(`${yard.path}/nightjar-backup.previous.db`, "utf8"), "first");
    assert.equal(statSync(`${yard.path}/nightjar-backup.db`).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(yard.path).sort(), [
      "nightjar-backup.db",
      "nightjar-backup.previous.db",
      "nightjar-volume.json",
    ]);
  });

  it("are fetched from all volumes, the newest first; a volume that is away is left out", async () => {
    const [yard, gate, gone] = [volume("yard"), volume("gate"), volume("gone")];
    await storeBackupOn(yard, dir.join("one.db"));
    await storeBackupOn(gate, dir.join("two.db"));
    utimesSync(`${gate.path}/nightjar-backup.db`, 1_000, 1_000);
    await storeBackupOn(gone, dir.join("two.db"));
    renameSync(gone.path, `${gone.path}-pulled`);
    mkdirSync(gone.path);
    const found = await fetchBackupsFrom([gate, gone, yard], dir.join("rescue"));
    assert.deepEqual(
      found.map(({ volumePath }) => volumePath),
      [yard.path, gate.path],
    );
    assert.equal(readFileSync(found[0]?.file ?? "", "utf8"), "first");
    assert.equal(found[1]?.modifiedMs, 1_000_000);
  });

  it("never land on the mount point of a pulled disk, and leave nothing half there when they fail", async () => {
    const yard = volume("yard");
    renameSync(yard.path, `${yard.path}-pulled`);
    mkdirSync(yard.path);
    await assert.rejects(storeBackupOn(yard, dir.join("one.db")), hasCode("NJ_VOLUME_UNUSABLE"));
    assert.deepEqual(readdirSync(yard.path), []);
    const gate = volume("gate");
    await assert.rejects(storeBackupOn(gate, dir.join("absent.db")), hasCode("NJ_VOLUME_UNUSABLE"));
    assert.deepEqual(readdirSync(gate.path), ["nightjar-volume.json"]);
  });

  it("come with the locks of the volume's mirror", async () => {
    const yard = volume("yard");
    assert.deepEqual(await mirroredLocks(yard), []);
    writeFileSync(
      `${yard.path}/locks.jsonl`,
      '{"segment":"1-n-1-0"}\nrubbish\n{"segment":7}\n{"segment":"2-n-1-1"}\n',
    );
    assert.deepEqual(await mirroredLocks(yard), ["1-n-1-0", "2-n-1-1"]);
  });
});
