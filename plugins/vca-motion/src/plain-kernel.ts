// The pixel kernel pixel by pixel: what the one in WebAssembly is compared with, bit for bit, and what serves where a
// processor has no SIMD. What is done is said here; how it is stored, in kernel-layout.ts.
import { COLD_BYTES, DEVIATIONS_AT, HOT_BYTES, LANES, NOISE_AT, STILLNESS_AT } from "./kernel-layout.ts";
import {
  DEVIATIONS,
  FRACTION_BITS,
  HALF_LEVEL,
  HALF_NOISE,
  type KernelSlot,
  MOST_DISTANCE,
  NOISE_BITS,
  type PictureIndex,
  type PixelKernel,
  type PixelParameters,
  WHOLE_WEIGHT,
} from "./pixel-kernel.ts";
import { judge } from "./plain-cells.ts";
import { sumDiffering } from "./plain-differing.ts";
import { fitLight, meanLight, medianRatio } from "./plain-light.ts";

/** Memory that it may come to. */
const MOST_BYTES = 2 ** 30;

/** Makes a kernel with a memory of its own. */
export function plainKernel(): PixelKernel {
  let buffer = new ArrayBuffer(0);
  return {
    name: "plain",
    get buffer() {
      return buffer;
    },
    reach(sizeBytes) {
      if (sizeBytes > MOST_BYTES) return false;
      // Not one that can be resized: reading from those takes several times as long.
      if (sizeBytes > buffer.byteLength) buffer = buffer.transfer(sizeBytes);
      return true;
    },
    sumLight(slot, picture, step) {
      sumLight(buffer, slot, picture, step);
      return meanLight(buffer, slot, step);
    },
    medianRatio: (slot, most) => medianRatio(buffer, slot, most),
    fitLight: (slot, gain, offset) => fitLight(buffer, slot, gain, offset),
    adjust: (slot, picture, gain8192, offset16) => adjust(buffer, slot, picture, gain8192, offset16),
    look: (slot, picture, parameters) => look(buffer, slot, picture, parameters),
    judge: (slot, share, movingShare) => judge(buffer, slot, share, movingShare),
    sumDiffering: (slot, picture, threshold, step) => sumDiffering(buffer, slot, picture, threshold, step),
  };
}

/** Pictures are adjusted in whole steps, beyond their end too. */
export function adjustedBytes(width: number, height: number): number {
  return Math.ceil((width * height) / LANES) * LANES;
}

function sumLight(buffer: ArrayBuffer, slot: KernelSlot, picture: PictureIndex, step: number): void {
  const { base, layout } = slot;
  const { width, height, columns, rows, offsets, stripWidths } = layout;
  const luma = new Uint8Array(buffer, base + offsets.pictures[picture], width * height);
  const hot = new Uint8Array(buffer, base + offsets.hot, layout.steps * HOT_BYTES);
  const sums = new Uint32Array(buffer, base + offsets.sums, 2 * columns * rows).fill(0);
  forEachStrip(slot, (cell, strip, left, top, bottom, firstStep) => {
    const lanes = stripWidths[strip] as number;
    let seen = 0;
    let known = 0;
    for (let y = top; y < bottom; y += step) {
      const from = y * width + left;
      const to = (firstStep + y - top) * HOT_BYTES;
      for (let lane = 0; lane < lanes; lane += 1) {
        seen += luma[from + lane] as number;
        known += hot[to + lane] as number;
      }
    }
    sums[cell] = (sums[cell] as number) + seen;
    sums[columns * rows + cell] = (sums[columns * rows + cell] as number) + known;
  });
}

function adjust(
  buffer: ArrayBuffer,
  { base, layout }: KernelSlot,
  picture: PictureIndex,
  gain8192: number,
  offset16: number,
): void {
  const bytes = adjustedBytes(layout.width, layout.height);
  const luma = new Uint8Array(buffer, base + layout.offsets.pictures[picture], bytes);
  for (let at = 0; at < bytes; at += 1) {
    const lit = multiplied((luma[at] as number) << 6, gain8192);
    luma[at] = Math.min(255, Math.max(0, (lit + offset16 + 8) >> 4));
  }
}

