// The pixel kernel in WebAssembly SIMD, in AssemblyScript: sixteen pixels at a time what src/plain-kernel.ts does one by one,
// and where it says what is done. `node scripts/build-motion-kernel.ts` makes src/kernel-binary.ts of it; where what lies in
// memory is src/kernel-layout.ts. Nothing is allocated here, and nothing is known from one call to the next.

const LANES: usize = 16;
/** Places in the head of a slot, in bytes. */
const WIDTH: usize = 0;
const STRIPS: usize = 4;
const ROWS: usize = 8;
const COLUMNS: usize = 12;
const STRIP_TABLE: usize = 16;
const STRIP_MASKS: usize = 20;
const ROW_TABLE: usize = 24;
const HOT: usize = 28;
const COLD: usize = 32;
const SUMS: usize = 36;
const FIRST_STRIPS: usize = 40;
const DIFFERING: usize = 44;
/** Bytes of the head that each look is done by. */
const THRESHOLD: usize = 48;
const STILL_LEVELS: usize = 49;
const ABSORB_AFTER: usize = 50;
const FAINT_WEIGHT: usize = 51;
const LEARN_MORE: usize = 52;
const SLOW_NOISE_WEIGHT: usize = 53;
const NOISE_MORE: usize = 54;
const TURNS: usize = 55;
const TURN: usize = 56;
/** Constants are read too: what the compiler knows it would make anew each time that it is used. */
const WHOLE_WEIGHT: usize = 57;
const MOST_DISTANCE: usize = 58;
const HALF: usize = 59;
/** What is needed of sixteen pixels for each picture, and only when they learn; places within. */
const HOT_BYTES: usize = 32;
const NOISE: usize = 16;
const COLD_BYTES: usize = 48;
const DEVIATIONS: usize = 16;
const STILLNESS: usize = 32;
/** The list of cells, behind the sums of what differs in them. */
const CELL_LIST: usize = 64;
/** A mean of light nearer than this to that of the background is explained; roughly, below this. */
const NEAR: f64 = 8;
const ROUGH: f64 = 16;

function distance(left: v128, right: v128): v128 {
  return v128.or(i8x16.sub_sat_u(left, right), i8x16.sub_sat_u(right, left));
}

function isAtMost(value: v128, limit: v128): v128 {
  return i8x16.eq(i8x16.max_u(value, limit), limit);
}

/** Adds the sums of two times eight words, each below 32 768, to the numbers at two places. */
function addSums(left: v128, right: v128, leftPlace: usize, rightPlace: usize): void {
  const ones = i16x8.splat(1);
  const pairs = i16x8.narrow_i32x4_u(i32x4.dot_i16x8_s(left, ones), i32x4.dot_i16x8_s(right, ones));
  const sums = i32x4.extadd_pairwise_i16x8_u(pairs);
  const leftSum = i32x4.extract_lane(sums, 0) + i32x4.extract_lane(sums, 1);
  const rightSum = i32x4.extract_lane(sums, 2) + i32x4.extract_lane(sums, 3);
  store<u32>(leftPlace, load<u32>(leftPlace) + leftSum);
  store<u32>(rightPlace, load<u32>(rightPlace) + rightSum);
}

/** Sums of the picture and of the background in each cell, of every `step`th row. */
export function sumLight(slot: usize, luma: usize, step: usize): void {
  const width: usize = load<u32>(slot, WIDTH);
  const strips: usize = load<u32>(slot, STRIPS);
  const rows: usize = load<u32>(slot, ROWS);
  const columns: usize = load<u32>(slot, COLUMNS);
  const stripTable: usize = load<u32>(slot, STRIP_TABLE);
  const masks: usize = load<u32>(slot, STRIP_MASKS);
  const rowTable: usize = load<u32>(slot, ROW_TABLE);
  const seenSums: usize = load<u32>(slot, SUMS);
  const knownSums: usize = seenSums + ((rows * columns) << 2);
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
  }
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

/** Sums up what differs, of every `step`th row of the first `count` cells of the slot's list. */
export function sumDiffering(slot: usize, luma: usize, threshold: i32, step: usize, count: usize): void {
  const width: usize = load<u32>(slot, WIDTH);
  const strips: usize = load<u32>(slot, STRIPS);
  const columns: usize = load<u32>(slot, COLUMNS);
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
  for (let index: usize = 0; index < count; index += 1) {
    const cell: usize = load<u16>(sums + (index << 1), CELL_LIST);
    const row = cell / columns;
    const column = cell - row * columns;
    const top: usize = load<u32>(rowTable + (row << 2));
    const bottom: usize = load<u32>(rowTable + (row << 2), 4);
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
