// Opens the database of the recorder whatever state its file is in: a damaged or missing one is set aside and the
// newest sound copy of a volume takes its place, else an empty one (docs/design/storage-and-quota.md). Recording
// does not wait for any of this. Filling the gaps from the files is index-rebuild.ts's affair.
import { copyFile, mkdir, open, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  databaseDamage,
  databaseVersion,
  removeDatabase,
  renameDatabase,
  sizeOf,
} from "../db/check-database.ts";
import type { Db, DbDriver } from "../db/db.ts";
import { currentSchema } from "../db/migrate.ts";
import { openDb } from "../db/open-db.ts";
import { keyValuesTable } from "../db/tables/key-values-table.ts";
import { clearLastReports } from "../db/tables/last-reports-table.ts";
import { NightjarError, systemCode } from "../errors.ts";
import { connectLink, LINK_VERSION } from "../link/link.ts";
import type { Log } from "../log.ts";
import type { FoundBackup, MediaMethodsForCore } from "../media/protocol.ts";

/** Beside the database while it is open: there at a start, it tells of an end without notice, or why it is not trusted. */
const MARK = ".open";
/** A larger database is looked through at a start only after an end without notice; the daily copy reads all of it. */
const CHECK_ALWAYS_BYTES = 64 * 1024 * 1024;
/** Databases that were set aside and are kept, for whoever wants to look what happened. */
const KEPT_ASIDE = 3;
const MEDIA_WAIT_MS = 20_000;
const MEDIA_RETRY_MS = 250;
const FETCH_TIMEOUT_MS = 40_000;
const RESCUE_KEY = "recording.rescue";

/** What was done about a damaged database; kept in the new one, so that a restart goes on with it. */
export interface Rescue {
  readonly atMs: number;
  /** What was wrong, for people. */
  readonly damage: string;
  /** Name of the file that was set aside; absent if there was none. */
  readonly setAside?: string;
  /** The copy that was taken back; absent: there was none, and accounts have to be made anew. */
  readonly restored?: { readonly volumePath: string; readonly copiedAtMs: number };
  /** The index was filled from the files. */
  readonly rebuilt?: { readonly added: number; readonly atMs: number };
}

export interface RescuedDb {
  readonly db: Db;
  /** A rescue of this start, or of an earlier one. */
  readonly rescue: Rescue | undefined;
  /** The last process ended without notice: its last reports may be missing. */
  readonly wasInterrupted: boolean;
  /** Closes the database in order. */
  close(): Promise<void>;
}

export interface RescueOptions {
  /** Path of the database. */
  readonly file: string;
  /** True if this recorder has recorded before: then a missing database is a lost one. */
  readonly isExpected: boolean;
  readonly log: Log;
  readonly nowMs: () => number;
  readonly driver?: DbDriver;
  /** Up to this size a database is looked through at every start; 64 MiB (0.1 s) unless given. */
  readonly checkAlwaysBytes?: number;
  /** Copies what the volumes keep into a folder; the newest first. */
  readonly fetchBackups: (folder: string) => Promise<readonly FoundBackup[]>;
  /** The file turned out to be damaged while it was in use: end the process, its next start sees to it. */
  readonly onDamaged: (error: NightjarError) => void;
}

/** Opens the database. Throws only what no other database could help: no space, no right to write. */
export async function openOrRescueDb(options: RescueOptions): Promise<RescuedDb> {
  const { file } = options;
  const mark = `${file}${MARK}`;
  const distrust = await textOf(mark);
  const damage = await damageOf(options, distrust);
  let rescue = damage === undefined ? undefined : await replace(options, damage);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(mark, "", { mode: 0o600 });
  let db: Db;
  try {
    db = await openWatched(options, mark);
  } catch (error) {
    if (rescue !== undefined || !(error instanceof NightjarError) || error.code !== "NJ_DB_DAMAGED")
      throw error;
    rescue = await replace(options, error.message);
    db = await openWatched(options, mark);
  }
  if (rescue === undefined) {
    rescue = await storedRescue(db);
  } else {
    await storeRescue(db, rescue);
    // The states in a copy are as old as the copy.
    await clearLastReports(db);
  }
  return {
    db,
    rescue,
    wasInterrupted: distrust !== undefined,
    async close() {
      await db.close();
      // A mark that says why stays.
      if ((await textOf(mark)) === "") await rm(mark, { force: true });
    },
  };
}

/** Opens the database; damage that shows later is written into the mark before anybody is told. */
function openWatched({ file, log, driver, onDamaged }: RescueOptions, mark: string): Promise<Db> {
  return openDb(file, {
    log,
    ...(driver === undefined ? {} : { driver }),
    onDamaged: (error) => {
      log.error("the database is damaged; it will be replaced by its last copy", { reason: error.message });
      const tell = (): void => onDamaged(error);
      writeFile(mark, error.message).then(tell, tell);
    },
  });
}

/** Keeps what is known of a rescue. */
export async function storeRescue(db: Db, rescue: Rescue): Promise<void> {
  await keyValuesTable(db).set(RESCUE_KEY, rescue);
}

