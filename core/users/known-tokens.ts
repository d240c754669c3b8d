// Whom a secret stands for, remembered between requests: pages and programs ask many times a second, and each look into the
// database wakes a thread and is woken by it. Remembered only while this process has written nothing to the database, and
// for a second at most, since `nightjar user` may have: whatever ends or narrows a session holds at the next request.
import type { Clock } from "../clock.ts";
import type { Db } from "../db/db.ts";

const LONGEST_MS = 1_000;
/** Callers at once; beyond, all are looked up anew. */
const MOST = 256;

/** What ends by time. */
interface Ending {
  /** Undefined: never. */
  readonly expiresAtMs: number | undefined;
}

type Find<Row> = (tokenHash: string, nowMs: number) => Promise<Row | undefined>;

/** The same table, which remembers what it found by secrets' hashes. Never what it did not find: that is anybody's to make up. */
export function rememberingTokens<Row extends Ending, Table extends { findByTokenHash: Find<Row> }>(
  table: Table,
  db: Pick<Db, "writes">,
  clock: Clock,
): Table {
  const known = new Map<string, { readonly row: Row; readonly untilMs: number }>();
  let writes = db.writes;
  return {
    ...table,
    async findByTokenHash(tokenHash: string, nowMs: number): Promise<Row | undefined> {
      if (db.writes !== writes || known.size >= MOST) {
        known.clear();
        writes = db.writes;
      }
      const found = known.get(tokenHash);
      const isAlive = (found?.row.expiresAtMs ?? Number.POSITIVE_INFINITY) > nowMs;
      if (found !== undefined && isAlive && clock.monotonicMs() < found.untilMs) return found.row;
      const before = writes;
      const untilMs = clock.monotonicMs() + LONGEST_MS;
      const row = await table.findByTokenHash(tokenHash, nowMs);
      // Written to meanwhile, it may have been read before that.
      if (row !== undefined && db.writes === before) known.set(tokenHash, { row, untilMs });
      return row;
    },
  };
}
