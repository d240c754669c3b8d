// Queries on the table `ledger`: bytes and files on each volume by stream.
import type { SqlReader, SqlWriter } from "../db.ts";

export interface LedgerRow {
  readonly volumeNumber: number;
  readonly streamNumber: number;
  readonly sizeBytes: number;
  readonly segments: number;
}

/** Adds (or, with negative numbers, takes away) bytes and files. */
export async function addToLedger(db: SqlWriter, row: LedgerRow): Promise<void> {
  await db.run(
    `insert into ledger (volume_number, stream_number, class, size_bytes, segments)
     values (?, ?, 'video', ?, ?)
     on conflict (volume_number, stream_number, class) do update
       set size_bytes = size_bytes + excluded.size_bytes, segments = segments + excluded.segments`,
    [row.volumeNumber, row.streamNumber, row.sizeBytes, row.segments],
  );
}

export function listLedger(db: SqlReader): Promise<LedgerRow[]> {
  return db.all<LedgerRow>(
    `select volume_number as volumeNumber, stream_number as streamNumber, size_bytes as sizeBytes, segments
     from ledger order by volume_number, stream_number`,
  );
}

/** What the ledger should say, counted from the segments: a walk over the index, for fsck. */
export function countLedger(db: SqlReader): Promise<LedgerRow[]> {
  return db.all<LedgerRow>(
    `select volume_number as volumeNumber, stream_number as streamNumber, sum(size_bytes) as sizeBytes,
       count(*) as segments
     from segments group by volume_number, stream_number order by volume_number, stream_number`,
  );
}

/** Replaces the whole ledger. */
export async function replaceLedger(db: SqlWriter, rows: readonly LedgerRow[]): Promise<void> {
  await db.run("delete from ledger");
  for (const row of rows) await addToLedger(db, row);
}
