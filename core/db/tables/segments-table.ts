// Queries on the tables `segments` and `segment_key_frames`: one row per closed recording file.
// Every query runs along an index; tests look at the query plans.
import type { SqlReader, SqlWriter } from "../db.ts";

/** No segment is longer: ranges look this far back for one that began before them. Ticks of 90 kHz. */
export const LONGEST_SEGMENT_90K = 3_600 * 90_000;

export interface SegmentRow {
  readonly id: string;
  readonly streamNumber: number;
  readonly volumeNumber: number;
  readonly writeSequence: number;
  readonly run: number;
  readonly sequence: number;
  readonly start90k: number;
  readonly duration90k: number;
  readonly sizeBytes: number;
  readonly moovOffset: number;
  readonly moovBytes: number;
  readonly videoCodec: string;
  readonly width: number;
  readonly height: number;
  readonly audioCodec: string | null;
  readonly videoSamples: number;
  readonly audioSamples: number;
  /** Bits of all spans together. */
  readonly reasons: number;
  /** JSON `[[offset90k, duration90k, bits], …]`; null: one span over the whole. */
  readonly reasonSpans: string | null;
  readonly clockSource: string;
  readonly cameraClockOffsetMs: number | null;
  readonly startsWithKeyFrame: 0 | 1;
  readonly endsRun: 0 | 1;
  readonly recovered: 0 | 1;
  readonly locked: 0 | 1;
  /** Below the volume's root; null: the usual path. */
  readonly path: string | null;
  /** SHA-256 of what the file held when it was closed, hexadecimal; null: it carries none. */
  readonly sha256: string | null;
}

export interface StoredSegment extends SegmentRow {
  readonly number: number;
}

/** What a list of segments for deletion needs. */
export interface EvictableRow {
  readonly number: number;
  readonly id: string;
  readonly streamNumber: number;
  readonly sizeBytes: number;
  readonly path: string | null;
}

const COLUMNS: Readonly<Record<keyof SegmentRow, string>> = {
  id: "id",
  streamNumber: "stream_number",
  volumeNumber: "volume_number",
  writeSequence: "write_sequence",
  run: "run",
  sequence: "sequence",
  start90k: "start_90k",
  duration90k: "duration_90k",
  sizeBytes: "size_bytes",
  moovOffset: "moov_offset",
  moovBytes: "moov_bytes",
  videoCodec: "video_codec",
  width: "width",
  height: "height",
  audioCodec: "audio_codec",
  videoSamples: "video_samples",
  audioSamples: "audio_samples",
  reasons: "reasons",
  reasonSpans: "reason_spans",
  clockSource: "clock_source",
  cameraClockOffsetMs: "camera_clock_offset_ms",
  startsWithKeyFrame: "starts_with_key_frame",
  endsRun: "ends_run",
  recovered: "recovered",
  locked: "locked",
  path: "path",
  sha256: "sha256",
};
const FIELDS = Object.keys(COLUMNS) as (keyof SegmentRow)[];
const SELECTED = `s.number, ${FIELDS.map((field) => `s.${COLUMNS[field]} as ${field}`).join(", ")}`;
const INSERT = `insert into segments (${FIELDS.map((field) => COLUMNS[field]).join(", ")})
  values (${FIELDS.map(() => "?").join(", ")})`;
const EVICTABLE = "number, id, stream_number as streamNumber, size_bytes as sizeBytes, path";

/** Adds a segment and its key frames; answers its number. */
export async function insertSegment(db: SqlWriter, row: SegmentRow, keyFrames: Uint8Array): Promise<number> {
  const { lastRowId } = await db.run(
    INSERT,
    FIELDS.map((field) => row[field]),
  );
  await db.run("insert into segment_key_frames (segment_number, frames) values (?, ?)", [
    lastRowId,
    keyFrames,
  ]);
  return lastRowId;
}

/** Removes a segment's row with its key frames and holes. */
export async function deleteSegment(db: SqlWriter, number: number): Promise<void> {
  await db.run("delete from segments where number = ?", [number]);
}

export function findSegment(db: SqlReader, id: string): Promise<StoredSegment | undefined> {
  return db.get<StoredSegment>(`select ${SELECTED} from segments s where s.id = ?`, [id]);
}

export async function setSegmentLocked(db: SqlWriter, id: string, locked: boolean): Promise<void> {
  await db.run("update segments set locked = ? where id = ?", [Number(locked), id]);
}

export async function setSegmentUnreadable(db: SqlWriter, id: string, unreadable: boolean): Promise<void> {
  await db.run("update segments set unreadable = ? where id = ?", [Number(unreadable), id]);
}

