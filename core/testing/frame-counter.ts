// The frame number that is burnt into the demo camera's picture, for machines to read. Runs in browsers: no Node imports.
//
// A row of 32 cells at the bottom left. With a picture of W × H, each cell is W/80 wide and H/45 high (16 × 16 in
// 1280 × 720, 8 × 8 in 640 × 360); the row begins one cell from the left edge and ends one half cell above the
// lower edge, on black. White is 1, black is 0:
//
//   cell    0   4                        28   30   32
//           | 1010 | number, 24 bits, MSB | parity | 01 |
//
// Parity: cell 28 is the exclusive or of the number's bits 0, 2, 4 …, cell 29 that of bits 1, 3, 5 …

export const COUNTER_CELLS = 32;
/** Cells across and down a whole picture: the unit of the layout. */
export const COUNTER_GRID = { columns: 80, rows: 45 } as const;
export const COUNTER_LEFT_CELLS = 1;
export const COUNTER_BOTTOM_CELLS = 0.5;

const START = [true, false, true, false];
const END = [false, true];
const NUMBER_BITS = 24;
/** Difference of white and black below which there is no counter; 8-bit luminance. */
const LEAST_CONTRAST = 70;

/** The cells of a frame number from left to right; true is white. Numbers wrap at 2^24. */
export function frameCounterCells(frameNumber: number): readonly boolean[] {
  const cells = [...START];
  const parity = [false, false];
  for (let bit = NUMBER_BITS - 1; bit >= 0; bit -= 1) {
    const set = ((frameNumber >>> bit) & 1) === 1;
    cells.push(set);
    if (set) parity[bit % 2] = !parity[bit % 2];
  }
  return [...cells, ...parity, ...END];
}

/** The first row of pixels that matters in a picture so high. */
export function counterTop(height: number): number {
  return Math.max(0, Math.floor(height - (COUNTER_BOTTOM_CELLS + 1) * (height / COUNTER_GRID.rows)));
}

/**
 * Reads the frame number from RGBA pixels (as a canvas gives them) of any size down to about 200 × 112. Undefined if
 * there is no counter, or it is damaged. `firstRow`: of the picture's rows, the pixels are those from this one on.
 */
export function readFrameCounter(
  rgba: Uint8Array | Uint8ClampedArray,
  width: number,
  height: number,
  firstRow = 0,
): number | undefined {
  const isWhole = rgba.length >= width * (height - firstRow) * 4 && firstRow <= counterTop(height);
  if (!isWhole || width < COUNTER_GRID.columns || height < COUNTER_GRID.rows) return undefined;
  const levels: number[] = [];
  for (let cell = 0; cell < COUNTER_CELLS; cell += 1)
    levels.push(cellLevel(rgba, width, height, firstRow, cell));
  const level = (cell: number): number => levels[cell] ?? 0;
  const white = (level(0) + level(2) + level(31)) / 3;
  const black = (level(1) + level(3) + level(30)) / 3;
  if (white - black < LEAST_CONTRAST) return undefined;
  const limit = (white + black) / 2;
  let frameNumber = 0;
  for (let bit = 0; bit < NUMBER_BITS; bit += 1)
    frameNumber = frameNumber * 2 + (level(START.length + bit) > limit ? 1 : 0);
  const expected = frameCounterCells(frameNumber);
  return expected.every((set, cell) => level(cell) > limit === set) ? frameNumber : undefined;
}

/** Mean luminance of the middle of a cell. */
function cellLevel(
  rgba: Uint8Array | Uint8ClampedArray,
  width: number,
  height: number,
  firstRow: number,
  cell: number,
): number {
  const cellWidth = width / COUNTER_GRID.columns;
  const cellHeight = height / COUNTER_GRID.rows;
  const middleX = (COUNTER_LEFT_CELLS + cell + 0.5) * cellWidth;
  const middleY = height - (COUNTER_BOTTOM_CELLS + 0.5) * cellHeight;
  const fromX = Math.round(middleX - cellWidth * 0.25);
  const toX = Math.max(fromX + 1, Math.round(middleX + cellWidth * 0.25));
  const fromY = Math.round(middleY - cellHeight * 0.25);
  const toY = Math.max(fromY + 1, Math.round(middleY + cellHeight * 0.25));
  let sum = 0;
  for (let y = fromY; y < toY; y += 1) {
    for (let x = fromX; x < toX; x += 1) {
      const at = ((y - firstRow) * width + x) * 4;
      sum += (rgba[at] ?? 0) * 0.299 + (rgba[at + 1] ?? 0) * 0.587 + (rgba[at + 2] ?? 0) * 0.114;
    }
  }
  return sum / ((toX - fromX) * (toY - fromY));
}
