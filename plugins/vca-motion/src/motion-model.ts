// What is known of one camera: its background, its light, and what moves in the newest picture. Says what is there now;
// when that is an event is motion-events.ts.

import { type Blob, blobsOf, CELLS, countingCells, type Grid, gridOf, sumCells } from "./grid.ts";
import { lightChange } from "./light.ts";
import { FRACTION_BITS, lookAtPixels, type PixelState, pixelState } from "./pixel-kernel.ts";

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
}

/** Share of a cell's pixels that must have changed since the picture before, for something to move in it. */
const MOVING_SHARE = 0.05;
/** Every so many rows are enough to see the light by. */
const LIGHT_STEP = 3;
/** Pictures at the start that only teach. */
const LEARNING = 10;
/** Share of the counting cells that, all active at once, are no object. */
const UPSET_SHARE = 0.7;
/** Pictures after which another picture is taken for the new background. */
const UPSET_LASTS = 10;
/** What stands still for so long belongs to the background; at five pictures a second, 30 s. */
const ABSORB_AFTER = 150;
const STILL_LEVELS = 10;
const LEARN_SHIFT = 5;
/** While learning, and for each quarter of it slower. */
const FIRST_SHIFT = 2;

export class MotionModel {
  readonly #width: number;
  readonly #grid: Grid;
  readonly #counting: Uint8Array;
  readonly #seenMeans = new Float32Array(CELLS);
  readonly #knownMeans = new Float32Array(CELLS);
  readonly #active = new Uint8Array(CELLS);
  readonly #moving = new Uint8Array(CELLS);
  #state: PixelState | undefined;
  #pictures = 0;
  #upset = 0;

  constructor(width: number, height: number, area: Parameters<typeof countingCells>[0]) {
    this.#width = width;
    this.#grid = gridOf(width, height);
    this.#counting = countingCells(area);
  }

  /** Takes a picture. */
  look(luma: Uint8Array, levels: MotionLevels): Seen {
    let total = 0;
    sumCells(
      luma,
      this.#width,
      this.#grid,
      (cell, sum, pixels) => {
        this.#seenMeans[cell] = sum / pixels;
        total += sum / pixels;
      },
      LIGHT_STEP,
    );
    const brightness = total / CELLS;
    const state = this.#state;
    if (state === undefined) {
      this.#state = pixelState(luma);
      this.#pictures = 1;
      return { blobs: [], brightness, isUpset: false };
    }
    const scale = 1 << FRACTION_BITS;
    sumCells(
      state.background,
      this.#width,
      this.#grid,
      (cell, sum, pixels) => {
        this.#knownMeans[cell] = sum / pixels / scale;
      },
      LIGHT_STEP,
    );
    const light = lightChange(this.#seenMeans, this.#knownMeans, () => true);
    const isLearning = this.#pictures < LEARNING;
    lookAtPixels(luma, state, {
      gain256: Math.round(light.gain * 256),
      offset: Math.round(light.offset),
      // While the background is being learnt everything teaches.
      threshold: isLearning ? 255 : levels.threshold,
      learnShift: isLearning ? FIRST_SHIFT : LEARN_SHIFT,
      absorbAfter: ABSORB_AFTER,
      stillLevels: STILL_LEVELS,
    });
    this.#pictures += 1;
    if (isLearning) return { blobs: [], brightness, isUpset: false };
    return { brightness, ...this.#judge(luma, state, levels.share) };
  }

  #judge(luma: Uint8Array, { marks, movers }: PixelState, share: number): Pick<Seen, "blobs" | "isUpset"> {
    let [active, counted] = [0, 0];
    sumCells(marks, this.#width, this.#grid, (cell, sum, pixels) => {
      const isActive = sum >= share * pixels ? 1 : 0;
      active += isActive;
      counted += 1;
      this.#active[cell] = isActive & (this.#counting[cell] as number);
    });
    if (active < UPSET_SHARE * counted) {
      this.#upset = 0;
      if (active === 0) return { blobs: [], isUpset: false };
      sumCells(movers, this.#width, this.#grid, (cell, sum, pixels) => {
        this.#moving[cell] = sum >= MOVING_SHARE * pixels ? 1 : 0;
      });
      return { blobs: blobsOf(this.#active, this.#moving), isUpset: false };
    }
    this.#upset += 1;
    if (this.#upset >= UPSET_LASTS) {
      this.#state = pixelState(luma);
      this.#pictures = 1;
      this.#upset = 0;
    }
    return { blobs: [], isUpset: true };
  }
}
