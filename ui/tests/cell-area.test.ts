// The grid that areas are drawn in: read from any other, drawn without holes, stepped over without leaving it.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  areaOf,
  CELLS,
  COLUMNS,
  cellAt,
  cellBeside,
  cellsBetween,
  cellsOf,
  percentOf,
  ROWS,
  sideOf,
} from "../src/parts/cell-area.ts";

describe("an area of a picture", () => {
  it("is read from any grid and written in its own", () => {
    assert.ok(cellsOf(undefined).every(Boolean));
    const left = cellsOf({ columns: 2, rows: 1, cells: "10" });
    assert.equal(left.filter(Boolean).length, CELLS / 2);
    assert.deepEqual(cellsOf(areaOf(left)), left);
  });

  it("knows the cell under a pointer, also beside the picture", () => {
    assert.deepEqual(
      [cellAt(0, 0), cellAt(0.999, 0.999), cellAt(-1, 2)],
      [0, CELLS - 1, (ROWS - 1) * COLUMNS],
    );
    assert.equal(cellAt(1.5, 0), COLUMNS - 1);
  });

  it("is drawn without holes however quick the stroke is", () => {
    for (const [from, to] of [
      [0, CELLS - 1],
      [CELLS - 1, 0],
      [5, 5],
      [21, 17 * COLUMNS],
    ] as const) {
      const way = cellsBetween(from, to);
      assert.equal(way[0], from);
      assert.equal(way.at(-1), to);
      way.slice(1).forEach((cell, index) => {
        const before = way[index] ?? 0;
        const across = Math.abs((cell % COLUMNS) - (before % COLUMNS));
        const down = Math.abs(Math.floor(cell / COLUMNS) - Math.floor(before / COLUMNS));
        assert.ok(across <= 1 && down <= 1, `${before} to ${cell}`);
      });
    }
  });

  it("is stepped over with the arrows, up to its edges", () => {
    assert.equal(cellBeside(0, [1, 1]), COLUMNS + 1);
    assert.equal(cellBeside(0, [-1, -1]), 0);
    assert.equal(cellBeside(CELLS - 1, [1, 1]), CELLS - 1);
  });

  it("has sizes as rectangles of the picture's shape", () => {
    assert.equal(sideOf(25), 0.5);
    assert.equal(percentOf(0.5), 25);
    for (const percent of [0, 0.05, 0.5, 4.2, 40, 100]) assert.equal(percentOf(sideOf(percent)), percent);
    assert.equal(percentOf(7), 100);
  });
});
