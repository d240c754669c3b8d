// Regions that the owner has drawn, as bits of the cells that lie in them. Pure.
import type { DetectorPoint, DetectorRule } from "@nightjar/core";
import { CELLS, COLUMNS, ROWS } from "./grid.ts";

/** As many as a cell has bits for; settings hold no more. */
const MOST = 32;

export interface Region {
  readonly id: string;
  /** What people call it. */
  readonly name: string;
  /** Its bit in those of a cell. */
  readonly bit: number;
}

export interface Regions {
  readonly all: readonly Region[];
  /** For each cell, the bits of the regions that it lies in; undefined where there are none. */
  readonly bits: Int32Array | undefined;
}

/** The regions among the rules; lines are none of this detector's. */
export function regionsOf(rules: readonly DetectorRule[]): Regions {
  const drawn = rules.filter(({ kind, points }) => kind === "region" && points.length >= 3).slice(0, MOST);
  if (drawn.length === 0) return { all: [], bits: undefined };
  const bits = new Int32Array(CELLS);
  const all = drawn.map(({ id, name = id, points }, index) => {
    const bit = 1 << index;
    for (const cell of cellsIn(points)) bits[cell] = (bits[cell] as number) | bit;
    return { id, name, bit };
  });
  return { all, bits };
}

/** The cells whose middle lies in the polygon; of one that is smaller than a cell, the cell of its middle. */
function cellsIn(points: readonly DetectorPoint[]): number[] {
  const cells: number[] = [];
  for (let cell = 0; cell < CELLS; cell += 1) {
    const x = ((cell % COLUMNS) + 0.5) / COLUMNS;
    const y = (Math.floor(cell / COLUMNS) + 0.5) / ROWS;
    if (isInside(points, x, y)) cells.push(cell);
  }
  if (cells.length > 0) return cells;
  const mean = (axis: 0 | 1): number => points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  const at = (value: number, count: number): number => Math.min(count - 1, Math.floor(value * count));
  return [at(mean(1), ROWS) * COLUMNS + at(mean(0), COLUMNS)];
}

/** By the edges that a ray to the right crosses. */
function isInside(points: readonly DetectorPoint[], x: number, y: number): boolean {
  let inside = false;
  let before = points.at(-1) as DetectorPoint;
  for (const point of points) {
    const [x1, y1] = before;
    const [x2, y2] = point;
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside;
    before = point;
  }
  return inside;
}
