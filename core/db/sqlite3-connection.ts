// The driver over the npm package sqlite3, whose calls run on libuv's threads. The package is an optional
// dependency with a native binary: where it cannot be loaded, node-sqlite-connection.ts serves instead.
import type { Database, RunResult as Sqlite3RunResult, Statement } from "sqlite3";
import { type SqlConnection, STATEMENT_CACHE_SIZE } from "./connection.ts";
import type { RunResult, SqlParams } from "./db.ts";
import { dbError, resultCodeOf } from "./sql-errors.ts";

type Sqlite3 = typeof import("sqlite3");

/** Loads the package, or answers undefined and tells `onMissing` why it cannot be had. */
export async function loadSqlite3(onMissing: (reason: string) => void): Promise<Sqlite3 | undefined> {
  try {
    const module = (await import("sqlite3")) as unknown as { default: Sqlite3 };
    return module.default;
  } catch (error) {
    onMissing(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

/** Opens a connection; `file` is created if it is not there. */
export async function openSqlite3Connection(sqlite3: Sqlite3, file: string): Promise<SqlConnection> {
  const database = await new Promise<Database>((resolve, reject) => {
    const opened: Database = new sqlite3.Database(file, (error) => {
      if (error === null) resolve(opened);
      else reject(wrap(error));
    });
  });
  return new Sqlite3Connection(database);
}

class Sqlite3Connection implements SqlConnection {
  readonly #database: Database;
  /** Least recently used first. */
  readonly #statements = new Map<string, Statement>();

  constructor(database: Database) {
    this.#database = database;
  }

  all<Row>(sql: string, params: SqlParams): Promise<Row[]> {
    // `Statement.get` would leave the statement open after the first row, and with it a read transaction.
    return new Promise((resolve, reject) => {
      this.#statement(sql, reject).all<Row>(params, (error, rows) => {
        if (error === null) resolve(rows);
        else reject(wrap(error));
      });
    });
  }

  run(sql: string, params: SqlParams): Promise<RunResult> {
    return new Promise((resolve, reject) => {
      this.#statement(sql, reject).run(params, function (this: Sqlite3RunResult, error: Error | null) {
        if (error === null) resolve({ changes: this.changes, lastRowId: this.lastID });
        else reject(wrap(error));
      });
    });
  }

  exec(sql: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#database.exec(sql, (error) => (error === null ? resolve() : reject(wrap(error))));
    });
  }

  async close(): Promise<void> {
    await Promise.all(
      [...this.#statements.values()].map(
        (statement) => new Promise<void>((resolve) => statement.finalize(() => resolve())),
      ),
    );
    this.#statements.clear();
    await new Promise<void>((resolve, reject) => {
      this.#database.close((error) => (error === null ? resolve() : reject(wrap(error))));
    });
  }

  #statement(sql: string, onError: (error: Error) => void): Statement {
    const known = this.#statements.get(sql);
    if (known !== undefined) {
      this.#statements.delete(sql);
      this.#statements.set(sql, known);
      return known;
    }
    const statement = this.#database.prepare(sql, (error) => {
      if (error === null) return;
      this.#statements.delete(sql);
      onError(wrap(error));
    });
    // A statement that could not be prepared also emits `error`, which nobody else listens to.
    statement.on("error", (error: Error) => onError(wrap(error)));
    this.#statements.set(sql, statement);
    if (this.#statements.size > STATEMENT_CACHE_SIZE) {
      const [oldestSql, oldest] = this.#statements.entries().next().value as [string, Statement];
      this.#statements.delete(oldestSql);
      oldest.finalize();
    }
    return statement;
  }
}

function wrap(error: Error): Error {
  return dbError(resultCodeOf(error), error.message, error);
}
