// The database over two connections: one that reads, one that writes through a queue.
import type { SqlConnection } from "./connection.ts";
import type { Db, DbDriver, RunResult, SqlParams, SqlWriter } from "./db.ts";
import { closedError, dbError } from "./sql-errors.ts";

const NO_PARAMS: SqlParams = [];

export class QueuedDb implements Db {
  readonly driver: DbDriver;
  readonly file: string;
  readonly #reader: SqlConnection;
  readonly #writer: SqlConnection;
  /** Settles when the last queued write is over; never rejects. */
  #tail: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  constructor(driver: DbDriver, file: string, reader: SqlConnection, writer: SqlConnection) {
    this.driver = driver;
    this.file = file;
    this.#reader = reader;
    this.#writer = writer;
  }

  all<Row>(sql: string, params: SqlParams = NO_PARAMS): Promise<Row[]> {
    if (this.#closing !== undefined) return Promise.reject(closedError());
    return this.#reader.all<Row>(sql, params);
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
    return this.#queue(async () => {
      await this.#writer.run("vacuum into ?", [file]);
    });
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
    const result = this.#tail.then(work);
    this.#tail = result.catch(() => undefined);
    return result;
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
