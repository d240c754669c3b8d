// Queries on the table `waiting_actions`: actions of linkage rules that wait for somebody who is away, kept over restarts.
import type { SqlReader, SqlWriter } from "../db.ts";

export interface WaitingActionRow {
  /** Id of the request, the same at each try. */
  readonly request: string;
  /** When it was asked for, milliseconds since the epoch. */
  readonly sinceMs: number;
  readonly tries: number;
  readonly maxAgeSeconds: number;
  /** JSON, whose shape the caller vouches for: only this program writes it. */
  readonly task: string;
}

/** Keeps an action in the place of what was known of it. */
export async function putWaitingAction(db: SqlWriter, row: WaitingActionRow): Promise<void> {
  await db.run(
    `insert into waiting_actions (request, since_ms, tries, max_age_seconds, task) values (?, ?, ?, ?, ?)
     on conflict (request) do update set tries = excluded.tries`,
    [row.request, row.sinceMs, row.tries, row.maxAgeSeconds, row.task],
  );
}

export async function removeWaitingAction(db: SqlWriter, request: string): Promise<void> {
  await db.run("delete from waiting_actions where request = ?", [request]);
}

export function listWaitingActions(db: SqlReader, limit: number): Promise<WaitingActionRow[]> {
  return db.all<WaitingActionRow>(
    `select request, since_ms as sinceMs, tries, max_age_seconds as maxAgeSeconds, task from waiting_actions
     order by request limit ?`,
    [limit],
  );
}
