// Queries on the table `record_triggers`: manual recordings, kept over restarts.
import type { SqlWriter } from "../db.ts";

export interface RecordTriggerRow {
  readonly camera: string;
  readonly id: string;
  readonly event90k: number;
  /** Null: until it is taken back. */
  readonly until90k: number | null;
  /** Bits. */
  readonly reasons: number;
}

export interface RecordTriggersTable {
  list(): Promise<RecordTriggerRow[]>;
  /** The same id again changes its end only. */
  put(trigger: RecordTriggerRow): Promise<void>;
  remove(camera: string, id: string): Promise<boolean>;
  /** Forgets those that ended before `before90k`. */
  prune(before90k: number): Promise<void>;
}

/** `db`: the database, or the writer of a transaction. */
export function recordTriggersTable(db: SqlWriter): RecordTriggersTable {
  return {
    list: () =>
      db.all<RecordTriggerRow>(
        `select camera, id, event_90k as event90k, until_90k as until90k, reasons from record_triggers
         order by camera, id`,
      ),
    async put(trigger) {
      await db.run(
        `insert into record_triggers (camera, id, event_90k, until_90k, reasons) values (?, ?, ?, ?, ?)
         on conflict (camera, id) do update set until_90k = excluded.until_90k`,
        [trigger.camera, trigger.id, trigger.event90k, trigger.until90k, trigger.reasons],
      );
    },
    async remove(camera, id) {
      return (
        (await db.run("delete from record_triggers where camera = ? and id = ?", [camera, id])).changes === 1
      );
    },
    async prune(before90k) {
      await db.run("delete from record_triggers where until_90k < ?", [before90k]);
    },
  };
}
