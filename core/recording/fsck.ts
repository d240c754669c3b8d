// `nightjar fsck`: compares rows, files, locks and ledger both ways, mends with `repair`, and with `rebuild` makes
// the index anew from the files. The files are the truth; no picture is ever deleted here
// (docs/design/storage-and-quota.md). Exit status: 0 nothing is (left) wrong, 4 something is.
import type { Db } from "../db/db.ts";
import { volumesTable } from "../db/tables/volumes-table.ts";
import type { VolumeId } from "../domain/ids.ts";
import { NightjarError } from "../errors.ts";
import { readVolumeMarker } from "../media/store/volume-marker.ts";
import { livingOwner } from "../supervisor/data-lock.ts";
import { checkCoverage, checkLedger } from "./fsck-coverage.ts";
import { type Finding, Findings } from "./fsck-findings.ts";
import { checkLocks } from "./fsck-locks.ts";
import { checkVolume } from "./fsck-volume.ts";

export interface FsckProgress {
  readonly volume: string;
  readonly files: number;
  readonly sizeBytes: number;
}

export interface FsckOptions {
  readonly dataDir: string;
  readonly db: Db;
  /** Roots of the volumes to look at: the configured ones. */
  readonly volumes: readonly { readonly path: string }[];
  /** Mend what can be mended. */
  readonly repair?: boolean;
  /** Forget what the index says of the volumes that are there, then index their files; implies `repair`. */
  readonly rebuild?: boolean;
  /** Read every file as a whole and hold it against its checksum. */
  readonly verify?: boolean;
  /** End files that are finished here with their checksum. */
  readonly checksums?: boolean;
  readonly onProgress?: (progress: FsckProgress) => void;
  readonly signal?: AbortSignal;
}

export interface FsckReport {
  readonly volumes: readonly (FsckProgress & { readonly id: VolumeId | undefined })[];
  /** Every kind that was found. */
  readonly findings: readonly Finding[];
  /** Nothing is wrong, or everything was mended. */
  readonly isClean: boolean;
  /** For the command line: 0 if clean, else 4. */
  readonly exitStatus: 0 | 4;
}

interface KnownVolume {
  readonly id: VolumeId;
  readonly number: number;
  readonly path: string;
}

/** What a rebuild makes anew is not worth telling. */
const REBUILT = ["file-without-row", "coverage-wrong", "ledger-wrong"] as const;
/** A recorder that runs may be writing what is younger. */
const RUNNING_GRACE_MS = 2 * 3_600_000;
const PROGRESS_EVERY = 256;
const DELETE_AT_ONCE = 5_000;
const UNKNOWN_VOLUME = -1;

/**
 * Checks an index and its volumes. Throws `NJ_FSCK_RUNNING` (failed-precondition) when it is to mend while a
 * recorder runs on the data directory; a mere check is allowed then.
 */
export async function fsck(options: FsckOptions): Promise<FsckReport> {
  const mend = options.repair === true || options.rebuild === true;
  const owner = await livingOwner(options.dataDir);
  if (owner !== undefined && mend) {
    throw new NightjarError(
      "NJ_FSCK_RUNNING",
      "failed-precondition",
      `Nightjar (process ${owner.pid}) is running on ${options.dataDir}: stop it before its index is mended`,
      { pid: owner.pid },
    );
  }
  const findings = new Findings(options.rebuild === true ? REBUILT : []);
  const there: KnownVolume[] = [];
  const volumes: (FsckProgress & { id: VolumeId | undefined })[] = [];
  for (const { path } of options.volumes) {
    const volume = await knownVolume(options.db, path, findings, mend);
    if (volume === undefined) volumes.push({ id: undefined, volume: path, files: 0, sizeBytes: 0 });
    else there.push(volume);
  }
  if (options.rebuild === true) {
    for (const volume of there) await forgetVolume(options.db, volume.number);
  }
  for (const volume of there) {
    const { path } = volume;
    let files = 0;
    let sizeBytes = 0;
    await checkVolume({
      db: options.db,
      volume,
      findings,
      mend,
      verify: options.verify === true,
      checksums: options.checksums === true,
      leaveFromMs: owner === undefined ? undefined : Date.now() - RUNNING_GRACE_MS,
      signal: options.signal,
      onFile: (file) => {
        files += 1;
        sizeBytes += file.sizeBytes;
        if (files % PROGRESS_EVERY === 0) options.onProgress?.({ volume: path, files, sizeBytes });
      },
    });
    await checkLocks(options.db, volume, findings, mend);
    options.onProgress?.({ volume: path, files, sizeBytes });
    volumes.push({ id: volume.id, volume: path, files, sizeBytes });
  }
  await checkLedger(options.db, findings, mend);
  await checkCoverage(options.db, findings, mend);
  const list = findings.list();
  const isClean = list.every((finding) => finding.isNote || finding.mended === finding.count);
  return { volumes, findings: list, isClean, exitStatus: isClean ? 0 : 4 };
}

/** The volume that lies at a path; undefined, with a finding, if none does: then its rows are not judged. */
async function knownVolume(
  db: Db,
  path: string,
  findings: Findings,
  mend: boolean,
): Promise<KnownVolume | undefined> {
  const rows = await volumesTable(db).list();
  const expected = rows.find((row) => row.path === path);
  let id: VolumeId | undefined;
  let problem = "there is no volume in this folder";
  try {
    id = readVolumeMarker(path)?.id;
  } catch (error) {
    problem = error instanceof Error ? error.message : String(error);
  }
  if (id === undefined) {
    // A folder that was never a volume is no loss.
    if (expected !== undefined) findings.add("volume-unavailable", `${path}: ${problem}`, false);
    return undefined;
  }
  if (expected !== undefined && expected.id !== id) {
    findings.add("volume-unavailable", `${path}: another volume (${id}) is mounted here`, false);
    return undefined;
  }
  const known = rows.find((row) => row.id === id);
  if (known !== undefined && (known.path === path || !mend)) return { id, number: known.number, path };
  // A check alone writes nothing: no row bears this number, so that all files of the volume lack theirs.
  const number = mend ? await volumesTable(db).put(id, path, Date.now()) : UNKNOWN_VOLUME;
  return { id, number, path };
}

/** Empties the index of one volume; locks stay, and are heeded again when their files are indexed. */
async function forgetVolume(db: Db, volumeNumber: number): Promise<void> {
  for (;;) {
    const { changes } = await db.run(
      `delete from segments where number in
         (select number from segments where volume_number = ? limit ${DELETE_AT_ONCE})`,
      [volumeNumber],
    );
    if (changes === 0) break;
  }
  await db.run("delete from ledger where volume_number = ?", [volumeNumber]);
  // Pieces do not say which volume they lie on: those of the other volumes are written again at the end.
  await db.run("delete from coverage");
}
