// The database over two connections: one that reads, one that writes through a queue.
import { NightjarError } from "../errors.ts";
import type { SqlConnection } from "./connection.ts";
import type { Db, DbDriver, RunResult, SqlParams, SqlWriter } from "./db.ts";
import { closedError, dbError } from "./sql-errors.ts";

const NO_PARAMS: SqlParams = [];

export interface DbConnections {
  readonly reader: SqlConnection;
  readonly writer: SqlConnection;
  /** One more connection for a copy; undefined: the writer makes it. */
  readonly connectToCopy: (() => Promise<SqlConnection>) | undefined;
  /** Called once, when a statement meets damage in the file. */
  readonly onDamaged: ((error: NightjarError) => void) | undefined;
}

export class QueuedDb implements Db {
  readonly driver: DbDriver;
  readonly file: string;
  readonly #reader: SqlConnection;
  readonly #writer: SqlConnection;
  readonly #connectToCopy: DbConnections["connectToCopy"];
  #onDamaged: DbConnections["onDamaged"];
  /** Settles when the last queued write is over; never rejects. */
  #tail: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;
  #writes = 0;

  constructor(driver: DbDriver, file: string, connections: DbConnections) {
    this.driver = driver;
    this.file = file;
    this.#reader = connections.reader;
    this.#writer = connections.writer;
    this.#connectToCopy = connections.connectToCopy;
    this.#onDamaged = connections.onDamaged;
  }

  get writes(): number {
    return this.#writes;
  }

  all<Row>(sql: string, params: SqlParams = NO_PARAMS): Promise<Row[]> {
    if (this.#closing !== undefined) return Promise.reject(closedError());
    return this.#watched(this.#reader.all<Row>(sql, params));
  }

  async get<Row>(sql: string, params: SqlParams = NO_PARAMS): Promise<Row | undefined> {
    const rows = await this.all<Row>(sql, params);
    return rows[0];
  }

  run(sql: string, params: SqlParams = NO_PARAMS): Promise<RunResult> {
    return this.#queue(() => this.#writer.run(sql, params));
  }

  transaction<T>(work: (writer: SqlWriter) => Promise<T>): Promise<T> {
    return this.#queue(async () => {
      await this.#writer.exec("begin immediate");
      const writer = new TransactionWriter(this.#writer);
      try {
        const result = await work(writer);
        writer.end();
        await this.#writer.exec("commit");
        return result;
      } catch (error) {
        writer.end();
        // SQLite may have rolled back by itself (disk full); then this fails, and the first error is what counts.
        await this.#writer.exec("rollback").catch(() => undefined);
        throw error;
      }
    });
  }

  backup(file: string): Promise<void> {
    const connect = this.#connectToCopy;
    if (connect === undefined) {
      return this.#queue(async () => {
        await this.#writer.run("vacuum into ?", [file]);
      });
    }
    if (this.#closing !== undefined) return Promise.reject(closedError());
    const copy = connect().then(async (connection) => {
      try {
        await connection.exec("pragma busy_timeout = 5000");
        await connection.run("vacuum into ?", [file]);
      } finally {
        await connection.close();
      }
    });
    return this.#watched(copy);
  }

  close(): Promise<void> {
    this.#closing ??= this.#tail.then(async () => {
      if (this.#reader !== this.#writer) await this.#reader.close();
      await this.#writer.close();
    });
    return this.#closing;
  }

  #queue<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closing !== undefined) return Promise.reject(closedError());
    const written = this.#tail.then(work).finally(() => {
      // Whatever came of it: nobody may believe what was read before.
      this.#writes += 1;
    });
    const result = this.#watched(written);
    this.#tail = result.catch(() => undefined);
    return result;
  }

  /** Passes a result on, and tells the first time that the file itself is the trouble. */
  #watched<T>(result: Promise<T>): Promise<T> {
    if (this.#onDamaged === undefined) return result;
    return result.catch((error: unknown) => {
      const tell = this.#onDamaged;
      if (tell !== undefined && error instanceof NightjarError && error.code === "NJ_DB_DAMAGED") {
        this.#onDamaged = undefined;
        tell(error);
      }
      throw error;
    });
  }
}

/** Writes inside one transaction; refuses once that is over, so that a forgotten `await` is found at once. */
class TransactionWriter implements SqlWriter {
  readonly #connection: SqlConnection;
  #refusal: Error | undefined;

  constructor(connection: SqlConnection) {
    this.#connection = connection;
  }

  end(): void {
    this.#refusal = dbError(21, "a statement came after its transaction was over");
  }

  all<Row>(sql: string, params: SqlParams = NO_PARAMS): Promise<Row[]> {
    if (this.#refusal !== undefined) return Promise.reject(this.#refusal);
    return this.#connection.all<Row>(sql, params);
  }

  async get<Row>(sql: string, params: SqlParams = NO_PARAMS): Promise<Row | undefined> {
    const rows = await this.all<Row>(sql, params);
    return rows[0];
  }

  run(sql: string, params: SqlParams = NO_PARAMS): Promise<RunResult> {
    if (this.#refusal !== undefined) return Promise.reject(this.#refusal);
    return this.#connection.run(sql, params);
  }
}
