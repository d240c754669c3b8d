// Queries on the tables `coverage`, `holes` and `run_ends`: what timeline and calendar read.
import type { SqlReader, SqlWriter } from "../db.ts";

/** No row of coverage is longer: ranges look this far back. Ticks of 90 kHz; the schema checks it. */
export const LONGEST_COVERAGE_90K = 6 * 3_600 * 90_000;

export interface CoverageRow {
  readonly number: number;
  readonly streamNumber: number;
  readonly node: string;
  readonly run: number;
  readonly start90k: number;
  /** Exclusive. */
  readonly end90k: number;
  /** Bits. */
  readonly reasons: number;
}

export interface HoleRow {
  readonly streamNumber: number;
  readonly start90k: number;
  readonly duration90k: number;
  readonly packets: number;
}

const COLUMNS = `number, stream_number as streamNumber, node, run, start_90k as start90k,
  end_90k as end90k, reasons`;

/** Rows of streams that touch [start90k, end90k), by stream and start. */
export function coverageInRange(
  db: SqlReader,
  streamNumbers: readonly number[],
  start90k: number,
  end90k: number,
): Promise<CoverageRow[]> {
  return db.all<CoverageRow>(
    `select ${COLUMNS} from coverage
     where stream_number in (select value from json_each(?))
       and start_90k > ? and start_90k < ? and end_90k > ?
     order by stream_number, start_90k`,
    [JSON.stringify(streamNumbers), start90k - LONGEST_COVERAGE_90K, end90k, start90k],
  );
}

export async function insertCoverage(db: SqlWriter, row: Omit<CoverageRow, "number">): Promise<void> {
  await db.run(
    "insert into coverage (stream_number, node, run, start_90k, end_90k, reasons) values (?, ?, ?, ?, ?, ?)",
    [row.streamNumber, row.node, row.run, row.start90k, row.end90k, row.reasons],
  );
}

export async function updateCoverage(
  db: SqlWriter,
  number: number,
  start90k: number,
  end90k: number,
): Promise<void> {
  await db.run("update coverage set start_90k = ?, end_90k = ? where number = ?", [start90k, end90k, number]);
}

export async function deleteCoverage(db: SqlWriter, number: number): Promise<void> {
  await db.run("delete from coverage where number = ?", [number]);
}

export async function deleteCoverageOfStream(db: SqlWriter, streamNumber: number): Promise<void> {
  await db.run("delete from coverage where stream_number = ?", [streamNumber]);
}

/** The first row of a stream that begins at or after `time90k`. */
export function firstCoverageFrom(
  db: SqlReader,
  streamNumber: number,
  time90k: number,
): Promise<CoverageRow | undefined> {
  return db.get<CoverageRow>(
    `select ${COLUMNS} from coverage where stream_number = ? and start_90k >= ? order by start_90k limit 1`,
    [streamNumber, time90k],
  );
}

/** The last row of a stream that begins before `time90k`. */
export function lastCoverageBefore(
  db: SqlReader,
  streamNumber: number,
  time90k: number,
): Promise<CoverageRow | undefined> {
  return db.get<CoverageRow>(
    `select ${COLUMNS} from coverage where stream_number = ? and start_90k < ?
     order by start_90k desc limit 1`,
    [streamNumber, time90k],
  );
}

export async function insertHole(db: SqlWriter, segmentNumber: number, hole: HoleRow): Promise<void> {
  await db.run(
    `insert into holes (stream_number, start_90k, segment_number, duration_90k, packets)
     values (?, ?, ?, ?, ?)
     on conflict (stream_number, start_90k, segment_number) do update
       set duration_90k = max(duration_90k, excluded.duration_90k), packets = packets + excluded.packets`,
    [hole.streamNumber, hole.start90k, segmentNumber, hole.duration90k, hole.packets],
  );
}

/** Holes of streams that begin in [start90k, end90k), by stream and start, at most `limit`. */
export function holesInRange(
  db: SqlReader,
  streamNumbers: readonly number[],
  start90k: number,
  end90k: number,
  limit: number,
): Promise<HoleRow[]> {
  return db.all<HoleRow>(
    `select stream_number as streamNumber, start_90k as start90k, duration_90k as duration90k, packets
     from holes
     where stream_number in (select value from json_each(?)) and start_90k >= ? and start_90k < ?
     order by stream_number, start_90k limit ?`,
    [JSON.stringify(streamNumbers), start90k, end90k, limit],
  );
}

export interface RunEndRow {
  readonly end90k: number;
  readonly run: number;
  readonly reason: string;
}

export async function insertRunEnd(db: SqlWriter, streamNumber: number, row: RunEndRow): Promise<void> {
  await db.run(
    `insert into run_ends (stream_number, end_90k, run, reason) values (?, ?, ?, ?)
     on conflict (stream_number, end_90k, run) do update set reason = excluded.reason`,
    [streamNumber, row.end90k, row.run, row.reason],
  );
}

/** Ends of runs of a stream in [start90k, end90k], by time. */
export function runEndsInRange(
  db: SqlReader,
  streamNumber: number,
  start90k: number,
  end90k: number,
): Promise<RunEndRow[]> {
  return db.all<RunEndRow>(
    `select end_90k as end90k, run, reason from run_ends
     where stream_number = ? and end_90k between ? and ? order by end_90k`,
    [streamNumber, start90k, end90k],
  );
}

/** Forgets ends of runs before `before90k`, once the footage before them is gone. */
export async function pruneRunEnds(db: SqlWriter, streamNumber: number, before90k: number): Promise<void> {
  await db.run("delete from run_ends where stream_number = ? and end_90k < ?", [streamNumber, before90k]);
}
