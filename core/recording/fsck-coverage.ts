// The timeline and the ledger as they should be, counted anew from the segments: for fsck.
import type { Db } from "../db/db.ts";
import {
  type CoverageRow,
  deleteCoverageOfStream,
  insertCoverage,
  LONGEST_COVERAGE_90K,
} from "../db/tables/coverage-table.ts";
import { countLedger, listLedger, replaceLedger } from "../db/tables/ledger-table.ts";
import { segmentsOfStream } from "../db/tables/segments-table.ts";
import { listStreams } from "../db/tables/streams-table.ts";
import type { CoveragePiece } from "./coverage.ts";
import type { Findings } from "./fsck-findings.ts";
import { unpackSpans } from "./reason-spans.ts";
import { parseSegmentId } from "./segment-row.ts";

const PAGE = 2_000;

/** Compares the coverage of every stream with its segments, and with `mend` writes it anew where it differs. */
export async function checkCoverage(db: Db, findings: Findings, mend: boolean): Promise<void> {
  for (const stream of await listStreams(db)) {
    const wanted = await expectedCoverage(db, stream.number);
    const stored = await db.all<CoverageRow>(
      `select number, stream_number as streamNumber, node, run, start_90k as start90k, end_90k as end90k, reasons
       from coverage where stream_number = ? order by start_90k`,
      [stream.number],
    );
    if (JSON.stringify(coalesce(wanted)) === JSON.stringify(coalesce(stored))) continue;
    if (mend) {
      await db.transaction(async (writer) => {
        await deleteCoverageOfStream(writer, stream.number);
        for (const piece of wanted) await insertCoverage(writer, piece);
      });
    }
    findings.add("coverage-wrong", `${stream.camera}, ${stream.stream} stream`, mend);
  }
}

/** Compares the ledger with the segments, and with `mend` writes it anew. */
export async function checkLedger(db: Db, findings: Findings, mend: boolean): Promise<void> {
  const counted = await countLedger(db);
  const stored = (await listLedger(db)).filter((row) => row.segments !== 0 || row.sizeBytes !== 0);
  const keyOf = (row: { volumeNumber: number; streamNumber: number }): string =>
    `${row.volumeNumber}/${row.streamNumber}`;
  const byKey = new Map(stored.map((row) => [keyOf(row), row]));
  const names = new Map((await listStreams(db)).map((stream) => [stream.number, stream]));
  const wrong = new Set<number>();
  for (const row of counted) {
    const other = byKey.get(keyOf(row));
    byKey.delete(keyOf(row));
    if (other?.sizeBytes !== row.sizeBytes || other.segments !== row.segments) wrong.add(row.streamNumber);
  }
  for (const row of byKey.values()) wrong.add(row.streamNumber);
  if (wrong.size > 0 && mend) await db.transaction((writer) => replaceLedger(writer, counted));
  for (const number of wrong) {
    const stream = names.get(number);
    findings.add("ledger-wrong", `${stream?.camera ?? "?"}, ${stream?.stream ?? "?"} stream`, mend);
  }
}

/** The rows of coverage that a stream's segments amount to. */
async function expectedCoverage(db: Db, streamNumber: number): Promise<CoveragePiece[]> {
  const pieces: CoveragePiece[] = [];
  /** Place of the last piece of each run in `pieces`. */
  const last = new Map<string, number>();
  let after = { start90k: Number.MIN_SAFE_INTEGER, number: -1 };
  for (;;) {
    const page = await segmentsOfStream(db, streamNumber, after, PAGE);
    for (const segment of page) {
      const node = parseSegmentId(segment.id)?.node ?? "";
      const key = `${node}/${segment.run}`;
      for (const span of unpackSpans(segment.reasonSpans, segment.reasons, segment.duration90k)) {
        const start90k = segment.start90k + span.offset90k;
        const end90k = start90k + span.duration90k;
        const place = last.get(key) ?? -1;
        const open = pieces[place];
        const joins =
          open !== undefined &&
          open.end90k === start90k &&
          open.reasons === span.bits &&
          end90k - open.start90k <= LONGEST_COVERAGE_90K;
        if (joins) {
          pieces[place] = { ...open, end90k };
        } else {
          last.set(key, pieces.length);
          pieces.push({ streamNumber, node, run: segment.run, start90k, end90k, reasons: span.bits });
        }
      }
      after = { start90k: segment.start90k, number: segment.number };
    }
    if (page.length < PAGE) return pieces;
  }
}

/**
 * Rows joined without regard to the longest one, sorted: two ways of cutting the same timeline become equal. What a
 * failing disk had of a part that was written again elsewhere overlaps it, in the same run.
 */
function coalesce(pieces: readonly CoveragePiece[]): unknown[] {
  const ordered = pieces
    .map(({ node, run, start90k, end90k, reasons }) => ({ node, run, start90k, end90k, reasons }))
    .sort(
      (a, b) =>
        (a.node < b.node ? -1 : a.node > b.node ? 1 : a.run - b.run) ||
        a.reasons - b.reasons ||
        a.start90k - b.start90k,
    );
  const joined: typeof ordered = [];
  for (const piece of ordered) {
    const open = joined.at(-1);
    if (
      open !== undefined &&
      open.node === piece.node &&
      open.run === piece.run &&
      open.reasons === piece.reasons &&
      open.end90k >= piece.start90k
    ) {
      joined[joined.length - 1] = { ...open, end90k: Math.max(open.end90k, piece.end90k) };
    } else {
      joined.push(piece);
    }
  }
  return joined;
}
