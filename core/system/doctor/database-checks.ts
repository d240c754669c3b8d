// The database file as it lies there: is it sound, is it of this version, and does it know footage from the future? Looks
// only: a start mends what can be mended.
import { dirname, join } from "node:path";
import { databaseDamage, databaseVersion } from "../../db/check-database.ts";
import { currentSchema } from "../../db/migrate.ts";
import { DATABASE_FILE, openDb } from "../../db/open-db.ts";
import { silentLog } from "../../log.ts";
import { sizeOfFile } from "./access-checks.ts";
import { type Check, finding, ok, said, sentence, shellWord } from "./check.ts";

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
    const message = said("database-sound", "the database is sound and of this version");
    return {
      checks: [driver, ok("database-file", message, file)],
      newestFootageMs: await newestFootage(file),
    };
  } catch (error) {
    const message = said("database-unseen", "the database cannot be looked at: {reason}", {
      reason: sentence(error),
    });
    const advice = said("see-disk", "see that the disk is mounted writable and has space");
    const detail = { where: file, advice };
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
    return ok("database", said("databases-work", "databases work (driver {driver})", { driver }));
  } catch (error) {
    const message = said("databases-broken", "databases do not work: {reason}", { reason: sentence(error) });
    const advice = said("install-again", "install the packages again");
    return finding("database", "error", message, { advice, command: "npm ci" });
  }
}

async function fileFinding(file: string, size: number, isInUse: boolean): Promise<Check | undefined> {
  if (!isInUse && size <= READ_WHOLE_BYTES) {
    const damage = await databaseDamage(file, { log: silentLog });
    if (damage !== undefined) {
      const message = said("database-damaged", "the database is damaged: {reason}", { reason: damage });
      return finding("database-file", "error", message, {
        where: file,
        advice: said(
          "start-mends-database",
          "start the recorder: it takes back its last copy, and reads what is newer from the recordings",
        ),
        command: "nightjar start",
      });
    }
  }
  const [found, { version }] = await Promise.all([
    databaseVersion(file, { log: silentLog }),
    currentSchema(),
  ]);
  if (found > version) {
    const message = said(
      "database-newer",
      "the database is of a newer Nightjar (schema {found}; this one knows {known}), and this one will not start with it",
      { found, known: version },
    );
    return finding("database-file", "error", message, {
      where: file,
      advice: said(
        "install-newer",
        "install the newer one again, or go back to the copy that it made before the change",
      ),
      command: `nightjar downgrade --data ${shellWord(dirname(file))}`,
    });
  }
  if (found < version) {
    const message = said(
      "database-older",
      "the database is of an older Nightjar (schema {found}): the next start brings it up to date and keeps a copy",
      { found },
    );
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
