// One connection to the database file, as a driver provides it. Statements run in the order of the calls.
import type { RunResult, SqlParams } from "./db.ts";

export interface SqlConnection {
  all<Row>(sql: string, params: SqlParams): Promise<Row[]>;
  run(sql: string, params: SqlParams): Promise<RunResult>;
  /** Runs several statements without parameters: schema, migrations, pragmas. */
  exec(sql: string): Promise<void>;
  close(): Promise<void>;
}

/** Statements that are kept prepared per connection; the house uses fewer. */
export const STATEMENT_CACHE_SIZE = 200;
