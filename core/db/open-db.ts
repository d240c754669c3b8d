// Opens the database file with the driver that can be had: sqlite3 where its binary loads, else node:sqlite
// in worker threads. Sets WAL and full synchronisation: a committed row survives a power loss.
import { existsSync } from "node:fs";
import { mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import type { NightjarError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { SqlConnection } from "./connection.ts";
import type { Db, DbDriver } from "./db.ts";
import { checkSchema, currentSchema, migrate, type Schema } from "./migrate.ts";
import { openNodeSqliteConnection } from "./node-sqlite-connection.ts";
import { QueuedDb } from "./queued-db.ts";
import { dbError } from "./sql-errors.ts";
import { loadSqlite3, openSqlite3Connection } from "./sqlite3-connection.ts";

export { DATABASE_FILE } from "./database-file.ts";

const COMMON_PRAGMAS = `
  pragma busy_timeout = 5000;
  pragma cache_size = -16000;
  pragma temp_store = memory;`;
const WRITER_PRAGMAS = `${COMMON_PRAGMAS}
  pragma journal_mode = wal;
  pragma synchronous = full;
  pragma foreign_keys = on;
  pragma journal_size_limit = 67108864;`;
const READER_PRAGMAS = `${COMMON_PRAGMAS}
  pragma query_only = on;`;

export interface OpenDbOptions {
  readonly log: Log;
  /** Fixes the driver; else sqlite3 if it loads. */
  readonly driver?: DbDriver;
  /** Another schema than this version's: for tests of migrations. */
  readonly schema?: Schema;
  /** Called once, when a statement meets damage in the file. */
  readonly onDamaged?: (error: NightjarError) => void;
  /** For looking only: makes no file, migrates nothing, and every statement that writes is refused. */
  readonly readOnly?: boolean;
}

/**
 * Opens (or makes) the database and brings its schema up to date. `:memory:` gives one that lives in memory, over
 * a single connection: for tests. The caller closes it. Throws `NJ_DB_DAMAGED`, `NJ_DB_TOO_NEW`, `NJ_DB_OPEN`, and
 * `NJ_DB_TOO_OLD` where a file that is only looked at waits for its migration.
 */
export async function openDb(file: string, options: OpenDbOptions): Promise<Db> {
  if (options.readOnly === true) return openToLook(file, options);
  const inMemory = file === ":memory:";
  if (!inMemory) await ensurePrivateFile(file);
  const { driver, connect } = await chooseDriver(options);
  const writer = await connect(file);
  let reader = writer;
  try {
    await writer.exec(WRITER_PRAGMAS);
    await migrate(writer, file, options.schema ?? (await currentSchema()), options.log);
    if (!inMemory) {
      reader = await connect(file);
      await reader.exec(READER_PRAGMAS);
    }
  } catch (error) {
    await writer.close().catch(() => undefined);
    if (reader !== writer) await reader.close().catch(() => undefined);
    throw error;
  }
  // A copy is a long read: on the reader's or the writer's connection everybody else would wait for it.
  const connectToCopy = inMemory ? undefined : () => connect(file);
  return new QueuedDb(driver, file, { reader, writer, connectToCopy, onDamaged: options.onDamaged });
}

async function openToLook(file: string, options: OpenDbOptions): Promise<Db> {
  // The drivers would make a file that is not there.
  if (!existsSync(file)) throw dbError(14, `${file} is not there`);
  const { driver, connect } = await chooseDriver(options);
  const reader = await connect(file);
  try {
    await reader.exec(READER_PRAGMAS);
    await checkSchema(reader, file, options.schema ?? (await currentSchema()));
  } catch (error) {
    await reader.close().catch(() => undefined);
    throw error;
  }
  const connectToCopy = () => connect(file);
  return new QueuedDb(driver, file, { reader, writer: reader, connectToCopy, onDamaged: options.onDamaged });
}

/** A connection without pragmas or schema; the caller closes it. */
export async function connectPlainly(
  file: string,
  options: Pick<OpenDbOptions, "log" | "driver">,
): Promise<SqlConnection> {
  return (await chooseDriver(options)).connect(file);
}

async function chooseDriver(
  options: Pick<OpenDbOptions, "log" | "driver">,
): Promise<{ driver: DbDriver; connect: (file: string) => Promise<SqlConnection> }> {
  if (options.driver !== "node-sqlite") {
    const sqlite3 = await loadSqlite3((reason) =>
      options.log.notice("the package sqlite3 cannot be loaded; node:sqlite serves instead", { reason }),
    );
    if (sqlite3 !== undefined) {
      return { driver: "sqlite3", connect: (file) => openSqlite3Connection(sqlite3, file) };
    }
    if (options.driver === "sqlite3") throw dbError(14, "the package sqlite3 cannot be loaded");
  }
  return { driver: "node-sqlite", connect: openNodeSqliteConnection };
}

/** SQLite gives its journal files the mode of the database file, which holds password hashes. */
async function ensurePrivateFile(file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(file, "a", 0o600);
  await handle.close();
}
