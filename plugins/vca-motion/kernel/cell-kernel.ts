// What the kernel says of cells: in which of them enough differs, and in which enough moves, a bit for each cell.
import { CELL_ROWS, COLUMN_WIDTHS, COLUMNS, ROW_TABLE, ROWS, SUMS, upper } from "./slot.ts";

/**
 * For each row of cells the bits of those in which a share of the pixels differs, and behind all of these the bits of those in which
 * a share moves. Gives how many there are in which it differs.
 */
export function judge(slot: usize, share: f64, movingShare: f64): i32 {
  const rows: usize = load<u32>(slot, ROWS);
  const columns: usize = load<u32>(slot, COLUMNS);
  const rowTable: usize = load<u32>(slot, ROW_TABLE);
  const widths: usize = load<u32>(slot, COLUMN_WIDTHS);
  const cellRows: usize = load<u32>(slot, CELL_ROWS);
  const marks: usize = load<u32>(slot, SUMS) + ((rows * columns) << 3);
  const movers: usize = marks + ((rows * columns) << 2);
  const shares = f64x2.splat(share);
  const movingShares = f64x2.splat(movingShare);
  let active: i32 = 0;
  for (let row: usize = 0; row < rows; row += 1) {
    const top = load<u32>(rowTable + (row << 2));
    const height = i32x4.splat(load<u32>(rowTable + (row << 2), 4) - top);
    const first = (row * columns) << 2;
    let differs: i32 = 0;
    let moves: i32 = 0;
    // Four cells at a time: behind the last column there are some of no pixels.
    for (let column: usize = 0; column < columns; column += 4) {
      const at = first + (column << 2);
      const pixels = i32x4.mul(v128.load(widths + (column << 2)), height);
      const some = i32x4.bitmask(i32x4.ne(pixels, i32x4.splat(0)));
      const low = f64x2.convert_low_i32x4_u(pixels);
      const high = f64x2.convert_low_i32x4_u(upper(pixels));
      differs |= (some & atLeast(v128.load(marks + at), low, high, shares)) << (<i32>column);
      moves |= (some & atLeast(v128.load(movers + at), low, high, movingShares)) << (<i32>column);
    }
    store<u32>(cellRows + (row << 2), differs);
    store<u32>(cellRows + ((rows + row) << 2), moves);
    active += popcnt(differs);
  }
  return active;
}

/** Bits of those of four counts that are a share of as many pixels, or more. */
function atLeast(counts: v128, low: v128, high: v128, shares: v128): i32 {
  const lowBits = i64x2.bitmask(f64x2.ge(f64x2.convert_low_i32x4_u(counts), f64x2.mul(low, shares)));
  const highBits = i64x2.bitmask(f64x2.ge(f64x2.convert_low_i32x4_u(upper(counts)), f64x2.mul(high, shares)));
  return lowBits | (highBits << 2);
}
