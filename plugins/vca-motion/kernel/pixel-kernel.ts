// The pixel kernel in WebAssembly SIMD, in AssemblyScript: sixteen pixels at a time what src/plain-kernel.ts does one by one,
// and where it says what is done. `node scripts/build-motion-kernel.ts` makes src/kernel-binary.ts of it; where what lies in
// memory is src/kernel-layout.ts. Nothing is allocated here, and nothing is known from one call to the next.
import {
  ABSORB_AFTER,
  addSums,
  COLD,
  COLD_BYTES,
  COLUMNS,
  DEVIATIONS,
  distance,
  FAINT_WEIGHT,
  HALF,
  HOT,
  HOT_BYTES,
  isAtMost,
  LANES,
  LEARN_MORE,
  MOST_DISTANCE,
  NOISE,
  NOISE_MORE,
  ROW_TABLE,
  ROWS,
  SLOW_NOISE_WEIGHT,
  STILL_LEVELS,
  STILLNESS,
  STRIP_MASKS,
  STRIP_TABLE,
  STRIPS,
  SUMS,
  THRESHOLD,
  TURN,
  TURNS,
  WHOLE_WEIGHT,
  WIDTH,
} from "./slot.ts";

export { judge } from "./cell-kernel.ts";
export { sumDiffering } from "./differing-kernel.ts";
export { fitLight, medianRatio, sumLight } from "./light-kernel.ts";

/** Turns a picture into what the background would see. `count` is a multiple of sixteen. */
export function adjust(luma: usize, count: usize, gain8192: i32, offset16: i32): void {
  const gain = i16x8.splat(<i16>gain8192);
  const offset = i16x8.splat(<i16>(offset16 + 8));
  const end = luma + count;
  while (luma < end) {
    const levels = v128.load(luma);
    const low = i16x8.shl(i16x8.extend_low_i8x16_u(levels), 6);
    const high = i16x8.shl(i16x8.extend_high_i8x16_u(levels), 6);
    const lit = i16x8.shr_s(i16x8.add(i16x8.relaxed_q15mulr_s(low, gain), offset), 4);
    const lit2 = i16x8.shr_s(i16x8.add(i16x8.relaxed_q15mulr_s(high, gain), offset), 4);
    v128.store(luma, i8x16.narrow_i16x8_u(lit, lit2));
    luma += LANES;
  }
}

