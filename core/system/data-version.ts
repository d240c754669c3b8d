// Which Nightjar wrote a data directory: told by the version of its settings and the schema of its database. One that is
// newer than the program is refused before anything starts, with both versions and the way back. `version.json` holds the
// names of the programs, for that sentence alone.
import { open, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomically } from "../config/atomic-file.ts";
import { CONFIG_VERSION } from "../config/config-version.ts";
import { DATABASE_FILE } from "../db/database-file.ts";
import { backupBeforeMigration, SCHEMA_VERSION } from "../db/migrate.ts";
import { shellWord } from "../domain/shell-word.ts";
import { NightjarError, systemCode } from "../errors.ts";
import { silentLog } from "../log.ts";
import { VERSION } from "../version.ts";

const SETTINGS_FILE = "config.json";
const VERSION_FILE = "version.json";
/** Offset of `user_version` in the header of an SQLite file, big-endian. */
const SCHEMA_OFFSET = 60;

/** A part of a data directory that this Nightjar cannot read, since a newer one wrote it. */
export interface NewerPart {
  readonly kind: "settings" | "database";
  readonly found: number;
  readonly known: number;
  /** What a newer Nightjar kept of it when it was brought to the new form. Absolute. */
  readonly backup: string;
  readonly hasBackup: boolean;
}

/** What of `dataDir` is too new for this Nightjar. Changes nothing. */
export async function newerParts(dataDir: string): Promise<readonly NewerPart[]> {
  const database = join(dataDir, DATABASE_FILE);
  const [settings, schema] = await Promise.all([settingsVersion(dataDir), schemaVersion(database)]);
  const parts: Omit<NewerPart, "hasBackup">[] = [];
  if (settings !== undefined && settings > CONFIG_VERSION) {
    const backup = join(dataDir, `config.v${CONFIG_VERSION}.backup.json`);
    parts.push({ kind: "settings", found: settings, known: CONFIG_VERSION, backup });
  }
  if (schema !== undefined && schema > SCHEMA_VERSION) {
    const backup = backupBeforeMigration(database, SCHEMA_VERSION);
    parts.push({ kind: "database", found: schema, known: SCHEMA_VERSION, backup });
  }
  return Promise.all(parts.map(async (part) => ({ ...part, hasBackup: (await sizeOf(part.backup)) > 0 })));
}

/** Throws `NJ_DATA_TOO_NEW` (failed-precondition) for a data directory that a newer Nightjar has written. */
export async function requireReadableData(dataDir: string): Promise<void> {
  const parts = await newerParts(dataDir);
  if (parts.length === 0) return;
  const newer = await lastVersion(dataDir);
  const name = newer === undefined || newer === VERSION ? "a newer Nightjar" : `Nightjar ${newer}`;
  const what = parts
    .map(({ kind, found, known }) =>
      kind === "settings"
        ? `settings of version ${found}, this one knows ${known}`
        : `a database of schema ${found}, this one knows ${known}`,
    )
    .join("; ");
  const lacking = parts.find(({ hasBackup }) => !hasBackup);
  const back =
    lacking === undefined
      ? `To go back to what was kept before the upgrade (${parts.map(({ backup }) => backup).join(", ")}), type: nightjar downgrade --data ${shellWord(dataDir)}`
      : `There is no way back: ${lacking.backup} is missing`;
  throw new NightjarError(
    "NJ_DATA_TOO_NEW",
    "failed-precondition",
    `${dataDir} was written by ${name}, and this is ${VERSION}, which cannot read it (${what}). Nothing was changed. Install ${name} again, and it goes on as it was. ${back}`,
    { dataDir, writtenBy: newer, version: VERSION, backups: parts.map(({ backup }) => backup) },
  );
}

/**
 * For commands that work beside a running recorder: they must not bring its data to a newer form under it. Throws
 * `NJ_DATA_OLDER` (failed-precondition) while the recorder still is of the version before.
 */
export async function requireCurrentData(dataDir: string): Promise<void> {
  const [settings, schema] = await Promise.all([
    settingsVersion(dataDir),
    schemaVersion(join(dataDir, DATABASE_FILE)),
  ]);
  const isOlder =
    (settings ?? CONFIG_VERSION) < CONFIG_VERSION || (schema ?? SCHEMA_VERSION) < SCHEMA_VERSION;
  if (!isOlder) return;
  const name = (await lastVersion(dataDir)) ?? "of an older version";
  throw new NightjarError(
    "NJ_DATA_OLDER",
    "failed-precondition",
    `the recorder that runs with ${dataDir} is still Nightjar ${name}, and this is ${VERSION}: restart it, then try again`,
    { dataDir },
  );
}

/** Writes down that this Nightjar works on `dataDir` from now on. */
export async function noteVersion(dataDir: string): Promise<void> {
  const last = await lastVersion(dataDir);
  if (last === VERSION) return;
  const note = { nightjar: VERSION, ...(last === undefined ? {} : { previous: last }) };
  await writeFileAtomically(join(dataDir, VERSION_FILE), `${JSON.stringify(note)}\n`);
}

/** The Nightjar that worked on it last; undefined if that was not noted. */
async function lastVersion(dataDir: string): Promise<string | undefined> {
  const note = await jsonOf(join(dataDir, VERSION_FILE));
  const version = note?.["nightjar"];
  return typeof version === "string" && /^[\w.+-]{1,64}$/.test(version) ? version : undefined;
}

/** Undefined where nothing can be said: what is wrong with the file is told by whoever reads it. */
async function settingsVersion(dataDir: string): Promise<number | undefined> {
  const version = (await jsonOf(join(dataDir, SETTINGS_FILE)))?.["version"];
  return typeof version === "number" ? version : undefined;
}

/** Read from the file's header; only where a journal has the last word, the database is opened for it. */
async function schemaVersion(file: string): Promise<number | undefined> {
  try {
    if ((await sizeOf(`${file}-wal`)) > 0) {
      const { databaseVersion } = await import("../db/check-database.ts");
      return await databaseVersion(file, { log: silentLog });
    }
    const handle = await open(file, "r");
    try {
      const header = Buffer.alloc(SCHEMA_OFFSET + 4);
      const { bytesRead } = await handle.read(header, 0, header.length, 0);
      return bytesRead === header.length ? header.readUInt32BE(SCHEMA_OFFSET) : undefined;
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (systemCode(error) === "ENOENT" || error instanceof NightjarError) return undefined;
    throw error;
  }
}

async function sizeOf(file: string): Promise<number> {
  return (await stat(file).catch(() => undefined))?.size ?? 0;
}

async function jsonOf(file: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    const value: unknown = JSON.parse((await readFile(file, "utf8")).replace(/^\uFEFF/, ""));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    // Missing, not to be read, or no JSON.
    return undefined;
  }
}
