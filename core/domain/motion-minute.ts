// A minute of motion at one camera as bytes: which cells of a grid moved in which second. Pure. The format (no length is more
// than its first byte and the grid allow; cells count row by row, bit n of a set is bit n & 7 of byte n >> 3):
//
//    0  u8    1: the format
//    1  u8    columns, 1 to 64
//    2  u8    rows, 1 to 64
//    3  8 B   set of the seconds in which something moved
//   11  C B   set of the cells that moved in any of them, C = ceil(columns × rows / 8)
//   11+C      for each of these seconds: u8 n, then n < 255: n bytes of runs (varint gap, varint length, …);
//             255: the set itself, C bytes, where runs would not be shorter

const FORMAT = 1;
const HEAD_BYTES = 11;
export const SECONDS = 60;
const MOST_SIDE = 64;
const WHOLE_SET = 255;

/** A grid over all of a picture. */
export interface Grid {
  readonly columns: number;
  readonly rows: number;
}

/** A minute as it is collected: its memory is taken once, and used again for the next. */
export class MotionMinute {
  readonly columns: number;
  readonly rows: number;
  readonly #setBytes: number;
  readonly #sets: Uint8Array;
  #moved = 0;

  constructor({ columns, rows }: Grid) {
    this.columns = columns;
    this.rows = rows;
    this.#setBytes = setBytesOf({ columns, rows });
    this.#sets = new Uint8Array(SECONDS * this.#setBytes);
  }

  /** True while nothing moved. */
  get isEmpty(): boolean {
    return this.#moved === 0;
  }

