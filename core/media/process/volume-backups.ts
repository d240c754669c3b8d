// Stores and fetches copies of the database on volumes, each errand in a thread of its own with a time limit: a disk
// that hangs stops only its own errand (docs/design/storage-and-quota.md).
import { mkdir } from "node:fs/promises";
import type { SegmentId } from "../../domain/ids.ts";
import { systemCode } from "../../errors.ts";
import type { FoundBackup } from "../protocol.ts";
import {
  type BackupPlace,
  type FetchedBackups,
  fetchBackups,
  readLockMirror,
  storeBackup,
} from "../store/backup-copy.ts";
import { answerApart, runApart } from "./disk-errand.ts";

/** A large database on a slow disk takes minutes, and nobody waits for it. */
const STORE_LIMIT_MS = 600_000;
/** `core` waits for these with its start. */
const FETCH_LIMIT_MS = 30_000;
const NAME = "backupErrand";

type Errand =
  | { readonly kind: "store"; readonly volume: BackupPlace; readonly file: string }
  | { readonly kind: "fetch"; readonly volume: BackupPlace; readonly folder: string }
  | { readonly kind: "locks"; readonly volume: BackupPlace };

/** Copies `file` onto a volume. Rejects with `NJ_VOLUME_UNUSABLE`, `NJ_VOLUME_TIMEOUT`. */
export async function storeBackupOn(volume: BackupPlace, file: string): Promise<{ sizeBytes: number }> {
  return { sizeBytes: (await run({ kind: "store", volume, file }, STORE_LIMIT_MS)) as number };
}

/** Copies what all the volumes keep into `folder`, the newest first. A volume that does not answer is left out. */
export async function fetchBackupsFrom(
  volumes: readonly BackupPlace[],
  folder: string,
): Promise<FoundBackup[]> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const found = await Promise.all(
    volumes.map(async (volume) => {
      try {
        const { files } = (await run({ kind: "fetch", volume, folder }, FETCH_LIMIT_MS)) as FetchedBackups;
        return files.map((file) => ({ ...file, volumePath: volume.path }));
      } catch {
        // What another volume keeps will do.
        return [];
      }
    }),
  );
  return found.flat().sort((left, right) => right.modifiedMs - left.modifiedMs);
}

/** Locked segments by the mirror on the volume. */
export async function mirroredLocks(volume: BackupPlace): Promise<SegmentId[]> {
  return (await run({ kind: "locks", volume }, FETCH_LIMIT_MS)) as SegmentId[];
}

function run(errand: Errand, limitMs: number): Promise<unknown> {
  const module = new URL(import.meta.url);
  return runApart({ module, name: NAME, order: errand, path: errand.volume.path, limitMs });
}

function perform(errand: Errand): unknown {
  switch (errand.kind) {
    case "store":
      return storeBackup(errand.volume, errand.file);
    case "fetch":
      return fetchBackups(errand.volume, errand.folder);
    case "locks":
      return readLockMirror(errand.volume);
  }
}

answerApart(NAME, perform, ({ volume: { path } }, error) => ({
  path,
  message: `${path}: a copy of the database cannot be kept or read (${systemCode(error) ?? String(error)})`,
}));
