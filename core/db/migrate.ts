// Brings a database to the schema of this version: a new file gets schema.sql at once, an older one the
// numbered migrations, each in a transaction of its own, with a copy of the file made first. A process that ends in the
// middle leaves the last step that was whole, and the copy; the next start goes on from there.
import { chmod, open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { NightjarError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { SqlConnection } from "./connection.ts";
import { MIGRATIONS } from "./migrations.ts";

/** One step from `to - 1` to `to`. */
export interface Migration {
  readonly to: number;
  /** Statements, run in one transaction; never changed once released. */
  readonly sql: string;
}

/** The schema of this version, for new files and for the steps towards it. */
export interface Schema {
  readonly version: number;
  readonly sql: string;
  readonly migrations: readonly Migration[];
}

/** The schema that this Nightjar writes. */
export const SCHEMA_VERSION: number = MIGRATIONS.at(-1)?.to ?? 1;

/** Where the database `file` of an earlier schema is kept when it is brought to a later one. */
export function backupBeforeMigration(file: string, schema: number): string {
  return `${file}.v${schema}.backup`;
}

/** Reads schema.sql, whose version is that of the last migration. */
export async function currentSchema(): Promise<Schema> {
  const sql = await readFile(new URL("./schema.sql", import.meta.url), "utf8");
  return { version: SCHEMA_VERSION, sql, migrations: MIGRATIONS };
}

/**
 * Makes or migrates the schema of `file`. Throws `NJ_DB_TOO_NEW` for a file of a later Nightjar; a failing
 * migration leaves the file as it was after the last one that succeeded.
 */
export async function migrate(
  connection: SqlConnection,
  file: string,
  schema: Schema,
  log: Log,
): Promise<void> {
  const from = await userVersion(connection);
  if (from === schema.version) return;
  if (from > schema.version) throw tooNew(file, from, schema.version);
  if (from === 0) {
    await apply(connection, schema.sql, schema.version);
    return;
  }
  const copy = backupBeforeMigration(file, from);
  await keepCopy(connection, copy);
  log.notice("migrating the database", { from, to: schema.version, copy });
  for (const step of schema.migrations) {
    if (step.to > from) await apply(connection, step.sql, step.to);
  }
}

/** Throws `NJ_DB_TOO_NEW` or `NJ_DB_TOO_OLD` unless the file has the schema of this version. Changes nothing. */
export async function checkSchema(connection: SqlConnection, file: string, schema: Schema): Promise<void> {
  const from = await userVersion(connection);
  if (from > schema.version) throw tooNew(file, from, schema.version);
  if (from === schema.version) return;
  throw new NightjarError(
    "NJ_DB_TOO_OLD",
    "failed-precondition",
    `the database ${file} has schema ${from}, this Nightjar works with ${schema.version}: start the recorder once, which brings it up to date`,
    { file, found: from, known: schema.version },
  );
}

function tooNew(file: string, found: number, known: number): NightjarError {
  return new NightjarError(
    "NJ_DB_TOO_NEW",
    "failed-precondition",
    `the database ${file} has schema ${found}, this Nightjar knows ${known}: start the newer one, or take back the copy that it made: nightjar downgrade`,
    { file, found, known },
  );
}

/** A copy under its name is a whole one, whatever happens while it is made. */
async function keepCopy(connection: SqlConnection, copy: string): Promise<void> {
  const part = `${copy}.part`;
  await rm(part, { force: true });
  await connection.run("vacuum into ?", [part]);
  await chmod(part, 0o600);
  await syncPath(part, "r+");
  await rename(part, copy);
  await syncPath(dirname(copy), "r");
}

async function syncPath(path: string, flags: string): Promise<void> {
  const handle = await open(path, flags);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function apply(connection: SqlConnection, sql: string, version: number): Promise<void> {
  await connection.exec("begin immediate");
  try {
    await connection.exec(sql);
    await connection.exec(`pragma user_version = ${version}`);
    await connection.exec("commit");
  } catch (error) {
    await connection.exec("rollback").catch(() => undefined);
    throw error;
  }
}

async function userVersion(connection: SqlConnection): Promise<number> {
  const [row] = await connection.all<{ user_version: number }>("pragma user_version", []);
  return row?.user_version ?? 0;
}