/** Segments of a stream that touch [start90k, end90k), by start; after the cursor's start and number, if given. */
export function segmentsInRange(
  db: SqlReader,
  range: {
    streamNumber: number;
    start90k: number;
    end90k: number;
    after?: { start90k: number; number: number };
    limit: number;
  },
): Promise<StoredSegment[]> {
  const from = range.start90k - LONGEST_SEGMENT_90K;
  const after = range.after ?? { start90k: from, number: -1 };
  return db.all<StoredSegment>(
    `select ${SELECTED} from segments s
     where s.stream_number = ?1 and s.start_90k >= ?2 and s.start_90k < ?3
       and s.start_90k + s.duration_90k > ?4
       and (s.start_90k > ?5 or s.number > ?6)
     order by s.start_90k, s.number limit ?7`,
    [
      range.streamNumber,
      Math.max(from, after.start90k),
      range.end90k,
      range.start90k,
      after.start90k,
      after.number,
      range.limit,
    ],
  );
}

/** Locked segments of streams that touch [start90k, end90k), by stream and start, at most `limit`. */
export function lockedInRange(
  db: SqlReader,
  streamNumbers: readonly number[],
  start90k: number,
  end90k: number,
  limit: number,
): Promise<{ readonly streamNumber: number; readonly start90k: number; readonly end90k: number }[]> {
  return db.all(
    `select stream_number as streamNumber, start_90k as start90k, start_90k + duration_90k as end90k
     from segments
     where locked = 1 and stream_number in (select value from json_each(?1))
       and start_90k >= ?2 and start_90k < ?3 and start_90k + duration_90k > ?4
     order by stream_number, start_90k limit ?5`,
    [JSON.stringify(streamNumbers), start90k - LONGEST_SEGMENT_90K, end90k, start90k, limit],
  );
}

export interface PlayableRow {
  readonly id: string;
  readonly volumeNumber: number;
  readonly run: number;
  readonly sequence: number;
  readonly start90k: number;
  readonly duration90k: number;
  readonly sizeBytes: number;
  readonly moovOffset: number;
  readonly moovBytes: number;
  readonly path: string | null;
  readonly keyFrames: Uint8Array;
}

/** Segments of a stream that touch [start90k, end90k) with their key frames, by start, at most `limit`. */
export function playableInRange(
  db: SqlReader,
  streamNumber: number,
  start90k: number,
  end90k: number,
  limit: number,
): Promise<PlayableRow[]> {
  return db.all<PlayableRow>(
    `select s.id, s.volume_number as volumeNumber, s.run, s.sequence, s.start_90k as start90k,
       s.duration_90k as duration90k, s.size_bytes as sizeBytes, s.moov_offset as moovOffset,
       s.moov_bytes as moovBytes, s.path, k.frames as keyFrames
     from segments s join segment_key_frames k on k.segment_number = s.number
     where s.stream_number = ?1 and s.start_90k >= ?2 and s.start_90k < ?3
       and s.start_90k + s.duration_90k > ?4
     order by s.start_90k limit ?5`,
    [streamNumber, start90k - LONGEST_SEGMENT_90K, end90k, start90k, limit],
  );
}

/** What of a segment its coverage is made of. */
export type CoveringRow = Pick<
  StoredSegment,
  "id" | "streamNumber" | "run" | "start90k" | "duration90k" | "reasons" | "reasonSpans"
>;

/** Segments of a run, on whichever node, that touch [start90k, end90k), by start. */
export function segmentsOfRun(
  db: SqlReader,
  range: { streamNumber: number; run: number; start90k: number; end90k: number },
): Promise<CoveringRow[]> {
  return db.all<CoveringRow>(
    `select id, stream_number as streamNumber, run, start_90k as start90k, duration_90k as duration90k,
       reasons, reason_spans as reasonSpans
     from segments
     where stream_number = ?1 and start_90k >= ?2 and start_90k < ?3 and start_90k + duration_90k > ?4
       and run = ?5
     order by start_90k`,
    [range.streamNumber, range.start90k - LONGEST_SEGMENT_90K, range.end90k, range.start90k, range.run],
  );
}

/** The oldest segments of a volume by write sequence, without the locked ones. */
export function oldestOnVolume(db: SqlReader, volumeNumber: number, limit: number): Promise<EvictableRow[]> {
  return db.all<EvictableRow>(
    `select ${EVICTABLE} from segments
     where volume_number = ? and locked = 0 order by write_sequence limit ?`,
    [volumeNumber, limit],
  );
}

/** What the newest `limit` segments of a volume hold, and of how many streams they are. */
export async function recentWriting(
  db: SqlReader,
  volumeNumber: number,
  limit: number,
): Promise<{ sizeBytes: number; duration90k: number; streams: number }> {
  const row = await db.get<{ sizeBytes: number | null; duration90k: number | null; streams: number }>(
    `select sum(size_bytes) as sizeBytes, sum(duration_90k) as duration90k,
       count(distinct stream_number) as streams
     from (select size_bytes, duration_90k, stream_number from segments
           where volume_number = ? order by write_sequence desc limit ?)`,
    [volumeNumber, limit],
  );
  return {
    sizeBytes: row?.sizeBytes ?? 0,
    duration90k: row?.duration90k ?? 0,
    streams: row?.streams ?? 0,
  };
}

