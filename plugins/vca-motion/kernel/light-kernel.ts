// What the kernel adds up of light, cell by cell.
import {
  addSums,
  COLUMN_WIDTHS,
  COLUMNS,
  HOT,
  HOT_BYTES,
  MEANS,
  ROW_TABLE,
  ROWS,
  STRIP_MASKS,
  STRIP_TABLE,
  STRIPS,
  SUMS,
  WIDTH,
} from "./slot.ts";

/** A mean of light nearer than this to that of the background is explained; roughly, below this. */
const NEAR: f64 = 8;
const ROUGH: f64 = 16;

/**
 * Sums of the picture and of the background in each cell, of every `step`th row, and their means. Gives the sum of the picture's
 * means, those of cells with even numbers and those with odd ones added up apart; there is an even number of columns.
 */
export function sumLight(slot: usize, luma: usize, step: usize): f64 {
  const width: usize = load<u32>(slot, WIDTH);
  const strips: usize = load<u32>(slot, STRIPS);
  const rows: usize = load<u32>(slot, ROWS);
  const columns: usize = load<u32>(slot, COLUMNS);
  const stripTable: usize = load<u32>(slot, STRIP_TABLE);
  const masks: usize = load<u32>(slot, STRIP_MASKS);
  const rowTable: usize = load<u32>(slot, ROW_TABLE);
  const seenSums: usize = load<u32>(slot, SUMS);
  const knownSums: usize = seenSums + ((rows * columns) << 2);
  const widths: usize = load<u32>(slot, COLUMN_WIDTHS);
  let means: usize = load<u32>(slot, MEANS);
  const knownMeans = (rows * columns) << 2;
  let total = f64x2.splat(0);
  memory.fill(seenSums, 0, (rows * columns) << 3);
  let hot: usize = load<u32>(slot, HOT);
  for (let row: usize = 0; row < rows; row += 1) {
    const top: usize = load<u32>(rowTable + (row << 2));
    const bottom: usize = load<u32>(rowTable + (row << 2), 4);
    for (let strip: usize = 0; strip < strips; strip += 1) {
      const mask = v128.load(masks + (strip << 4));
      let from = luma + top * width + load<u32>(stripTable + (strip << 3));
      const cell = (row * columns + load<u32>(stripTable + (strip << 3), 4)) << 2;
      let levels = hot;
      let seen = i16x8.splat(0);
      let known = i16x8.splat(0);
      for (let y = top; y < bottom; y += step) {
        seen = i16x8.add(seen, i16x8.extadd_pairwise_i8x16_u(v128.and(v128.load(from), mask)));
        known = i16x8.add(known, i16x8.extadd_pairwise_i8x16_u(v128.and(v128.load(levels), mask)));
        from += width * step;
        levels += HOT_BYTES * step;
      }
      addSums(seen, known, seenSums + cell, knownSums + cell);
      hot += (bottom - top) * HOT_BYTES;
    }
    const looked = f64x2.splat(<f64>((bottom - top + step - 1) / step));
    for (let column: usize = 0; column < columns; column += 2) {
      const cell = (row * columns + column) << 2;
      const width = f64x2.convert_low_i32x4_u(v128.load64_zero(widths + (column << 2)));
      const pixels = f64x2.max(f64x2.mul(width, looked), f64x2.splat(1));
      const seen = f64x2.div(f64x2.convert_low_i32x4_u(v128.load64_zero(seenSums + cell)), pixels);
      const known = f64x2.div(f64x2.convert_low_i32x4_u(v128.load64_zero(knownSums + cell)), pixels);
      v128.store64_lane(means, f32x4.demote_f64x2_zero(seen), 0);
      v128.store64_lane(means + knownMeans, f32x4.demote_f64x2_zero(known), 0);
      total = f64x2.add(total, seen);
      means += 8;
    }
  }
  return both(total);
}

/**
 * The ratio of known to seen light, in 256ths and at most `most`, that as many cells are above as below: the least that more than
 * half of them are at, rounded. Nothing is rounded before it is compared.
 */
export function medianRatio(means: usize, count: usize, most: i32): i32 {
  const knownMeans = count << 2;
  const end = means + knownMeans;
  const one = f64x2.splat(1);
  const steps = f64x2.splat(256);
  let low: i32 = 0;
  let high = most;
  while (low < high) {
    const middle = (low + high) >> 1;
    const edge = f64x2.splat(<f64>middle + 0.5);
    let at = means;
    let below = i64x2.splat(0);
    while (at < end) {
      const x = f64x2.add(f64x2.promote_low_f32x4(v128.load64_zero(at)), one);
      const y = f64x2.add(f64x2.promote_low_f32x4(v128.load64_zero(at + knownMeans)), one);
      below = i64x2.sub(below, f64x2.lt(f64x2.mul(y, steps), f64x2.mul(x, edge)));
      at += 8;
    }
    const all = <usize>(i64x2.extract_lane(below, 0) + i64x2.extract_lane(below, 1));
    if (all << 1 > count) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * Sums over the cells for a change of light: `count` means of the picture lie at `means`, as many of the background behind them, and
 * behind those six numbers are written. Two cells at a time, those with even numbers and those with odd ones added up apart.
 */
export function fitLight(means: usize, count: usize, gain: f64, offset: f64): void {
  const gains = f64x2.splat(gain);
  const shifts = f64x2.splat(offset);
  const nearest = f64x2.splat(NEAR);
  const roughest = f64x2.splat(ROUGH);
  const end = means + (count << 2);
  const knownMeans = count << 2;
  let near = i64x2.splat(0);
  let off = f64x2.splat(0);
  let cells = i64x2.splat(0);
  let sx = f64x2.splat(0);
  let sy = f64x2.splat(0);
  let sxx = f64x2.splat(0);
  let sxy = f64x2.splat(0);
  while (means < end) {
    const x = f64x2.promote_low_f32x4(v128.load64_zero(means));
    const y = f64x2.promote_low_f32x4(v128.load64_zero(means + knownMeans));
    const apart = f64x2.abs(f64x2.sub(f64x2.add(f64x2.mul(x, gains), shifts), y));
    near = i64x2.sub(near, f64x2.lt(apart, nearest));
    off = f64x2.add(off, f64x2.pmin(apart, nearest));
    const isRough = f64x2.lt(apart, roughest);
    cells = i64x2.sub(cells, isRough);
    const own = v128.and(x, isRough);
    const behind = v128.and(y, isRough);
    sx = f64x2.add(sx, own);
    sy = f64x2.add(sy, behind);
    sxx = f64x2.add(sxx, f64x2.mul(own, own));
    sxy = f64x2.add(sxy, f64x2.mul(own, behind));
    means += 8;
  }
  const sums = end + knownMeans;
  const all = <f64>(i64x2.extract_lane(near, 0) + i64x2.extract_lane(near, 1));
  store<f64>(sums, (all - both(off) / NEAR / 2) / <f64>count);
  store<f64>(sums, <f64>(i64x2.extract_lane(cells, 0) + i64x2.extract_lane(cells, 1)), 8);
  store<f64>(sums, both(sx), 16);
  store<f64>(sums, both(sy), 24);
  store<f64>(sums, both(sxx), 32);
  store<f64>(sums, both(sxy), 40);
}

function both(pair: v128): f64 {
  return f64x2.extract_lane(pair, 0) + f64x2.extract_lane(pair, 1);
}
