// The grid over the picture: which cell a pixel belongs to, what of a cell counts, and which active cells hang together.
import type { DetectorArea } from "@nightjar/core";

export const COLUMNS = 22;
export const ROWS = 18;
export const CELLS = COLUMNS * ROWS;

/** Something that moves: cells that touch each other. */
export interface Blob {
  readonly cells: number;
  /** Something in it is another than in the picture before: it is not only there. */
  readonly moves: boolean;
  /** Bits of the regions that any of its cells lies in. */
  readonly regions: number;
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
}

export interface Grid {
  /** First column of pixels of each column of cells, and the end of the last. */
  readonly lefts: readonly number[];
  readonly tops: readonly number[];
}

/** Cuts pictures of a size into cells as even as pixels allow; of tiny pictures some cells are empty. */
export function gridOf(width: number, height: number, columns = COLUMNS, rows = ROWS): Grid {
  const edges = (count: number, length: number): number[] =>
    Array.from({ length: count + 1 }, (_, index) => Math.round((index * length) / count));
  return { lefts: edges(columns, width), tops: edges(rows, height) };
}

/** Which cells count, by an area of any grid: the cell of the area under its middle decides. */
export function countingCells(area: DetectorArea | undefined): Uint8Array {
  const counting = new Uint8Array(CELLS).fill(1);
  if (area === undefined) return counting;
  for (let cell = 0; cell < CELLS; cell += 1) {
    const column = Math.floor((((cell % COLUMNS) + 0.5) / COLUMNS) * area.columns);
    const row = Math.floor(((Math.floor(cell / COLUMNS) + 0.5) / ROWS) * area.rows);
    counting[cell] = area.cells[row * area.columns + column] === "1" ? 1 : 0;
  }
  return counting;
}

/** Where each cell lies. */
const COLUMN_OF = Uint8Array.from({ length: CELLS }, (_, cell) => cell % COLUMNS);
const ROW_OF = Uint8Array.from({ length: CELLS }, (_, cell) => Math.floor(cell / COLUMNS));
/** Cells that are still to be gone through, and those that were: used again for each picture. */
const WAITING = new Uint16Array(CELLS);
const SEEN = new Uint8Array(CELLS);
/** The cells of one blob. */
const MEMBERS = new Uint16Array(CELLS);

/**
 * Active cells that touch each other, also at corners; the largest first. `moving`: cells in which something moves. `isNone`
 * says of the cells of one that they are none; it gets their numbers, the first `count` of a list. `bits`: the regions of each
 * cell.
 */
export function blobsOf(
  active: Uint8Array,
  moving: Uint8Array,
  isNone: (members: Uint16Array, count: number) => boolean = () => false,
  bits?: Int32Array,
): Blob[] {
  SEEN.fill(0);
  const blobs: Blob[] = [];
  for (let first = 0; first < CELLS; first += 1) {
    if (active[first] === 0 || SEEN[first] === 1) continue;
    WAITING[0] = first;
    SEEN[first] = 1;
    let waiting = 1;
    let left = COLUMNS;
    let right = -1;
    let top = ROWS;
    let bottom = -1;
    let cells = 0;
    let moves = false;
    let regions = 0;
    while (waiting > 0) {
      waiting -= 1;
      const cell = WAITING[waiting] as number;
      const column = COLUMN_OF[cell] as number;
      const row = ROW_OF[cell] as number;
      MEMBERS[cells] = cell;
      cells += 1;
      moves ||= moving[cell] === 1;
      if (bits !== undefined) regions |= bits[cell] as number;
      left = Math.min(left, column);
      right = Math.max(right, column);
      top = Math.min(top, row);
      bottom = Math.max(bottom, row);
      const lastY = Math.min(ROWS - 1, row + 1);
      const firstX = Math.max(0, column - 1);
      const lastX = Math.min(COLUMNS - 1, column + 1);
      for (let y = Math.max(0, row - 1); y <= lastY; y += 1) {
        for (let x = firstX; x <= lastX; x += 1) {
          const next = y * COLUMNS + x;
          if (active[next] === 0 || SEEN[next] === 1) continue;
          SEEN[next] = 1;
          WAITING[waiting] = next;
          waiting += 1;
        }
      }
    }
    if (isNone(MEMBERS, cells)) continue;
    const box = {
      x: left / COLUMNS,
      y: top / ROWS,
      width: (right - left + 1) / COLUMNS,
      height: (bottom - top + 1) / ROWS,
    };
    blobs.push({ cells, moves, regions, box });
  }
  return blobs.sort((one, other) => other.cells - one.cells);
}
