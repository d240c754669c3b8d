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
import { EARLIEST_WALL_MS, TICKS_PER_MS, TICKS_PER_SECOND } from "../domain/time.ts";

/** A file that is dated further ahead says nothing about those that follow it. */
const AHEAD_90K = 3_600 * TICKS_PER_SECOND;
/** Files that are looked at for the first young one; those beyond them wait for the next time. */
const REACH = 10_000;

/** A file that is past its days. */
export interface PastRow extends EvictableRow {
  /** When it begins at the earliest, by its date and by those of what was written before it. */
  readonly since90k: number;
}

/** Unlocked files on one volume that ended before `before90k`, at most `limit` of a kind. `now90k`: a moment that can be trusted. */
export async function pastDays(
  db: SqlReader,
  stream: { readonly volumeNumber: number; readonly streamNumber: number },
  before90k: number,
  now90k: number,
  limit: number,
): Promise<readonly PastRow[]> {
  const { volumeNumber, streamNumber } = stream;
  const within = { after90k: before90k, until90k: now90k + AHEAD_90K, reach: REACH };
  const writeSequence = (await firstWrittenWithin(db, stream, within)) ?? Number.MAX_SAFE_INTEGER;
  const known90k = EARLIEST_WALL_MS * TICKS_PER_MS;
  const dated = await endedBefore(db, { ...stream, known90k, before90k, writeSequence }, limit);
  if (dated.length === 0) return [];
  // A recorder that begins in 1970 until it has heard of the time: those files are as old as what follows them.
  const last = dated.reduce((highest, row) => Math.max(highest, row.writeSequence), 0);
  const undated = await unsynchronisedBefore(db, volumeNumber, streamNumber, last, limit);
  const rows = [...dated, ...undated].sort((left, right) => left.writeSequence - right.writeSequence);
  let since90k = rows.find(({ start90k }) => start90k >= known90k)?.start90k ?? known90k;
  return rows.map((row) => {
    since90k = Math.max(since90k, row.start90k);
    return { ...row, since90k };
  });
}
