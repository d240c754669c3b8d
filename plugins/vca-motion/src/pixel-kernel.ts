// What a pixel kernel does, whichever way: src/plain-kernel.ts says it pixel by pixel, kernel/pixel-kernel.ts does the very same
// sixteen at a time. Integers only, and every step is the same for all pixels, so that both come to the same bits; cells' light
// alone is added up in floats, in the same order.
import type { KernelLayout } from "./kernel-layout.ts";

/** Fractional bits of what is learnt: of the background, and of three times the noise. */
export const FRACTION_BITS = 7;
export const NOISE_BITS = 8;
/** What is learnt is kept half a level higher: without its fraction it is the nearest level. */
export const HALF_LEVEL = 1 << (FRACTION_BITS - 1);
export const HALF_NOISE = 1 << (NOISE_BITS - 1);
/** Noise is taken times this, and distances up to this are noise. */
export const DEVIATIONS = 3;
export const MOST_DISTANCE = 24;
/** Cells whose means of light are nearer than so many levels are explained; roughly explained, below the other. */
export const NEAR_LEVELS = 8;
export const ROUGH_LEVELS = 16;
/** A gain of 1. */
export const GAIN_ONE = 8_192;
/** The most that one turn can count, in 128ths: as good as all. */
export const WHOLE_WEIGHT = 127;

/** So many pixels beside each other in a row of a strip are thick. */
export const THICK_PIXELS = 5;

export interface PixelParameters {
  /** Levels that a pixel must differ by at least, above its noise: 0 to 255. */
  readonly threshold: number;
  /** A pixel has stood still if it changed by no more than so many levels, and its noise: 0 to 255. */
  readonly stillLevels: number;
  /** A pixel that differs and stood still at so many of its turns belongs to the background: 1 to 255. */
  readonly absorbAfter: number;
  /** Every so many rows learn from a picture, a power of two up to 128; which of them, from 0. */
  readonly turns: number;
  readonly turn: number;
  /** How much one turn counts in 128ths, below 128: where nothing differs; where it differs by little, which is not more; for the noise; for the noise where something differs, which is not more. */
  readonly learnWeight: number;
  readonly faintWeight: number;
  readonly noiseWeight: number;
  readonly slowNoiseWeight: number;
}

/** A camera's memory: a slot at `base` of the kernel's memory. */
export interface KernelSlot {
  readonly base: number;
  readonly layout: KernelLayout;
}

/** Which of a slot's pictures. */
export type PictureIndex = 0 | 1;

export interface PixelKernel {
  readonly name: "simd" | "plain";
  /** The memory; another one after it has grown. */
  readonly buffer: ArrayBuffer;
  /** Makes room up to `sizeBytes`; false where there is none. */
  reach(sizeBytes: number): boolean;
  /**
   * Sums and means of a picture's and of the background's light in each cell, of every `step`th row of each row of cells. Gives the
   * sum of the picture's means.
   */
  sumLight(slot: KernelSlot, picture: PictureIndex, step: number): number;
  /** The ratio of known to seen light, in 256ths and at most `most`, that as many cells are above as below. */
  medianRatio(slot: KernelSlot, most: number): number;
  /** Sums over the slot's means of light: how well a gain and an offset make those that are seen into those that are known. */
  fitLight(slot: KernelSlot, gain: number, offset: number): void;
  /** Turns a picture into what the background would see: times a gain in 8192ths, and shifted by an offset in 16ths. */
  adjust(slot: KernelSlot, picture: PictureIndex, gain8192: number, offset16: number): void;
  /** Compares a picture with the background and with the other picture, counts cell by cell, and learns. */
  look(slot: KernelSlot, picture: PictureIndex, parameters: PixelParameters): void;
  /**
   * Says in which cells a share of the pixels differs, and in which a share moves, by what `look` has counted; gives in how many it
   * differs.
   */
  judge(slot: KernelSlot, share: number, movingShare: number): number;
  /** Sums of the pixels that differ by more than `threshold` levels above their noise, of every `step`th row of the slot's chosen cells. */
  sumDiffering(slot: KernelSlot, picture: PictureIndex, threshold: number, step: number): void;
}
