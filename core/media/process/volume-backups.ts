// Stores and fetches copies of the database on volumes, each errand in a thread of its own with a time limit: a disk
// that hangs stops only its own errand (data plane, sections 1 and 3).
import { mkdir } from "node:fs/promises";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import type { SegmentId } from "../../domain/ids.ts";
import { fromPlainError, NightjarError, type PlainError, systemCode, toPlainError } from "../../errors.ts";
import type { FoundBackup } from "../protocol.ts";
import {
  type BackupPlace,
  type FetchedBackups,
  fetchBackups,
  readLockMirror,
  storeBackup,
} from "../store/backup-copy.ts";

/** A large database on a slow disk takes minutes, and nobody waits for it. */
const STORE_LIMIT_MS = 600_000;
/** `core` waits for these with its start. */
const FETCH_LIMIT_MS = 30_000;

type Errand =
  | { readonly kind: "store"; readonly volume: BackupPlace; readonly file: string }
  | { readonly kind: "fetch"; readonly volume: BackupPlace; readonly folder: string }
  | { readonly kind: "locks"; readonly volume: BackupPlace };

type Answer = { readonly result: unknown } | { readonly error: PlainError };

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
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: { backupErrand: errand } });
    const { path } = errand.volume;
    const timer = setTimeout(() => {
      const message = `the disk under ${path} does not answer`;
      reject(new NightjarError("NJ_VOLUME_TIMEOUT", "deadline-exceeded", message, { path }));
      void worker.terminate();
    }, limitMs);
    worker.once("message", (answer: Answer) => {
      clearTimeout(timer);
      if ("error" in answer) reject(fromPlainError(answer.error));
      else resolve(answer.result);
    });
    worker.once("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
  });
}

function perform(errand: Errand): Answer {
  try {
    switch (errand.kind) {
      case "store":
        return { result: storeBackup(errand.volume, errand.file) };
      case "fetch":
        return { result: fetchBackups(errand.volume, errand.folder) };
      case "locks":
        return { result: readLockMirror(errand.volume) };
    }
  } catch (error) {
    if (error instanceof NightjarError) return { error: toPlainError(error) };
    const { path } = errand.volume;
    const message = `${path}: a copy of the database cannot be kept or read (${systemCode(error) ?? String(error)})`;
    return {
      error: toPlainError(
        new NightjarError("NJ_VOLUME_UNUSABLE", "failed-precondition", message, { path }, error),
      ),
    };
  }
}

const asked: unknown = workerData;
if (!isMainThread && typeof asked === "object" && asked !== null && "backupErrand" in asked) {
  parentPort?.postMessage(perform(asked.backupErrand as Errand));
}
