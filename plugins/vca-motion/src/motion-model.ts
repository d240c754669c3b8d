// What is known of one camera: its background, its light, and what moves in the newest picture. Says what is there now;
// when that is an event is motion-events.ts.

import { type Blob, blobsOf, countingRows, ROWS } from "./grid.ts";
import { lightChange, UNCHANGED } from "./light.ts";
import type { CameraPictures } from "./picture-store.ts";
import { GAIN_ONE, type PictureIndex, type PixelParameters } from "./pixel-kernel.ts";
import { isWeather } from "./weather.ts";

/** How keenly is looked. */
export interface MotionLevels {
  /** Levels that a pixel must differ by. */
  readonly threshold: number;
  /** Share of a cell's pixels that must. */
  readonly share: number;
}

export interface Seen {
  readonly blobs: readonly Blob[];
  /** Mean brightness, 0 to 255. */
  readonly brightness: number;
  /** All of the picture is another one: light switched on, camera turned. Nothing is said of motion. */
  readonly isUpset: boolean;
  /** For each row of cells the bits of those in which something moves, also where none counts; undefined: in none. Used again for the next picture. */
  readonly moved: Int32Array | undefined;
}

/** Share of a cell's pixels that must have changed since the picture before, for something to move in it. */
const MOVING_SHARE = 0.05;
/** Every so many rows are enough to see the light by. */
const LIGHT_STEP = 3;
/** Offsets of the light beyond this are none: all is black, or white. */
const MOST_OFFSET = 512;
/** Pictures at the start that only teach. */
const LEARNING = 10;
/** Share of the cells that, all active at once, are no object. */
const UPSET_SHARE = 0.7;
/** Pictures after which another picture is taken for the new background. */
const UPSET_LASTS = 10;
/** Each row learns from every so manieth picture. */
const TURNS = 8;
/** What stands still for so many turns belongs to the background; at five pictures a second, 30 s. */
const ABSORB_AFTER = 19;
const STILL_LEVELS = 7;
/** What each look is done by, but for its threshold and its turn. */
export const STEADY = {
  ...{ stillLevels: STILL_LEVELS, absorbAfter: ABSORB_AFTER, turns: TURNS },
  ...{ learnWeight: 32, faintWeight: 16, noiseWeight: 32, slowNoiseWeight: 1 },
} as const;
/** While it is being learnt everything teaches, each row every time, and no pixel differs. */
const FIRST = {
  ...{ stillLevels: STILL_LEVELS, absorbAfter: ABSORB_AFTER, turns: 1, threshold: 255 },
  ...{ learnWeight: 32, faintWeight: 0, noiseWeight: 4, slowNoiseWeight: 0 },
} as const;
const NOTHING: readonly Blob[] = [];

export class MotionModel {
  readonly #pictures: CameraPictures;
  readonly #counting: Int32Array;
  /** Bits of the regions that each cell lies in. */
  readonly #regions: Int32Array | undefined;
  readonly #cells: number;
  readonly #counted = new Int32Array(ROWS);
  readonly #moved = new Int32Array(ROWS);
  #taken = 0;
  #learnt = 0;
  #upset = 0;

  /** A model in memory of its own, which its maker closes. */
  constructor(pictures: CameraPictures, area: Parameters<typeof countingRows>[0], regions?: Int32Array) {
    this.#pictures = pictures;
    this.#regions = regions;
    this.#counting = countingRows(area);
    this.#cells = pictures.slot.layout.pixels.filter((count) => count > 0).length;
  }

  /** Forgets everything: the next picture is the first. */
  forget(): void {
    this.#learnt = 0;
    this.#upset = 0;
  }

  /** Takes a picture. `isSparse`: the only one of a second or more. */
  look(luma: Uint8Array, levels: MotionLevels, isSparse = false): Seen {
    const { kernel, slot } = this.#pictures;
    const picture = (this.#taken & 1) as 0 | 1;
    this.#taken = (this.#taken + 1) % (2 * TURNS);
    this.#pictures.put(picture, luma);
    if (this.#learnt === 0) this.#pictures.begin(picture);
    const brightness = kernel.sumLight(slot, picture, LIGHT_STEP) / Math.max(1, this.#cells);
    const light = lightChange(this.#pictures);
    if (light !== UNCHANGED) {
      const offset = Math.min(MOST_OFFSET, Math.max(-MOST_OFFSET, light.offset));
      kernel.adjust(slot, picture, Math.round(light.gain * GAIN_ONE), Math.round(offset * 16));
    }
    const isLearning = this.#learnt < LEARNING;
    kernel.look(slot, picture, this.#parameters(levels, isLearning, isSparse));
    if (isLearning) {
      this.#learnt += 1;
      return { blobs: NOTHING, brightness, isUpset: false, moved: undefined };
    }
    return { brightness, ...this.#judge(levels, picture) };
  }

  #parameters(levels: MotionLevels, isLearning: boolean, isSparse: boolean): PixelParameters {
    const turns = isSparse ? 1 : TURNS;
    return isLearning
      ? { ...FIRST, turn: 0 }
      : { ...STEADY, threshold: levels.threshold, turns, turn: this.#taken % turns };
  }

  #judge({ share, threshold }: MotionLevels, picture: PictureIndex): Omit<Seen, "brightness"> {
    const { kernel, slot } = this.#pictures;
    const active = kernel.judge(slot, share, MOVING_SHARE);
    if (active < UPSET_SHARE * this.#cells) {
      this.#upset = 0;
      if (active === 0) return { blobs: NOTHING, isUpset: false, moved: undefined };
      const { active: activeRows, moving } = this.#pictures.rows;
      const counting = this.#counting;
      const counted = this.#counted;
      const moved = this.#moved;
      for (let row = 0; row < ROWS; row += 1) {
        const bits = activeRows[row] as number;
        counted[row] = bits & (counting[row] as number);
        moved[row] = bits & (moving[row] as number);
      }
      const isNone = (cells: Int32Array, count: number): boolean => {
        if (!isWeather(this.#pictures, picture, threshold, cells, count)) return false;
        for (let row = 0; row < ROWS; row += 1) moved[row] = (moved[row] as number) & ~(cells[row] as number);
        return true;
      };
      const blobs = blobsOf(counted, moving, isNone, this.#regions);
      return { blobs, isUpset: false, moved: moved.some((bits) => bits !== 0) ? moved : undefined };
    }
    this.#upset += 1;
    if (this.#upset >= UPSET_LASTS) {
      // This picture is the first of another scene.
      this.forget();
      this.#pictures.begin(((this.#taken + 1) & 1) as 0 | 1);
      this.#learnt = 1;
    }
    return { blobs: NOTHING, isUpset: true, moved: undefined };
  }
}