/** The rescue as a sentence for people. */
export function rescueSentence(rescue: Rescue, progress?: { readonly files: number }): string {
  const aside = rescue.setAside === undefined ? "" : ` and was set aside as ${rescue.setAside}`;
  const copy =
    rescue.restored === undefined
      ? "no copy was found on any volume, so that accounts and events are lost"
      : `the copy of ${new Date(rescue.restored.copiedAtMs).toISOString()} from ${rescue.restored.volumePath} was taken back`;
  const index =
    rescue.rebuilt !== undefined
      ? `the index was completed from the files (${rescue.rebuilt.added} recordings added)`
      : `the index is being completed from the files${progress === undefined ? "" : ` (${progress.files} so far)`}; recording goes on`;
  return `the database was damaged (${rescue.damage})${aside}; ${copy}; ${index}`;
}

/** Asks `media`, which holds the volumes, for what they keep; nothing if it does not answer in time. */
export async function fetchBackupsFromMedia(
  socketPath: string,
  instance: string,
  folder: string,
  log: Log,
): Promise<readonly FoundBackup[]> {
  const deadlineMs = performance.now() + MEDIA_WAIT_MS;
  for (;;) {
    try {
      const link = await connectLink<MediaMethodsForCore>(socketPath, {
        hello: { role: "core", version: LINK_VERSION, instance },
        handlers: {
          reports: () => {
            throw new NightjarError("NJ_LINK_CLOSED", "unavailable", "the index is not open yet");
          },
        },
      });
      try {
        return (await link.request("fetchBackups", { folder }, FETCH_TIMEOUT_MS)).backups;
      } finally {
        link.close();
      }
    } catch (error) {
      if (performance.now() > deadlineMs) {
        log.error("the volumes could not be asked for a copy of the database", { reason: String(error) });
        return [];
      }
      await sleep(MEDIA_RETRY_MS);
    }
  }
}

async function damageOf(options: RescueOptions, distrust: string | undefined): Promise<string | undefined> {
  const { file, log, driver } = options;
  const sizeBytes = await sizeOf(file);
  if (sizeBytes === undefined) return options.isExpected ? "the file was missing" : undefined;
  if (distrust !== undefined && distrust !== "") return distrust;
  if (sizeBytes === 0) return options.isExpected ? "the file was empty" : undefined;
  const always = options.checkAlwaysBytes ?? CHECK_ALWAYS_BYTES;
  if (distrust === undefined && sizeBytes > always) return undefined;
  return databaseDamage(file, { log, ...(driver === undefined ? {} : { driver }) });
}

/** Sets the damaged file aside and puts the newest sound copy in its place. */
async function replace(options: RescueOptions, damage: string): Promise<Rescue> {
  const { file, log } = options;
  const atMs = options.nowMs();
  log.error("the database is damaged or lost; taking back the newest copy of a volume", { damage });
  let setAside: string | undefined;
  if ((await sizeOf(file)) !== undefined) {
    const aside = `${file}.damaged-${new Date(atMs).toISOString().replaceAll(/[:.]/g, "-")}`;
    await renameDatabase(file, aside);
    setAside = basename(aside);
  }
  // Journals of a file that is gone would be applied to the one that takes its place.
  await removeDatabase(file);
  await forgetOldest(file);
  const folder = join(dirname(file), "rescue");
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const restored = await takeBack(options, folder);
    return {
      atMs,
      damage,
      ...(setAside === undefined ? {} : { setAside }),
      ...(restored === undefined
        ? {}
        : { restored: { volumePath: restored.volumePath, copiedAtMs: restored.modifiedMs } }),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function takeBack(options: RescueOptions, folder: string): Promise<FoundBackup | undefined> {
  const { file, log, driver } = options;
  for (const backup of await options.fetchBackups(folder)) {
    const problem = await whyNotUsable(backup.file, { log, ...(driver === undefined ? {} : { driver }) });
    if (problem !== undefined) {
      log.warn("a copy of the database cannot be used", { volume: backup.volumePath, problem });
      continue;
    }
    const draft = `${file}.new`;
    await copyFile(backup.file, draft);
    const handle = await open(draft, "r+");
    try {
      await handle.chmod(0o600);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
    return backup;
  }
  return undefined;
}

async function whyNotUsable(
  file: string,
  options: { readonly log: Log; readonly driver?: DbDriver },
): Promise<string | undefined> {
  const damage = await databaseDamage(file, options);
  if (damage !== undefined) return damage;
  const [version, { version: known }] = await Promise.all([databaseVersion(file, options), currentSchema()]);
  return version > known ? `it is of a newer Nightjar (schema ${version})` : undefined;
}

/** A disk that damages the database again and again must not be filled with what is left of it. */
async function forgetOldest(file: string): Promise<void> {
  const prefix = `${basename(file)}.damaged-`;
  const names = (await readdir(dirname(file))).filter(
    (name) => name.startsWith(prefix) && !name.endsWith("-wal") && !name.endsWith("-shm"),
  );
  const old = names.sort().slice(0, Math.max(0, names.length - KEPT_ASIDE));
  for (const name of old) await removeDatabase(join(dirname(file), name));
}

async function storedRescue(db: Db): Promise<Rescue | undefined> {
  const value = await keyValuesTable(db).get(RESCUE_KEY);
  if (typeof value !== "object" || value === null || !("damage" in value) || !("atMs" in value))
    return undefined;
  return value as Rescue;
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}