function look(
  buffer: ArrayBuffer,
  slot: KernelSlot,
  picture: PictureIndex,
  parameters: PixelParameters,
): void {
  const { base, layout } = slot;
  const { width, height, columns, rows, offsets, steps, stripWidths } = layout;
  const { threshold, stillLevels, turns, turn } = parameters;
  const bytes = width * height + LANES;
  const now = new Uint8Array(buffer, base + offsets.pictures[picture], bytes);
  const before = new Uint8Array(buffer, base + offsets.pictures[picture === 0 ? 1 : 0], bytes);
  const hot = new Uint8Array(buffer, base + offsets.hot, steps * HOT_BYTES);
  const cold = new Uint8Array(buffer, base + offsets.cold, steps * COLD_BYTES);
  const sums = new Uint32Array(buffer, base + offsets.sums, 4 * columns * rows);
  const marks = 2 * columns * rows;
  const movers = 3 * columns * rows;
  sums.fill(0, marks);
  forEachStrip(slot, (cell, strip, left, top, bottom, firstStep) => {
    const lanes = stripWidths[strip] as number;
    let differing = 0;
    let moving = 0;
    for (let y = top; y < bottom; y += 1) {
      const learns = (y & (turns - 1)) === turn;
      const step = firstStep + y - top;
      // Beyond a strip's end its lanes learn too, from pixels of another cell; they are never counted.
      const end = learns ? LANES : lanes;
      for (let lane = 0; lane < end; lane += 1) {
        const from = y * width + left + lane;
        const known = step * HOT_BYTES + lane;
        const value = now[from] as number;
        const noise = hot[known + NOISE_AT] as number;
        const far = Math.abs(value - (hot[known] as number));
        const change = Math.abs(value - (before[from] as number));
        // 1 where it is more than that: by the sign, as a choice would be guessed wrong half of the time.
        const differs = (threshold + noise - far) >>> 31;
        const moves = (stillLevels + noise - change) >>> 31;
        const counts = differs & ((lane - lanes) >>> 31);
        differing += counts;
        moving += counts & moves;
        if (learns) learn(hot, cold, step, lane, value, far, differs, moves, parameters);
      }
    }
    sums[marks + cell] = (sums[marks + cell] as number) + differing;
    sums[movers + cell] = (sums[movers + cell] as number) + moving;
  });
}

/** One pixel learns. */
function learn(
  hot: Uint8Array,
  cold: Uint8Array,
  step: number,
  lane: number,
  value: number,
  far: number,
  differs: number,
  moves: number,
  { threshold, absorbAfter, learnWeight, faintWeight, noiseWeight, slowNoiseWeight }: PixelParameters,
): void {
  const known = step * HOT_BYTES + lane;
  const still = step * COLD_BYTES + STILLNESS_AT + lane;
  const stayed = differs === 1 && moves === 0 ? (cold[still] as number) + 1 : 0;
  const isAbsorbed = stayed >= absorbAfter;
  cold[still] = isAbsorbed ? 0 : stayed;
  // What differs by little is learnt slowly, so that what light leaves behind fades; what differs by much, not at all.
  const isFaint = far <= 2 * threshold + (hot[known + NOISE_AT] as number);
  const slow = isAbsorbed ? WHOLE_WEIGHT : isFaint ? faintWeight : 0;
  const fraction = step * COLD_BYTES + lane;
  const level = ((hot[known] as number) << FRACTION_BITS) + ((cold[fraction] as number) >> 1);
  const seen = (value << FRACTION_BITS) + HALF_LEVEL;
  const background = towards(level, seen, differs === 1 ? slow : learnWeight);
  cold[fraction] = background << 1;
  hot[known] = background >> FRACTION_BITS;
  const deviation = fraction + DEVIATIONS_AT;
  const noise = ((hot[known + NOISE_AT] as number) << NOISE_BITS) + (cold[deviation] as number);
  const usual = ((DEVIATIONS * Math.min(far, MOST_DISTANCE)) << NOISE_BITS) + HALF_NOISE;
  const pace = differs === 1 ? slowNoiseWeight : noiseWeight;
  const apart = towards(noise, usual, pace);
  cold[deviation] = apart;
  hot[known + NOISE_AT] = apart >> NOISE_BITS;
}

/** Calls `visit` for each strip of each row of cells; at `firstStep` begin its blocks. */
function forEachStrip(
  { layout }: KernelSlot,
  visit: (cell: number, strip: number, left: number, top: number, bottom: number, firstStep: number) => void,
): void {
  const { columns, rows, stripLefts, stripColumns, tops } = layout;
  let firstStep = 0;
  for (let row = 0; row < rows; row += 1) {
    const top = tops[row] as number;
    const bottom = tops[row + 1] as number;
    for (let strip = 0; strip < stripLefts.length; strip += 1) {
      const cell = row * columns + (stripColumns[strip] as number);
      visit(cell, strip, stripLefts[strip] as number, top, bottom, firstStep);
      firstStep += bottom - top;
    }
  }
}

/** From where it is towards where it should be, by a weight in 128ths. */
function towards(is: number, should: number, weight: number): number {
  return is + multiplied(should - is, weight << 8);
}

/** The product of two numbers of sixteen bits in 32 768ths, rounded. */
function multiplied(left: number, right: number): number {
  return (left * right + 0x4000) >> 15;
}
