// The small asynchronous face of the database that everything else uses, whatever driver lies behind it.
// Reads go to a connection of their own and see what is committed; writes go through one queue, so that
// statements of different callers never mix in one transaction (docs/design/storage-and-quota.md).

/** What can be bound to a parameter or comes back from a column. Integers stay below 2^53. */
export type SqlValue = null | number | string | Uint8Array;

export type SqlParams = readonly SqlValue[];

export const DB_DRIVERS = ["sqlite3", "node-sqlite"] as const;
/** `sqlite3`: the npm package, asynchronous by itself; `node-sqlite`: node:sqlite in worker threads. */
export type DbDriver = (typeof DB_DRIVERS)[number];

/** What a statement that returns no rows did. */
export interface RunResult {
  /** Rows inserted, updated or deleted by the statement itself. */
  readonly changes: number;
  /** Row id of the last insert on the connection. */
  readonly lastRowId: number;
}

export interface SqlReader {
  /** All rows of a query. The columns' aliases are the fields of `Row`, which the caller vouches for. */
  all<Row>(sql: string, params?: SqlParams): Promise<Row[]>;
  /** The first row of a query, or undefined. */
  get<Row>(sql: string, params?: SqlParams): Promise<Row | undefined>;
}

export interface SqlWriter extends SqlReader {
  /** Runs a statement that returns no rows. With `returning`, use `all`. */
  run(sql: string, params?: SqlParams): Promise<RunResult>;
}

/** An open database. Failures reject with a NightjarError: see sql-errors.ts for the codes. */
export interface Db extends SqlWriter {
  readonly driver: DbDriver;
  readonly file: string;
  /** How many writes of this process are over: as long as it is the same, what was read is still so. */
  readonly writes: number;
  /**
   * Runs `work` in one transaction that is durable when the promise resolves, and rolled back if `work` rejects.
   * Inside, use only the writer that is passed: it sees the transaction's own changes. Calling `run` or
   * `transaction` of the database inside `work` and waiting for it would wait for ever.
   */
  transaction<T>(work: (writer: SqlWriter) => Promise<T>): Promise<T>;
  /** Writes a compact, consistent copy to `file`, which must not exist. */
  backup(file: string): Promise<void>;
  /** Finishes what is queued, then closes. Later calls reject with `NJ_DB_CLOSED`. */
  close(): Promise<void>;
}
