// Queries on the table `key_values`: small facts that must outlive a restart, as JSON.
import type { SqlWriter } from "../db.ts";

export interface KeyValuesTable {
  /** The stored value, whose shape the caller checks, or undefined. */
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<void>;
  remove(key: string): Promise<void>;
}

/** `db`: the database, or the writer of a transaction. */
export function keyValuesTable(db: SqlWriter): KeyValuesTable {
  return {
    async get(key) {
      const row = await db.get<{ value: string }>("select value from key_values where key = ?", [key]);
      return row === undefined ? undefined : JSON.parse(row.value);
    },
    async set(key, value) {
      await db.run(
        `insert into key_values (key, value) values (?, ?)
         on conflict (key) do update set value = excluded.value`,
        [key, JSON.stringify(value)],
      );
    },
    async remove(key) {
      await db.run("delete from key_values where key = ?", [key]);
    },
  };
}
