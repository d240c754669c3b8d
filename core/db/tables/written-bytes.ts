// Queries for the storage page: how much was written of late by stream and by volume, and how old the oldest footage is.
// Bounded, along the indexes of `segments`; no table is scanned.
import type { SqlReader } from "../db.ts";

export interface WrittenBytes {
  readonly sizeBytes: number;
  readonly duration90k: number;
}

/** Files that are looked at per stream: two hours at the usual length. */
const STREAM_SEGMENTS = 120;
const VOLUME_SEGMENTS = 512;

/** What the newest files of a stream hold that began after a moment. */
export async function writtenOfStream(
  db: SqlReader,
  streamNumber: number,
  after90k: number,
): Promise<WrittenBytes> {
  const row = await db.get<{ sizeBytes: number | null; duration90k: number | null }>(
    `select sum(size_bytes) as sizeBytes, sum(duration_90k) as duration90k
     from (select size_bytes, duration_90k from segments
           where stream_number = ? and start_90k >= ? order by start_90k desc limit ?)`,
    [streamNumber, after90k, STREAM_SEGMENTS],
  );
  return { sizeBytes: row?.sizeBytes ?? 0, duration90k: row?.duration90k ?? 0 };
}

/** The same of a volume, stream by stream. */
export function writtenOnVolume(
  db: SqlReader,
  volumeNumber: number,
  after90k: number,
): Promise<WrittenBytes[]> {
  return db.all<WrittenBytes>(
    `select sum(size_bytes) as sizeBytes, sum(duration_90k) as duration90k
     from (select size_bytes, duration_90k, stream_number, start_90k from segments
           where volume_number = ? order by write_sequence desc limit ?)
     where start_90k >= ? group by stream_number`,
    [volumeNumber, VOLUME_SEGMENTS, after90k],
  );
}

/** When the oldest footage of a stream begins; undefined: there is none. */
export async function oldestStart(db: SqlReader, streamNumber: number): Promise<number | undefined> {
  const row = await db.get<{ start90k: number }>(
    "select start_90k as start90k from segments where stream_number = ? order by start_90k limit 1",
    [streamNumber],
  );
  return row?.start90k;
}