/** The oldest unlocked segments of one stream on one volume, by write sequence. */
export function oldestOfStream(
  db: SqlReader,
  volumeNumber: number,
  streamNumber: number,
  limit: number,
): Promise<(EvictableRow & { readonly writeSequence: number })[]> {
  return db.all(
    `select ${EVICTABLE}, write_sequence as writeSequence from segments
     where volume_number = ? and stream_number = ? and locked = 0 order by write_sequence limit ?`,
    [volumeNumber, streamNumber, limit],
  );
}

/** When the oldest segment of a stream that is not locked begins, looked for among its oldest `reach`. */
export async function oldestUnlocked(
  db: SqlReader,
  streamNumber: number,
  reach: number,
): Promise<number | undefined> {
  const row = await db.get<{ start90k: number }>(
    `select start90k from (
       select start_90k as start90k, locked from segments where stream_number = ? order by start_90k limit ?
     ) where locked = 0 limit 1`,
    [streamNumber, reach],
  );
  return row?.start90k;
}

/** A segment that may be deleted, with its place in the order of writing and its date. */
export type DatedRow = EvictableRow & { readonly writeSequence: number; readonly start90k: number };

const DATED = `${EVICTABLE}, write_sequence as writeSequence, start_90k as start90k`;

/** Unlocked segments of a stream on a volume that ended before `before90k`, oldest first. */
export function endedBefore(
  db: SqlReader,
  where: {
    readonly volumeNumber: number;
    readonly streamNumber: number;
    /** None that is dated before that, by a clock that was never set. */
    readonly known90k: number;
    readonly before90k: number;
    /** None that was written after that one. */
    readonly writeSequence: number;
  },
  limit: number,
): Promise<DatedRow[]> {
  const { volumeNumber, streamNumber, known90k, before90k, writeSequence } = where;
  return db.all<DatedRow>(
    `select ${DATED} from segments
     where stream_number = ?1 and start_90k >= ?2 and start_90k < ?3 and volume_number = ?4 and locked = 0
       and start_90k + duration_90k <= ?3 and write_sequence < ?5 and clock_source = 'node'
     order by start_90k limit ?6`,
    [streamNumber, known90k, before90k, volumeNumber, writeSequence, limit],
  );
}

/**
 * The write sequence of the first unlocked segment of a stream on a volume that ended after `after90k` and began by `until90k`.
 * Where none of the first `reach` is such a one, that of the last of these.
 */
export async function firstWrittenWithin(
  db: SqlReader,
  { volumeNumber, streamNumber }: { readonly volumeNumber: number; readonly streamNumber: number },
  {
    after90k,
    until90k,
    reach,
  }: { readonly after90k: number; readonly until90k: number; readonly reach: number },
): Promise<number | undefined> {
  // In the order of the index, so that it ends at the first.
  const found = await db.get<{ writeSequence: number }>(
    `select writeSequence from (
       select write_sequence as writeSequence, start_90k, duration_90k from segments
       where volume_number = ? and stream_number = ? and locked = 0 order by write_sequence limit ?
     ) where start_90k + duration_90k > ? and start_90k <= ? limit 1`,
    [volumeNumber, streamNumber, reach, after90k, until90k],
  );
  if (found !== undefined) return found.writeSequence;
  const last = await db.get<{ writeSequence: number }>(
    `select write_sequence as writeSequence from segments
     where volume_number = ? and stream_number = ? and locked = 0 order by write_sequence limit 1 offset ?`,
    [volumeNumber, streamNumber, reach - 1],
  );
  return last?.writeSequence;
}

/** Unlocked segments of a stream on a volume that were written before one by a clock that nobody had set. */
export function unsynchronisedBefore(
  db: SqlReader,
  volumeNumber: number,
  streamNumber: number,
  writeSequence: number,
  limit: number,
): Promise<DatedRow[]> {
  return db.all<DatedRow>(
    `select ${DATED} from segments
     where volume_number = ? and stream_number = ? and write_sequence < ? and locked = 0
       and clock_source = 'unsynchronised'
     order by write_sequence limit ?`,
    [volumeNumber, streamNumber, writeSequence, limit],
  );
}

/** All segments of a volume, page by page along the write sequence: for fsck. */
export function segmentsOnVolume(
  db: SqlReader,
  volumeNumber: number,
  after: { writeSequence: number; number: number },
  limit: number,
): Promise<StoredSegment[]> {
  return db.all<StoredSegment>(
    `select ${SELECTED} from segments s
     where s.volume_number = ?1 and s.write_sequence >= ?2
       and (s.write_sequence > ?2 or s.number > ?3)
     order by s.write_sequence, s.number limit ?4`,
    [volumeNumber, after.writeSequence, after.number, limit],
  );
}

/** All segments of a stream in the order of their runs' times, page by page: for recomputing coverage. */
export function segmentsOfStream(
  db: SqlReader,
  streamNumber: number,
  after: { start90k: number; number: number },
  limit: number,
): Promise<StoredSegment[]> {
  return db.all<StoredSegment>(
    `select ${SELECTED} from segments s
     where s.stream_number = ?1 and s.start_90k >= ?2 and (s.start_90k > ?2 or s.number > ?3)
     order by s.start_90k, s.number limit ?4`,
    [streamNumber, after.start90k, after.number, limit],
  );
}
