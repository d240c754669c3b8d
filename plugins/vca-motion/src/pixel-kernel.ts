// What is done to each pixel: compare it with the background, mark it where it differs, and learn. Integers only and no
// choice that the processor could guess wrong, so that a twin in WebAssembly can do the very same. Levels have seven
// fractional bits: 255 is 32 640.

export const FRACTION_BITS = 7;
/** Deviations are learnt up to this: what differs more is no noise. */
const MOST_DEVIATION = 24 << FRACTION_BITS;
/** Noise is taken times this. */
const DEVIATIONS = 3;

/** What is known of each pixel. */
export interface PixelState {
  /** Brightness of the background, with fraction. */
  readonly background: Uint16Array;
  /** Mean distance from it, with fraction. */
  readonly deviation: Uint16Array;
  /** The picture before. */
  readonly previous: Uint8Array;
  /** Pictures for which a pixel has differed from the background and stood still. */
  readonly stillness: Uint8Array;
  /** 1 where the pixel differs. */
  readonly marks: Uint8Array;
  /** 1 where it also is another one than in the picture before. */
  readonly movers: Uint8Array;
}

export interface PixelParameters {
  /** The picture as the background would see it: brightness times this in 256ths, plus the offset. */
  readonly gain256: number;
  readonly offset: number;
  /** Levels that a pixel must differ by at least. */
  readonly threshold: number;
  /** Each picture counts one in 2^this. */
  readonly learnShift: number;
  /** A pixel that differs and has stood still for so many pictures belongs to the background, at most 255. */
  readonly absorbAfter: number;
  /** A pixel has stood still if it changed by less than so many levels, and its noise. */
  readonly stillLevels: number;
}

/** Makes the state for a picture, which is taken for the background. */
export function pixelState(luma: Uint8Array): PixelState {
  const count = luma.length;
  const background = new Uint16Array(count);
  for (let at = 0; at < count; at += 1) background[at] = (luma[at] as number) << FRACTION_BITS;
  return {
    background,
    deviation: new Uint16Array(count).fill(2 << FRACTION_BITS),
    previous: luma.slice(),
    stillness: new Uint8Array(count),
    marks: new Uint8Array(count),
    movers: new Uint8Array(count),
  };
}

/** Takes a picture of as many pixels as the state. */
export function lookAtPixels(luma: Uint8Array, state: PixelState, parameters: PixelParameters): void {
  const { background, deviation, previous, stillness, marks, movers } = state;
  const { gain256, offset, learnShift, absorbAfter, stillLevels } = parameters;
  const threshold = parameters.threshold << FRACTION_BITS;
  const count = luma.length;
  for (let at = 0; at < count; at += 1) {
    const value = luma[at] as number;
    const seen = (value * gain256 * (1 << FRACTION_BITS)) >> 8;
    const known = background[at] as number;
    const difference = seen + (offset << FRACTION_BITS) - known;
    const distance = Math.abs(difference);
    const noise = deviation[at] as number;
    const differs = distance > threshold + DEVIATIONS * noise ? 1 : 0;
    const change = Math.abs(value - (previous[at] as number)) << FRACTION_BITS;
    const moved = change >= (stillLevels << FRACTION_BITS) + DEVIATIONS * noise ? 1 : 0;
    const still = ((stillness[at] as number) + 1) * (differs & (1 - moved));
    const isAbsorbed = still >= absorbAfter ? 1 : 0;
    stillness[at] = still * (1 - isAbsorbed);
    marks[at] = differs;
    movers[at] = differs & moved;
    previous[at] = value;
    // Learnt where it does not differ; at once where it has stood still for long.
    // Slowly where it differs by little: what light leaves behind fades.
    const isFaint = distance < 2 * threshold + DEVIATIONS * noise ? 1 : 0;
    const slow = isFaint === 1 ? difference >> (learnShift + 1) : 0;
    const step = isAbsorbed === 1 ? difference : differs === 1 ? slow : difference >> learnShift;
    background[at] = Math.min(32_640, Math.max(0, known + step));
    const towards = Math.min(distance, MOST_DEVIATION) - noise;
    deviation[at] = noise + (differs === 1 ? towards >> 9 : towards >> 5);
  }
}
