// Books segments in and out of the index: row, key frames, holes, ledger and coverage move together, inside the
// caller's transaction. Doing it twice changes nothing, so that reports may be repeated.
import type { SqlWriter } from "../db/db.ts";
import { insertHole } from "../db/tables/coverage-table.ts";
import { addToLedger } from "../db/tables/ledger-table.ts";
import { deleteLock, findLock } from "../db/tables/locks-table.ts";
import {
  type CoveringRow,
  deleteSegment,
  findSegment,
  insertSegment,
  type StoredSegment,
  segmentsOfRun,
} from "../db/tables/segments-table.ts";
import type { SegmentRecord } from "../media/segment.ts";
import { addCoverage, subtractCoverage } from "./coverage.ts";
import { forgetMotionOf } from "./motion-footage.ts";
import { unpackSpans } from "./reason-spans.ts";
import { isSameSegment, parseSegmentId, rowOfRecord } from "./segment-row.ts";

/** Holes kept per segment; a stream that loses more is one long hole anyway. */
const HOLES_PER_SEGMENT = 500;

export interface SegmentNumbers {
  readonly streamNumber: number;
  readonly volumeNumber: number;
}

/**
 * Puts a closed segment into the index. True if anything changed; a record that says something else than the
 * row (the file was recovered anew) replaces it.
 */
export async function indexSegment(
  writer: SqlWriter,
  record: SegmentRecord,
  numbers: SegmentNumbers,
): Promise<boolean> {
  const stored = await findSegment(writer, record.id);
  const locked =
    stored === undefined ? (await findLock(writer, record.id)) !== undefined : stored.locked === 1;
  const row = rowOfRecord(record, { ...numbers, locked });
  if (stored !== undefined) {
    if (isSameSegment(stored, row)) return false;
    await unbook(writer, stored);
  }
  const number = await insertSegment(writer, row, Buffer.from(record.keyFrames, "base64"));
  for (const hole of record.holes.slice(0, HOLES_PER_SEGMENT)) {
    await insertHole(writer, number, {
      streamNumber: row.streamNumber,
      start90k: row.start90k + hole.offset90k,
      duration90k: hole.duration90k,
      packets: hole.packets,
    });
  }
  await addToLedger(writer, {
    volumeNumber: row.volumeNumber,
    streamNumber: row.streamNumber,
    sizeBytes: row.sizeBytes,
    segments: 1,
  });
  await coverSegment(writer, row);
  return true;
}

/** Takes a segment out of the index, with its lock. Answers what it was; undefined if it was not there. */
export async function unindexSegment(writer: SqlWriter, id: string): Promise<StoredSegment | undefined> {
  const stored = await findSegment(writer, id);
  if (stored === undefined) return undefined;
  await unbook(writer, stored);
  await deleteLock(writer, id);
  await forgetMotionOf(writer, stored);
  return stored;
}

/** Adds a segment's spans to the coverage, as far as they lie within a range. */
async function coverSegment(
  writer: SqlWriter,
  row: CoveringRow,
  range: { readonly start90k: number; readonly end90k: number } = {
    start90k: row.start90k,
    end90k: row.start90k + row.duration90k,
  },
): Promise<void> {
  const node = nodeOf(row);
  for (const span of unpackSpans(row.reasonSpans, row.reasons, row.duration90k)) {
    const start90k = row.start90k + span.offset90k;
    await addCoverage(writer, {
      streamNumber: row.streamNumber,
      node,
      run: row.run,
      start90k: Math.max(range.start90k, start90k),
      end90k: Math.min(range.end90k, start90k + span.duration90k),
      reasons: span.bits,
    });
  }
}

async function unbook(writer: SqlWriter, stored: StoredSegment): Promise<void> {
  const { streamNumber, run, start90k } = stored;
  const range = { streamNumber, run, start90k, end90k: start90k + stored.duration90k };
  const node = nodeOf(stored);
  await deleteSegment(writer, stored.number);
  await addToLedger(writer, {
    volumeNumber: stored.volumeNumber,
    streamNumber,
    sizeBytes: -stored.sizeBytes,
    segments: -1,
  });
  await subtractCoverage(writer, { ...range, node });
  // Files of a run overlap where a disk failed and what it had not synced was written again elsewhere.
  for (const other of await segmentsOfRun(writer, range)) {
    if (nodeOf(other) === node) await coverSegment(writer, other, range);
  }
}

function nodeOf(row: Pick<CoveringRow, "id">): string {
  return parseSegmentId(row.id)?.node ?? "";
}
