// Where what the pixel kernels work on lies in memory: for each camera one slot with a head, tables, planes and pictures. The
// picture is cut into strips of up to sixteen columns that lie within one column of cells, so that no step of sixteen
// pixels belongs to two cells; the blocks lie in the order in which strips are gone through:
//
//   rows of cells > strips > rows of pixels > sixteen columns, of which the strip's mask says how many count
//
// What is known of sixteen pixels lies in two blocks: one that is read for each picture, one only when they learn.
//
//   hot   0  u8 x 16   background, in levels          cold   0  u8 x 16   seven fractional bits of it, times two
//        16  u8 x 16   three times the usual                16  u8 x 16   eight fractional bits of it
//                      distance from it, in levels          32  u8 x 16   turns for which it differed and stood still
//
// Offsets are from the slot's begin. `kernel/slot.ts` says where the kernel finds what in the head.
import { type Grid, gridOf } from "./grid.ts";
import { MOST_DISTANCE, type PixelParameters, WHOLE_WEIGHT } from "./pixel-kernel.ts";

export const LANES = 16;
export const HOT_BYTES = 32;
export const COLD_BYTES = 48;
/** Where in its block something begins, in bytes. */
export const NOISE_AT = 16;
export const DEVIATIONS_AT = 16;
export const STILLNESS_AT = 32;
/** Larger pictures would overflow the counters of a cell. */
export const MOST_WIDTH = 4_096;
export const MOST_HEIGHT = 2_304;
/** Cells whose differing pixels are summed up: eight 64-bit floats for the sums, and behind them which cells, 32 bits for each row. */
export const CHOSEN_AT = 64;
/** Which sum is what, of the pixels that differ: how many, of what light, its products with itself and with the background's, how many are brighter than that, and how many stand beside each other. */
export const DIFFERING = {
  pixels: 0,
  seen: 1,
  seenSeen: 2,
  seenKnown: 3,
  knownKnown: 4,
  brighter: 5,
  thick: 6,
};
/** What a change of light adds up to over the cells: how well it explains them, at most 1; of those that it explains roughly, how many, and least squares. */
export const FIT = { fit: 0, count: 1, sx: 2, sy: 3, sxx: 4, sxy: 5 };
export const FIT_NUMBERS = 6;
/** The head: 32-bit words, and behind them bytes that each look is done by. */
const HEAD_WORDS = 20;
const PARAMETERS_AT = 64;

export interface KernelLayout {
  readonly width: number;
  readonly height: number;
  readonly columns: number;
  readonly rows: number;
  /** First column of pixels of each strip, and the column of cells that it lies in. */
  readonly stripLefts: readonly number[];
  readonly stripColumns: readonly number[];
  /** Columns of each strip that count, from its left. */
  readonly stripWidths: readonly number[];
  /** First row of pixels of each row of cells, and the end of the last. */
  readonly tops: readonly number[];
  /** Pixels of each cell. */
  readonly pixels: Uint32Array;
  /** Columns of pixels of each column of cells. */
  readonly columnWidths: readonly number[];
  readonly offsets: {
    readonly strips: number;
    readonly masks: number;
    readonly tops: number;
    readonly hot: number;
    readonly cold: number;
    /** Four numbers for each cell, one kind after the other: light seen, light known, pixels that differ, that move. */
    readonly sums: number;
    /** Means of light of each cell, seen and then known, and behind them what a change of light adds up to. */
    readonly means: number;
    /** For each column of cells its first strip, and the end of the last. */
    readonly firstStrips: number;
    /** Columns of pixels of each column of cells, and behind them zeros up to a whole step. */
    readonly columnWidths: number;
    /** For each row of cells the bits of those in which enough differs, and behind them of those in which enough moves. */
    readonly cellRows: number;
    /** Sums of what differs in some cells, and which cells. */
    readonly differing: number;
    /** The newest picture and the one before take turns. */
    readonly pictures: readonly [number, number];
  };
  /** Steps of sixteen pixels. */
  readonly steps: number;
  readonly sizeBytes: number;
}

/**
 * Lays out the memory for pictures of a size; `columns` and `rows` are those of the grid, the columns an even number of at most 31.
 * Throws beyond the largest size.
 */
