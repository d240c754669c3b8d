// Cells as bits of rows: what hangs together is found as whoever goes from cell to cell finds it, over grids at random.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Activity } from "../src/activity.ts";
import { blobsOf, CELLS, COLUMNS, countingRows, ROWS } from "../src/grid.ts";

/** Rows of which each cell is set by chance: so many of a hundred, the same each time. */
function gridOf(percent: number, seed: number): Int32Array {
  let state = seed * 7_919 + 1;
  const rows = new Int32Array(ROWS);
  for (let cell = 0; cell < CELLS; cell += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    if ((state >>> 0) % 100 < percent) set(rows, cell);
  }
  return rows;
}

function set(rows: Int32Array, cell: number): void {
  const row = Math.floor(cell / COLUMNS);
  rows[row] = (rows[row] as number) | (1 << (cell % COLUMNS));
}

function cellsOf(rows: Int32Array): number[] {
  return Array.from({ length: CELLS }, (_, cell) => cell).filter(
    (cell) => (((rows[Math.floor(cell / COLUMNS)] as number) >> (cell % COLUMNS)) & 1) === 1,
  );
}

/** Cell by cell, from each to those beside it. */
function foundOneByOne(active: Int32Array): number[][] {
  const left = new Set(cellsOf(active));
  const blobs: number[][] = [];
  for (const first of left) {
    left.delete(first);
    const members = [first];
    for (const cell of members) {
      for (const other of left) {
        const columns = Math.abs((cell % COLUMNS) - (other % COLUMNS));
        const rows = Math.abs(Math.floor(cell / COLUMNS) - Math.floor(other / COLUMNS));
        if (columns > 1 || rows > 1) continue;
        left.delete(other);
        members.push(other);
      }
    }
    blobs.push(members.sort((one, other) => one - other));
  }
  return blobs;
}

describe("active cells", () => {
  for (const percent of [0, 3, 15, 30, 45, 60, 90, 100]) {
    it(`that touch each other are one: ${percent} of a hundred active`, () => {
      for (let seed = 1; seed <= 20; seed += 1) {
        const active = gridOf(percent, seed);
        const moving = gridOf(10, seed + 1_000);
        const bits = Int32Array.from({ length: CELLS }, (_, cell) => 1 << (cell % 31));
        const given: number[][] = [];
        const blobs = blobsOf(
          active,
          moving,
          (members, count) => {
            const cells = cellsOf(members);
            assert.equal(cells.length, count);
            given.push(cells);
            return count === 2;
          },
          bits,
        );
        const expected = foundOneByOne(active);
        assert.deepEqual(given, expected);
        const movingCells = new Set(cellsOf(moving));
        const kept = expected
          .filter(({ length }) => length !== 2)
          .sort((one, other) => other.length - one.length);
        assert.deepEqual(
          blobs,
          kept.map((cells) => {
            const [columns, rows] = [
              cells.map((cell) => cell % COLUMNS),
              cells.map((cell) => Math.floor(cell / COLUMNS)),
            ];
            const [left, top] = [Math.min(...columns), Math.min(...rows)];
            const box = {
              x: left / COLUMNS,
              y: top / ROWS,
              width: (Math.max(...columns) - left + 1) / COLUMNS,
              height: (Math.max(...rows) - top + 1) / ROWS,
            };
            const regions = cells.reduce((all, cell) => all | (bits[cell] as number), 0);
            return { cells: cells.length, moves: cells.some((cell) => movingCells.has(cell)), regions, box };
          }),
        );
      }
    });
  }

  it("are told as text, cell by cell", () => {
    const [one, other] = [gridOf(10, 1), gridOf(10, 2)];
    const activity = new Activity();
    assert.equal(activity.take(one, 1_000), undefined);
    assert.equal(activity.take(other, 1_200), undefined);
    const cells = new Set([...cellsOf(one), ...cellsOf(other)]);
    const text = Array.from({ length: CELLS }, (_, cell) => (cells.has(cell) ? "1" : "0")).join("");
    assert.deepEqual(activity.take(undefined, 1_500), {
      ...{ kind: "activity", timeMs: 1_000, columns: COLUMNS, rows: ROWS, cells: text },
    });
    assert.equal(activity.take(undefined, 2_500), undefined);
  });

  it("count where the area under their middle does", () => {
    assert.deepEqual(cellsOf(countingRows(undefined)).length, CELLS);
    const cells = cellsOf(countingRows({ columns: 2, rows: 1, cells: "01" }));
    assert.equal(cells.length, CELLS / 2);
    assert.ok(cells.every((cell) => cell % COLUMNS >= COLUMNS / 2));
  });
});
