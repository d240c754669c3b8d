// Where what the kernel works on lies in a slot, as src/kernel-layout.ts lays it out, and how levels are compared.

export const LANES: usize = 16;
/** Places in the head of a slot, in bytes. */
export const WIDTH: usize = 0;
export const STRIPS: usize = 4;
export const ROWS: usize = 8;
export const COLUMNS: usize = 12;
export const STRIP_TABLE: usize = 16;
export const STRIP_MASKS: usize = 20;
export const ROW_TABLE: usize = 24;
export const HOT: usize = 28;
export const COLD: usize = 32;
export const SUMS: usize = 36;
export const FIRST_STRIPS: usize = 40;
export const DIFFERING: usize = 44;
export const COLUMN_WIDTHS: usize = 48;
export const CELL_ROWS: usize = 52;
export const MEANS: usize = 56;
/** Bytes of the head that each look is done by. */
export const THRESHOLD: usize = 64;
export const STILL_LEVELS: usize = 65;
export const ABSORB_AFTER: usize = 66;
export const FAINT_WEIGHT: usize = 67;
export const LEARN_MORE: usize = 68;
export const SLOW_NOISE_WEIGHT: usize = 69;
export const NOISE_MORE: usize = 70;
export const TURNS: usize = 71;
export const TURN: usize = 72;
/** Constants are read too: what the compiler knows it would make anew each time that it is used. */
export const WHOLE_WEIGHT: usize = 73;
export const MOST_DISTANCE: usize = 74;
export const HALF: usize = 75;
/** What is needed of sixteen pixels for each picture, and only when they learn; places within. */
export const HOT_BYTES: usize = 32;
export const NOISE: usize = 16;
export const COLD_BYTES: usize = 48;
export const DEVIATIONS: usize = 16;
export const STILLNESS: usize = 32;

export function distance(left: v128, right: v128): v128 {
  return v128.or(i8x16.sub_sat_u(left, right), i8x16.sub_sat_u(right, left));
}

export function isAtMost(value: v128, limit: v128): v128 {
  return i8x16.eq(i8x16.max_u(value, limit), limit);
}

/** Adds the sums of two times eight words, each below 32 768, to the numbers at two places. */
export function addSums(left: v128, right: v128, leftPlace: usize, rightPlace: usize): void {
  const ones = i16x8.splat(1);
  const pairs = i16x8.narrow_i32x4_u(i32x4.dot_i16x8_s(left, ones), i32x4.dot_i16x8_s(right, ones));
  const sums = i32x4.extadd_pairwise_i16x8_u(pairs);
  const leftSum = i32x4.extract_lane(sums, 0) + i32x4.extract_lane(sums, 1);
  const rightSum = i32x4.extract_lane(sums, 2) + i32x4.extract_lane(sums, 3);
  store<u32>(leftPlace, load<u32>(leftPlace) + leftSum);
  store<u32>(rightPlace, load<u32>(rightPlace) + rightSum);
}

/** The upper two of four numbers, twice. */
export function upper(four: v128): v128 {
  return i8x16.shuffle(four, four, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15);
}