/** Compares, counts what differs and what moves in each cell, and learns in the rows whose turn it is. */
export function look(slot: usize, luma: usize, before: usize): void {
  const width: usize = load<u32>(slot, WIDTH);
  const strips: usize = load<u32>(slot, STRIPS);
  const rows: usize = load<u32>(slot, ROWS);
  const columns: usize = load<u32>(slot, COLUMNS);
  const stripTable: usize = load<u32>(slot, STRIP_TABLE);
  const masks: usize = load<u32>(slot, STRIP_MASKS);
  const rowTable: usize = load<u32>(slot, ROW_TABLE);
  let hot: usize = load<u32>(slot, HOT);
  let cold: usize = load<u32>(slot, COLD);
  const marks: usize = load<u32>(slot, SUMS) + ((rows * columns) << 3);
  const movers: usize = marks + ((rows * columns) << 2);
  memory.fill(marks, 0, (rows * columns) << 3);
  const beforeLuma = before - luma;
  const zero = i8x16.splat(0);
  const thresholds = v128.load8_splat(slot, THRESHOLD);
  const faintThresholds = i8x16.add_sat_u(thresholds, thresholds);
  const stills = v128.load8_splat(slot, STILL_LEVELS);
  const absorbs = v128.load8_splat(slot, ABSORB_AFTER);
  const faintly = v128.load8_splat(slot, FAINT_WEIGHT);
  const learnMore = v128.load8_splat(slot, LEARN_MORE);
  const slowNoise = v128.load8_splat(slot, SLOW_NOISE_WEIGHT);
  const noiseMore = v128.load8_splat(slot, NOISE_MORE);
  const wholly = v128.load8_splat(slot, WHOLE_WEIGHT);
  const mostDistance = v128.load8_splat(slot, MOST_DISTANCE);
  const halves = v128.load8_splat(slot, HALF);
  const learnWords = i16x8.shl(i16x8.splat(load<u8>(slot, FAINT_WEIGHT) + load<u8>(slot, LEARN_MORE)), 8);
  const noiseWords = i16x8.shl(
    i16x8.splat(load<u8>(slot, SLOW_NOISE_WEIGHT) + load<u8>(slot, NOISE_MORE)),
    8,
  );
  const turns: usize = load<u8>(slot, TURNS);
  const turn: usize = load<u8>(slot, TURN);
  for (let row: usize = 0; row < rows; row += 1) {
    const top: usize = load<u32>(rowTable + (row << 2));
    const bottom: usize = load<u32>(rowTable + (row << 2), 4);
    for (let strip: usize = 0; strip < strips; strip += 1) {
      const first = luma + top * width + load<u32>(stripTable + (strip << 3));
      const known = hot;
      hot += (bottom - top) * HOT_BYTES;
      let from = first;
      let now = known;
      let beyond = zero;
      while (now < hot) {
        const limit = i8x16.add_sat_u(thresholds, v128.load(now, NOISE));
        const far = distance(v128.load(from), v128.load(now));
        beyond = v128.or(beyond, i8x16.sub_sat_u(far, limit));
        from += width;
        now += HOT_BYTES;
      }
      const rest = (turn - top) & (turns - 1);
      let old = cold + rest * COLD_BYTES;
      cold += (bottom - top) * COLD_BYTES;
      if (!v128.any_true(beyond)) {
        // Mostly: nothing differs, so that nothing is to be counted, and everything learns alike. The picture before is not needed.
        from = first + rest * width;
        now = known + rest * HOT_BYTES;
        while (now < hot) {
          const lit = v128.load(from);
          const level = v128.load(now);
          const far = distance(lit, level);
          const fraction = v128.load(old);
          const low = learnt(lowHigh(fraction, level), lowHigh(halves, lit), learnWords);
          const high = learnt(highHigh(fraction, level), highHigh(halves, lit), learnWords);
          const near = i8x16.min_u(far, mostDistance);
          const usual = i8x16.add(near, i8x16.add(near, near));
          const part = v128.load(old, DEVIATIONS);
          const apart = v128.load(now, NOISE);
          const lowApart = towards(lowHigh(part, apart), lowHigh(halves, usual), noiseWords);
          const highApart = towards(highHigh(part, apart), highHigh(halves, usual), noiseWords);
          v128.store(old, lowBytes(low, high));
          v128.store(old, lowBytes(lowApart, highApart), DEVIATIONS);
          v128.store(old, zero, STILLNESS);
          v128.store(now, highBytes(low, high));
          v128.store(now, highBytes(lowApart, highApart), NOISE);
          from += width * turns;
          now += HOT_BYTES * turns;
          old += COLD_BYTES * turns;
        }
        continue;
      }
      let same = zero;
      let calm = zero;
      from = first;
      now = known;
      // A loop of its own: with what learning needs beside it the counters would not stay in registers.
      while (now < hot) {
        const lit = v128.load(from);
        const apart = v128.load(now, NOISE);
        const far = distance(lit, v128.load(now));
        const change = distance(lit, v128.load(from + beforeLuma));
        const isSame = isAtMost(far, i8x16.add_sat_u(thresholds, apart));
        same = i8x16.sub(same, isSame);
        calm = i8x16.sub(calm, v128.or(isSame, isAtMost(change, i8x16.add_sat_u(stills, apart))));
        from += width;
        now += HOT_BYTES;
      }
      from = first + rest * width;
      now = known + rest * HOT_BYTES;
      while (now < hot) {
        const lit = v128.load(from);
        const level = v128.load(now);
        const apart = v128.load(now, NOISE);
        const far = distance(lit, level);
        const change = distance(lit, v128.load(from + beforeLuma));
        const isSame = isAtMost(far, i8x16.add_sat_u(thresholds, apart));
        const isStill = isAtMost(change, i8x16.add_sat_u(stills, apart));
        const stayed = v128.andnot(v128.and(i8x16.sub(v128.load(old, STILLNESS), isStill), isStill), isSame);
        const isAbsorbed = isAtMost(absorbs, stayed);
        v128.store(old, v128.andnot(stayed, isAbsorbed), STILLNESS);
        const isFaint = isAtMost(far, i8x16.add_sat_u(faintThresholds, apart));
        const little = i8x16.add(v128.and(isFaint, faintly), v128.and(isSame, learnMore));
        const weights = v128.or(little, v128.and(isAbsorbed, wholly));
        const fraction = v128.load(old);
        const low = learnt(lowHigh(fraction, level), lowHigh(halves, lit), lowHigh(zero, weights));
        const high = learnt(highHigh(fraction, level), highHigh(halves, lit), highHigh(zero, weights));
        v128.store(old, lowBytes(low, high));
        v128.store(now, highBytes(low, high));
        const near = i8x16.min_u(far, mostDistance);
        const usual = i8x16.add(near, i8x16.add(near, near));
        const pace = i8x16.add(slowNoise, v128.and(isSame, noiseMore));
        const part = v128.load(old, DEVIATIONS);
        const lowApart = towards(lowHigh(part, apart), lowHigh(halves, usual), lowHigh(zero, pace));
        const highApart = towards(highHigh(part, apart), highHigh(halves, usual), highHigh(zero, pace));
        v128.store(old, lowBytes(lowApart, highApart), DEVIATIONS);
        v128.store(now, highBytes(lowApart, highApart), NOISE);
        from += width * turns;
        now += HOT_BYTES * turns;
        old += COLD_BYTES * turns;
      }
      const mask = v128.load(masks + (strip << 4));
      const cell = (row * columns + load<u32>(stripTable + (strip << 3), 4)) << 2;
      const height = i8x16.splat(<i8>(bottom - top));
      addSums(
        i16x8.extadd_pairwise_i8x16_u(v128.and(i8x16.sub(height, same), mask)),
        i16x8.extadd_pairwise_i8x16_u(v128.and(i8x16.sub(height, calm), mask)),
        marks + cell,
        movers + cell,
      );
    }
  }
}

/** From where it is towards where it should be, by weights in 32 768ths. */
function towards(is: v128, should: v128, weights: v128): v128 {
  return i16x8.add(is, i16x8.relaxed_q15mulr_s(i16x8.sub(should, is), weights));
}

/** The same for levels in 256ths, of which the lowest bit does not count. */
function learnt(is: v128, should: v128, weights: v128): v128 {
  return i16x8.shl(towards(i16x8.shr_u(is, 1), i16x8.shr_u(should, 1), weights), 1);
}

/** The eight low bytes of two vectors as the low and the high halves of words. */
function lowHigh(low: v128, high: v128): v128 {
  return i8x16.shuffle(low, high, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

function highHigh(low: v128, high: v128): v128 {
  return i8x16.shuffle(low, high, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

/** The low bytes of two times eight words. */
function lowBytes(left: v128, right: v128): v128 {
  return i8x16.shuffle(left, right, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
}

function highBytes(left: v128, right: v128): v128 {
  return i8x16.narrow_i16x8_u(i16x8.shr_u(left, 8), i16x8.shr_u(right, 8));
}
