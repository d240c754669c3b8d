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

/** Which cells count, by an area of any grid: the cell of the area under its middle decides. For each row a bit for each column. */
export function countingRows(area: DetectorArea | undefined): Int32Array {
  const counting = new Int32Array(ROWS).fill((1 << COLUMNS) - 1);
  if (area === undefined) return counting;
  counting.fill(0);
  for (let cell = 0; cell < CELLS; cell += 1) {
    const column = Math.floor((((cell % COLUMNS) + 0.5) / COLUMNS) * area.columns);
    const at = Math.floor(cell / COLUMNS);
    const row = Math.floor(((at + 0.5) / ROWS) * area.rows);
    if (area.cells[row * area.columns + column] === "1")
      counting[at] = (counting[at] as number) | (1 << (cell % COLUMNS));
  }
  return counting;
}

/** Cells that are still to be gone through, and the cells of one blob: used again for each picture. */
const WAITING = new Int32Array(ROWS);
const MEMBERS = new Int32Array(ROWS);

/**
 * Active cells that touch each other, also at corners; the largest first. Cells are given by a number for each row, with a bit for each
 * column. `moving`: cells in which something moves. `isNone` says of the cells of one that they are none; it gets them, and
 * how many they are. `bits`: the regions of each cell.
 */
export function blobsOf(
  active: Int32Array,
  moving: Int32Array,
  isNone: (members: Int32Array, count: number) => boolean = () => false,
  bits?: Int32Array,
): Blob[] {
  WAITING.set(active);
  const blobs: Blob[] = [];
  for (let top = 0; top < ROWS; top += 1) {
    while (WAITING[top] !== 0) {
      const bottom = takeBlob(top);
      let cells = 0;
      let moves = 0;
      let columns = 0;
      for (let row = top; row <= bottom; row += 1) {
        const members = MEMBERS[row] as number;
        cells += bitsIn(members);
        moves |= members & (moving[row] as number);
        columns |= members;
      }
      if (isNone(MEMBERS, cells)) continue;
      const left = 31 - Math.clz32(columns & -columns);
      const box = {
        x: left / COLUMNS,
        y: top / ROWS,
        width: (32 - Math.clz32(columns) - left) / COLUMNS,
        height: (bottom - top + 1) / ROWS,
      };
      blobs.push({ cells, moves: moves !== 0, regions: bits === undefined ? 0 : regionsIn(bits), box });
    }
  }
  return blobs.sort((one, other) => other.cells - one.cells);
}

/** Takes what hangs together with the leftmost cell that waits in the row, in which it begins; gives the row in which it ends. */
function takeBlob(top: number): number {
  MEMBERS.fill(0);
  const first = WAITING[top] as number;
  MEMBERS[top] = first & -first;
  let bottom = top;
  // Down and up again, until nothing is added: mostly once.
  for (let isGrowing = true; isGrowing; ) {
    isGrowing = false;
    for (let row = top; row < ROWS && row <= bottom + 1; row += 1) {
      if (!growRow(row, row === 0 ? 0 : (MEMBERS[row - 1] as number))) continue;
      isGrowing = true;
      if (row > bottom) bottom = row;
    }
    for (let row = bottom - 1; row >= top; row -= 1)
      if (growRow(row, MEMBERS[row + 1] as number)) isGrowing = true;
  }
  for (let row = top; row <= bottom; row += 1)
    WAITING[row] = (WAITING[row] as number) & ~(MEMBERS[row] as number);
  return bottom;
}

/** Adds to the blob what touches it in a row, and in the one beside it; false if that is nothing. */
function growRow(row: number, beside: number): boolean {
  const waiting = WAITING[row] as number;
  const before = MEMBERS[row] as number;
  let members = (before | beside | (beside << 1) | (beside >> 1)) & waiting;
  for (let grown = members; grown !== 0; ) {
    grown = ((members << 1) | (members >> 1)) & waiting & ~members;
    members |= grown;
  }
  MEMBERS[row] = members;
  return members !== before;
}

function regionsIn(bits: Int32Array): number {
  let regions = 0;
  for (let row = 0; row < ROWS; row += 1) {
    for (let left = MEMBERS[row] as number; left !== 0; left &= left - 1)
      regions |= bits[row * COLUMNS + 31 - Math.clz32(left & -left)] as number;
  }
  return regions;
}

/** How many of a number's 32 bits are set. */
function bitsIn(number: number): number {
  const pairs = number - ((number >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
