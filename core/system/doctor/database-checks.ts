// The database file as it lies there: is it sound, is it of this version, and does it know footage from the future? Looks
// only: a start mends what can be mended.
import { dirname, join } from "node:path";
import { databaseDamage, databaseVersion } from "../../db/check-database.ts";
import { currentSchema } from "../../db/migrate.ts";
import { DATABASE_FILE, openDb } from "../../db/open-db.ts";
import { silentLog } from "../../log.ts";
import { sizeOfFile } from "./access-checks.ts";
import { type Check, finding, ok, sentence, shellWord } from "./check.ts";

/** A larger file is not read whole: that would take minutes, and the recorder does it at its start. */
const READ_WHOLE_BYTES = 512 * 1024 ** 2;
const TICKS_PER_MS = 90;

export interface DatabaseFound {
  readonly checks: Check[];
  /** When the newest recording known to the index began, in milliseconds; undefined if there is none. */
  readonly newestFootageMs: number | undefined;
}

/** `isInUse`: a running recorder has read it whole already. */
export async function checkDatabase(dataDir: string, isInUse: boolean): Promise<DatabaseFound> {
  const driver = await driverFinding();
  if (driver.result !== "ok") return { checks: [driver], newestFootageMs: undefined };
  const size = await sizeOfFile(dataDir, DATABASE_FILE);
  if (typeof size !== "number") return { checks: [driver], newestFootageMs: undefined };
  const file = join(dataDir, DATABASE_FILE);
  try {
    const problem = await fileFinding(file, size, isInUse);
    if (problem !== undefined) return { checks: [driver, problem], newestFootageMs: undefined };
    const message = "the database is sound and of this version";
    return {
      checks: [driver, ok("database-file", message, file)],
      newestFootageMs: await newestFootage(file),
    };
  } catch (error) {
    const message = `the database cannot be looked at: ${sentence(error)}`;
    const detail = { where: file, advice: "see that the disk is mounted writable and has space" };
    return {
      checks: [driver, finding("database-file", "warning", message, detail)],
      newestFootageMs: undefined,
    };
  }
}

async function driverFinding(): Promise<Check> {
  try {
    const db = await openDb(":memory:", { log: silentLog });
    const { driver } = db;
    await db.close();
    return ok("database", `databases work (driver ${driver})`);
  } catch (error) {
    const message = `databases do not work: ${sentence(error)}`;
    return finding("database", "error", message, { advice: "install the packages again", command: "npm ci" });
  }
}

async function fileFinding(file: string, size: number, isInUse: boolean): Promise<Check | undefined> {
  if (!isInUse && size <= READ_WHOLE_BYTES) {
    const damage = await databaseDamage(file, { log: silentLog });
    if (damage !== undefined) {
      return finding("database-file", "error", `the database is damaged: ${damage}`, {
        where: file,
        advice:
          "start the recorder: it takes back its last copy, and reads what is newer from the recordings",
        command: "nightjar start",
      });
    }
  }
  const [found, { version }] = await Promise.all([
    databaseVersion(file, { log: silentLog }),
    currentSchema(),
  ]);
  if (found > version) {
    const message = `the database is of a newer Nightjar (schema ${found}; this one knows ${version}), and this one will not start with it`;
    return finding("database-file", "error", message, {
      where: file,
      advice: "install the newer one again, or go back to the copy that it made before the change",
      command: `nightjar downgrade --data ${shellWord(dirname(file))}`,
    });
  }
  if (found < version) {
    const message = `the database is of an older Nightjar (schema ${found}): the next start brings it up to date and keeps a copy`;
    return finding("database-file", "notice", message, { where: file });
  }
  return undefined;
}

async function newestFootage(file: string): Promise<number | undefined> {
  const db = await openDb(file, { log: silentLog, readOnly: true });
  try {
    const row = await db.get<{ newest: number | null }>(
      "select max(start_90k) as newest from (select start_90k from segments order by number desc limit 200)",
    );
    return typeof row?.newest === "number" ? row.newest / TICKS_PER_MS : undefined;
  } finally {
    await db.close();
  }
}
