// Copies of the database on volumes: `<volume>/nightjar-backup.db` and the one before it. Synchronous, for threads; the
// asynchronous face is process/volume-backups.ts. A copy is whole or not there, whatever happens meanwhile.
import {
  closeSync,
  copyFileSync,
  existsSync,
  fdatasyncSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { NightjarError, systemCode } from "../../errors.ts";
import { readVolumeMarker, syncDirectory } from "./volume-marker.ts";

export const BACKUP_FILE = "nightjar-backup.db";
/** The copy before the newest: what was copied last may be the damage. */
export const PREVIOUS_BACKUP_FILE = "nightjar-backup.previous.db";
const LOCKS_FILE = "locks.jsonl";
const CHUNK_BYTES = 1024 * 1024;
/** Synced so often while copying, so that recording never waits behind a large copy in the page cache. */
const SYNC_BYTES = 8 * CHUNK_BYTES;

/** A volume as the thread is told of it. */
export interface BackupPlace {
  readonly path: string;
  readonly id: string;
}

/** Puts `file` onto a volume as its newest copy; the former newest stays as the one before. Durable when it returns. */
export function storeBackup(volume: BackupPlace, file: string): number {
  checkVolume(volume);
  const draft = join(volume.path, `${BACKUP_FILE}.new`);
  const newest = join(volume.path, BACKUP_FILE);
  try {
    const sizeBytes = copySynced(file, draft);
    if (existsSync(newest)) renameSync(newest, join(volume.path, PREVIOUS_BACKUP_FILE));
    renameSync(draft, newest);
    syncDirectory(volume.path);
    return sizeBytes;
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** What a volume keeps for a database that is lost. */
export interface FetchedBackups {
  /** Files below the folder asked for, the newest first. */
  readonly files: readonly { readonly file: string; readonly modifiedMs: number }[];
}

/** Copies what a volume keeps into `folder`, under names that begin with the volume's id. */
export function fetchBackups(volume: BackupPlace, folder: string): FetchedBackups {
  checkVolume(volume);
  const files: { file: string; modifiedMs: number }[] = [];
  for (const name of [BACKUP_FILE, PREVIOUS_BACKUP_FILE]) {
    const from = join(volume.path, name);
    const modifiedMs = statSync(from, { throwIfNoEntry: false })?.mtimeMs;
    if (modifiedMs === undefined) continue;
    const file = join(folder, `${volume.id}-${name}`);
    copyFileSync(from, file);
    files.push({ file, modifiedMs });
  }
  return { files };
}

/** Ids of the segments that the mirror on a volume calls locked. */
export function readLockMirror(volume: BackupPlace): string[] {
  checkVolume(volume);
  let text: string;
  try {
    text = readFileSync(join(volume.path, LOCKS_FILE), "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  }
  return text.split("\n").flatMap((line) => lockedId(line) ?? []);
}

function lockedId(line: string): string | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== "object" || value === null || !("segment" in value)) return undefined;
    return typeof value.segment === "string" ? value.segment : undefined;
  } catch {
    return undefined;
  }
}

/** Nothing is written to, or believed of, the mount point of a pulled disk. */
function checkVolume(volume: BackupPlace): void {
  if (readVolumeMarker(volume.path)?.id === volume.id) return;
  throw new NightjarError(
    "NJ_VOLUME_UNUSABLE",
    "failed-precondition",
    `${volume.path} does not carry the volume: is its disk mounted?`,
    { path: volume.path },
  );
}

/** Copies in pieces that reach the disk as they come. Returns the size. */
function copySynced(from: string, to: string): number {
  const source = openSync(from, "r");
  try {
    // Password hashes are in it.
    const target = openSync(to, "w", 0o600);
    try {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      let total = 0;
      for (;;) {
        const length = readSync(source, chunk, 0, chunk.length, total);
        for (let at = 0; at < length; ) at += writeSync(target, chunk, at, length - at, total + at);
        total += length;
        if (length === 0 || total % SYNC_BYTES === 0) fdatasyncSync(target);
        if (length === 0) return total;
      }
    } finally {
      closeSync(target);
    }
  } finally {
    closeSync(source);
  }
}
