// What the kernel adds up of pixels that differ, in some cells.
import {
  DIFFERING,
  distance,
  FIRST_STRIPS,
  HOT,
  HOT_BYTES,
  isAtMost,
  NOISE,
  ROW_TABLE,
  ROWS,
  STRIP_MASKS,
  STRIP_TABLE,
  STRIPS,
  WIDTH,
} from "./slot.ts";

/** Which cells, behind the sums of what differs in them. */
const CHOSEN: usize = 64;

/** Sums up what differs, of every `step`th row of the slot's chosen cells. */
export function sumDiffering(slot: usize, luma: usize, threshold: i32, step: usize): void {
  const width: usize = load<u32>(slot, WIDTH);
  const strips: usize = load<u32>(slot, STRIPS);
  const rows: usize = load<u32>(slot, ROWS);
  const stripTable: usize = load<u32>(slot, STRIP_TABLE);
  const masks: usize = load<u32>(slot, STRIP_MASKS);
  const rowTable: usize = load<u32>(slot, ROW_TABLE);
  const firstStrips: usize = load<u32>(slot, FIRST_STRIPS);
  const hot: usize = load<u32>(slot, HOT);
  const sums: usize = load<u32>(slot, DIFFERING);
  const thresholds = i8x16.splat(<i8>threshold);
  let pixels: i32 = 0;
  let brighter: i32 = 0;
  let thick: i32 = 0;
  let seen: u64 = 0;
  let seenSeen: u64 = 0;
  let seenKnown: u64 = 0;
  let knownKnown: u64 = 0;
  for (let row: usize = 0; row < rows; row += 1) {
    const top: usize = load<u32>(rowTable + (row << 2));
    const bottom: usize = load<u32>(rowTable + (row << 2), 4);
    for (let cells = load<u32>(sums + (row << 2), CHOSEN); cells !== 0; cells &= cells - 1) {
      const column: usize = ctz(cells);
      const end: usize = load<u32>(firstStrips + (column << 2), 4);
      for (let strip: usize = load<u32>(firstStrips + (column << 2)); strip < end; strip += 1) {
        const mask = v128.load(masks + (strip << 4));
        let from = luma + top * width + load<u32>(stripTable + (strip << 3));
        let now = hot + (top * strips + strip * (bottom - top)) * HOT_BYTES;
        const last = now + (bottom - top) * HOT_BYTES;
        let light = i16x8.splat(0);
        let squares = i32x4.splat(0);
        let products = i32x4.splat(0);
        let knownSquares = i32x4.splat(0);
        while (now < last) {
          const lit = v128.load(from);
          const level = v128.load(now);
          const limit = i8x16.add_sat_u(thresholds, v128.load(now, NOISE));
          const differs = v128.andnot(mask, isAtMost(distance(lit, level), limit));
          const bits = i8x16.bitmask(differs);
          if (bits > 0) {
            pixels += popcnt(bits);
            brighter += popcnt(i8x16.bitmask(v128.andnot(differs, isAtMost(lit, level))));
            // Where five of them begin, and those five.
            const fives = bits & (bits >> 1) & (bits >> 2) & (bits >> 3) & (bits >> 4);
            thick += popcnt(fives | (fives << 1) | (fives << 2) | (fives << 3) | (fives << 4));
            const own = v128.and(lit, differs);
            const behind = v128.and(level, differs);
            light = i16x8.add(light, i16x8.extadd_pairwise_i8x16_u(own));
            squares = i32x4.add(squares, productsOf(own, own));
            products = i32x4.add(products, productsOf(own, behind));
            knownSquares = i32x4.add(knownSquares, productsOf(behind, behind));
          }
          from += width * step;
          now += HOT_BYTES * step;
        }
        seen += sumOf(i32x4.extadd_pairwise_i16x8_u(light));
        seenSeen += sumOf(squares);
        seenKnown += sumOf(products);
        knownKnown += sumOf(knownSquares);
      }
    }
  }
  store<f64>(sums, <f64>pixels);
  store<f64>(sums, <f64>seen, 8);
  store<f64>(sums, <f64>seenSeen, 16);
  store<f64>(sums, <f64>seenKnown, 24);
  store<f64>(sums, <f64>knownKnown, 32);
  store<f64>(sums, <f64>brighter, 40);
  store<f64>(sums, <f64>thick, 48);
}

/** The products of sixteen levels with sixteen others, added up four by four. */
function productsOf(left: v128, right: v128): v128 {
  const low = i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(left), i16x8.extend_low_i8x16_u(right));
  return i32x4.add(low, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(left), i16x8.extend_high_i8x16_u(right)));
}

/** Of four numbers whose sum is below 2³¹. */
function sumOf(four: v128): u32 {
  return (
    i32x4.extract_lane(four, 0) +
    i32x4.extract_lane(four, 1) +
    i32x4.extract_lane(four, 2) +
    i32x4.extract_lane(four, 3)
  );
}
