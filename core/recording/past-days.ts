// What of a stream is past the days that its camera is kept. Files are dated by a clock that may have been wrong while they were
// written; the order of writing never is. So none goes before those that were written before it have gone, whatever it is dated
// (docs/design/time.md).
import type { SqlReader } from "../db/db.ts";
import {
  type EvictableRow,
  endedBefore,
  firstWrittenWithin,
  unsynchronisedBefore,
} from "../db/tables/segments-table.ts";
import { TICKS_PER_SECOND } from "../domain/time.ts";

/** A file that is dated further ahead says nothing about those that follow it. */
const AHEAD_90K = 3_600 * TICKS_PER_SECOND;

/** Unlocked files on one volume that ended before `before90k`, at most `limit` of a kind. `now90k`: a moment that can be trusted. */
export async function pastDays(
  db: SqlReader,
  stream: { readonly volumeNumber: number; readonly streamNumber: number },
  before90k: number,
  now90k: number,
  limit: number,
): Promise<readonly EvictableRow[]> {
  const { volumeNumber, streamNumber } = stream;
  const until90k = now90k + AHEAD_90K;
  const young = await firstWrittenWithin(db, volumeNumber, streamNumber, before90k, until90k);
  const writeSequence = young ?? Number.MAX_SAFE_INTEGER;
  const rows = await endedBefore(db, { ...stream, before90k, writeSequence }, limit);
  const last = rows.reduce((highest, row) => Math.max(highest, row.writeSequence), 0);
  if (last === 0) return rows;
  // A recorder that begins in 1970 until it has heard of the time: those files are as old as what follows them.
  return [...rows, ...(await unsynchronisedBefore(db, volumeNumber, streamNumber, last, limit))];
}