  /** Adds cells that moved in a second, as detectors tell them: `1` for each that did. */
  add(second: number, cells: string): void {
    const base = second * this.#setBytes;
    for (let cell = cells.indexOf("1"); cell !== -1; cell = cells.indexOf("1", cell + 1)) {
      (this.#sets[base + (cell >> 3)] as number) |= 1 << (cell & 7);
      this.#moved += 1;
    }
  }

  /** Adds what was written before, of the same grid; false if it is of another. */
  addBytes(bytes: Uint8Array): boolean {
    const read = readMinute(bytes);
    if (read === undefined || read.columns !== this.columns || read.rows !== this.rows) return false;
    read.each((second, set) => {
      const base = second * this.#setBytes;
      for (let at = 0; at < this.#setBytes; at += 1) (this.#sets[base + at] as number) |= set[at] as number;
      this.#moved += 1;
    });
    return true;
  }

  clear(): void {
    this.#sets.fill(0);
    this.#moved = 0;
  }

  /** As it is kept. */
  bytes(): Uint8Array {
    const size = this.#setBytes;
    const target = new Uint8Array(HEAD_BYTES + size + SECONDS * (1 + size));
    target.set([FORMAT, this.columns, this.rows]);
    let at = HEAD_BYTES + size;
    for (let second = 0; second < SECONDS; second += 1) {
      const set = this.#sets.subarray(second * size, (second + 1) * size);
      if (set.every((byte) => byte === 0)) continue;
      (target[3 + (second >> 3)] as number) |= 1 << (second & 7);
      for (let byte = 0; byte < size; byte += 1) (target[HEAD_BYTES + byte] as number) |= set[byte] as number;
      const length = writeRuns(set, this.columns * this.rows, target, at + 1, size - 1);
      target[at] = length ?? WHOLE_SET;
      if (length === undefined) target.set(set, at + 1);
      at += 1 + (length ?? size);
    }
    return target.slice(0, at);
  }
}

/** A minute that was kept. */
export interface ReadMinute extends Grid {
  /** The cells that moved in any of its seconds. */
  readonly any: Uint8Array;
  /** Calls with each second in which something moved and its cells, in order; the set is used again for the next. */
  each(take: (second: number, set: Uint8Array) => void): void;
}

/** Reads a minute; undefined if these bytes are none. What is cut short has the seconds before the cut. */
export function readMinute(bytes: Uint8Array): ReadMinute | undefined {
  const [format, columns = 0, rows = 0] = bytes;
  if (format !== FORMAT || columns < 1 || columns > MOST_SIDE || rows < 1 || rows > MOST_SIDE)
    return undefined;
  const size = setBytesOf({ columns, rows });
  if (bytes.length < HEAD_BYTES + size) return undefined;
  return {
    columns,
    rows,
    any: bytes.subarray(HEAD_BYTES, HEAD_BYTES + size),
    each(take) {
      const set = new Uint8Array(size);
      let at = HEAD_BYTES + size;
      for (let second = 0; second < SECONDS; second += 1) {
        if (((bytes[3 + (second >> 3)] as number) & (1 << (second & 7))) === 0) continue;
        const length = bytes[at];
        const end = at + 1 + (length === WHOLE_SET ? size : (length ?? 0));
        if (length === undefined || end > bytes.length) return;
        const coded = bytes.subarray(at + 1, end);
        if (length === WHOLE_SET) set.set(coded);
        else if (!readRuns(coded, columns * rows, set)) return;
        take(second, set);
        at = end;
      }
    },
  };
}

/** Cells of any grid as a set in another: the cell under the middle of each decides. */
export function setOf(area: Grid & { readonly cells: string }, grid: Grid): Uint8Array {
  const set = new Uint8Array(setBytesOf(grid));
  for (let cell = 0; cell < grid.columns * grid.rows; cell += 1) {
    const column = Math.floor((((cell % grid.columns) + 0.5) / grid.columns) * area.columns);
    const row = Math.floor(((Math.floor(cell / grid.columns) + 0.5) / grid.rows) * area.rows);
    if (area.cells[row * area.columns + column] === "1") (set[cell >> 3] as number) |= 1 << (cell & 7);
  }
  return set;
}

/** How many cells two sets of a grid share. */
export function sharedCells(one: Uint8Array, other: Uint8Array): number {
  let count = 0;
  for (let byte = 0; byte < one.length; byte += 1) {
    for (let bits = (one[byte] as number) & (other[byte] ?? 0); bits > 0; bits &= bits - 1) count += 1;
  }
  return count;
}

function setBytesOf({ columns, rows }: Grid): number {
  return Math.ceil((columns * rows) / 8);
}

/** Gives the bytes that were written; undefined if they are more than `most`. */
function writeRuns(
  set: Uint8Array,
  cells: number,
  target: Uint8Array,
  begin: number,
  most: number,
): number | undefined {
  const isSet = (cell: number): boolean =>
    cell < cells && ((set[cell >> 3] as number) & (1 << (cell & 7))) !== 0;
  const end = begin + Math.min(most, WHOLE_SET - 1);
  let at = begin;
  const put = (value: number): boolean => {
    for (let rest = value; ; rest >>= 7) {
      if (at >= end) return false;
      target[at] = rest > 127 ? (rest & 127) | 128 : rest;
      at += 1;
      if (rest <= 127) return true;
    }
  };
  let before = 0;
  for (let cell = 0; cell < cells; ) {
    if (!isSet(cell)) {
      cell += 1;
      continue;
    }
    const first = cell;
    while (isSet(cell)) cell += 1;
    if (!put(first - before) || !put(cell - first)) {
      target.fill(0, begin, at);
      return undefined;
    }
    before = cell;
  }
  return at - begin;
}

/** False where runs leave the grid. */
function readRuns(coded: Uint8Array, cells: number, set: Uint8Array): boolean {
  set.fill(0);
  let at = 0;
  const next = (): number => {
    let value = 0;
    for (let shift = 0; shift <= 7; shift += 7) {
      const byte = coded[at] ?? 0;
      at += 1;
      value |= (byte & 127) << shift;
      if (byte <= 127) return value;
    }
    return cells + 1;
  };
  for (let cell = 0; at < coded.length; ) {
    const first = cell + next();
    const end = first + next();
    if (end > cells) return false;
    for (cell = first; cell < end; cell += 1) (set[cell >> 3] as number) |= 1 << (cell & 7);
  }
  return true;
}