export function kernelLayout(width: number, height: number, columns: number, rows: number): KernelLayout {
  if (!(width >= 1 && height >= 1 && width <= MOST_WIDTH && height <= MOST_HEIGHT))
    throw new RangeError(`pictures of ${width} × ${height} cannot be looked at`);
  const { lefts, tops } = gridOf(width, height, columns, rows);
  const [stripLefts, stripColumns, stripWidths]: [number[], number[], number[]] = [[], [], []];
  for (let column = 0; column < columns; column += 1) {
    const end = lefts[column + 1] as number;
    for (let left = lefts[column] as number; left < end; left += LANES) {
      stripLefts.push(left);
      stripColumns.push(column);
      stripWidths.push(Math.min(LANES, end - left));
    }
  }
  const steps = stripLefts.length * height;
  let sizeBytes = 4 * HEAD_WORDS;
  const place = (bytes: number): number => {
    const at = sizeBytes;
    sizeBytes += Math.ceil(bytes / LANES) * LANES;
    return at;
  };
  // The last strip of the last row reads over the picture's end.
  const picture = width * height + LANES;
  const offsets = {
    strips: place(8 * stripLefts.length),
    masks: place(LANES * stripLefts.length),
    tops: place(4 * (rows + 1)),
    hot: place(HOT_BYTES * steps),
    cold: place(COLD_BYTES * steps),
    sums: place(16 * columns * rows),
    means: place(8 * columns * rows + 8 * FIT_NUMBERS),
    firstStrips: place(4 * (columns + 1)),
    columnWidths: place(4 * columns),
    cellRows: place(8 * rows),
    differing: place(CHOSEN_AT + 4 * rows),
    pictures: [place(picture), place(picture)] as const,
  };
  const pixels = pixelsOf({ lefts, tops }, columns, rows);
  const columnWidths = lefts.slice(1).map((end, column) => end - (lefts[column] as number));
  return {
    ...{ width, height, columns, rows, stripLefts, stripColumns, stripWidths, tops, pixels, columnWidths },
    ...{ offsets, steps, sizeBytes: Math.ceil(sizeBytes / 64) * 64 },
  };
}

/** Writes head and tables of a slot that begins at `base`, and nothing into the rest. */
export function writeHead(buffer: ArrayBuffer, base: number, layout: KernelLayout): void {
  const { width, rows, columns, stripLefts, stripColumns, stripWidths, tops, offsets } = layout;
  const { strips, masks, hot, cold, sums, means, firstStrips, columnWidths, cellRows, differing } = offsets;
  const places = [strips, masks, offsets.tops, hot, cold, sums, firstStrips, differing, columnWidths];
  new Uint32Array(buffer, base, HEAD_WORDS).set([
    ...[width, stripLefts.length, rows, columns],
    ...[...places, cellRows, means].map((offset) => base + offset),
  ]);
  const table = new Uint32Array(buffer, base + strips, 2 * stripLefts.length);
  const lanes = new Uint8Array(buffer, base + masks, LANES * stripLefts.length).fill(0);
  for (const [strip, left] of stripLefts.entries()) {
    table.set([left, stripColumns[strip] as number], 2 * strip);
    lanes.fill(255, LANES * strip, LANES * strip + (stripWidths[strip] as number));
  }
  new Uint32Array(buffer, base + offsets.tops, rows + 1).set(tops);
  const firsts = Array.from({ length: columns + 1 }, (_, column) => firstStripOf(stripColumns, column));
  new Uint32Array(buffer, base + firstStrips, columns + 1).set(firsts);
  const lanesOfWidths = Math.ceil(columns / 4) * 4;
  new Uint32Array(buffer, base + columnWidths, lanesOfWidths).fill(0).set(layout.columnWidths);
}

/** The first strip that lies in a column of cells or behind it: of tiny pictures some columns have none. */
function firstStripOf(stripColumns: readonly number[], column: number): number {
  const first = stripColumns.findIndex((each) => each >= column);
  return first < 0 ? stripColumns.length : first;
}

/** Writes what a look is done by into the head of the slot at `base`. */
export function writeParameters(bytes: Uint8Array, base: number, parameters: PixelParameters): void {
  const { threshold, stillLevels, absorbAfter, turns, turn } = parameters;
  const { learnWeight, faintWeight, noiseWeight, slowNoiseWeight } = parameters;
  const at = base + PARAMETERS_AT;
  bytes[at] = threshold;
  bytes[at + 1] = stillLevels;
  bytes[at + 2] = absorbAfter;
  bytes[at + 3] = faintWeight;
  bytes[at + 4] = learnWeight - faintWeight;
  bytes[at + 5] = slowNoiseWeight;
  bytes[at + 6] = noiseWeight - slowNoiseWeight;
  bytes[at + 7] = turns;
  bytes[at + 8] = turn;
  bytes[at + 9] = WHOLE_WEIGHT;
  bytes[at + 10] = MOST_DISTANCE;
  bytes[at + 11] = 128;
}

function pixelsOf({ lefts, tops }: Grid, columns: number, rows: number): Uint32Array {
  return Uint32Array.from({ length: columns * rows }, (_, cell) => {
    const [column, row] = [cell % columns, Math.floor(cell / columns)];
    const width = (lefts[column + 1] as number) - (lefts[column] as number);
    return width * ((tops[row + 1] as number) - (tops[row] as number));
  });
}
