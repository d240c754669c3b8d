// Keeps the table `coverage` in step with the segments: tens of rows a day instead of one per file
// (docs/design/storage-and-quota.md). A row is a span of one run recorded for the same reasons without a break.
import type { SqlWriter } from "../db/db.ts";
import {
  type CoverageRow,
  coverageInRange,
  deleteCoverage,
  insertCoverage,
  LONGEST_COVERAGE_90K,
  updateCoverage,
} from "../db/tables/coverage-table.ts";

/** A piece of recording, as a segment adds it. It overlaps others of its run only where something was written twice. */
export type CoveragePiece = Omit<CoverageRow, "number">;

/** Adds a piece, joining it with what touches it in its run for the same reasons, up to the longest row. */
export async function addCoverage(writer: SqlWriter, piece: CoveragePiece): Promise<void> {
  if (piece.end90k <= piece.start90k) return;
  // One tick wider on both sides, so that the rows that only touch are found as well.
  const near = await coverageInRange(writer, [piece.streamNumber], piece.start90k - 1, piece.end90k + 1);
  const same = near.filter(
    (row) => row.run === piece.run && row.node === piece.node && row.reasons === piece.reasons,
  );
  const before = same.find((row) => row.end90k === piece.start90k);
  const after = same.find((row) => row.start90k === piece.end90k);
  if (before !== undefined && fits(before.start90k, piece.end90k)) {
    if (after !== undefined && fits(before.start90k, after.end90k)) {
      await deleteCoverage(writer, after.number);
      await updateCoverage(writer, before.number, before.start90k, after.end90k);
    } else {
      await updateCoverage(writer, before.number, before.start90k, piece.end90k);
    }
  } else if (after !== undefined && fits(piece.start90k, after.end90k)) {
    await updateCoverage(writer, after.number, piece.start90k, after.end90k);
  } else {
    await insertCoverage(writer, piece);
  }
}

/** Takes [start90k, end90k) of a run away: its segment was deleted. What others cover of it is to be added again. */
export async function subtractCoverage(
  writer: SqlWriter,
  piece: Omit<CoveragePiece, "reasons">,
): Promise<void> {
  const touched = await coverageInRange(writer, [piece.streamNumber], piece.start90k, piece.end90k);
  for (const row of touched) {
    if (row.run !== piece.run || row.node !== piece.node) continue;
    const keepsFront = row.start90k < piece.start90k;
    const keepsBack = row.end90k > piece.end90k;
    if (keepsFront && keepsBack) {
      await updateCoverage(writer, row.number, row.start90k, piece.start90k);
      await insertCoverage(writer, { ...row, start90k: piece.end90k });
    } else if (keepsFront) {
      await updateCoverage(writer, row.number, row.start90k, piece.start90k);
    } else if (keepsBack) {
      await updateCoverage(writer, row.number, piece.end90k, row.end90k);
    } else {
      await deleteCoverage(writer, row.number);
    }
  }
}

function fits(start90k: number, end90k: number): boolean {
  return end90k - start90k <= LONGEST_COVERAGE_90K;
}
