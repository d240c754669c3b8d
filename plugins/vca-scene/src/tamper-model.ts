// Whether a camera is tampered with: what the picture is like against what it was like while all was well. Covered: most blocks
// have lost their detail and the picture is another one. Sprayed or out of focus: most have lost their detail. Dark: nothing can
// be seen. Pure.
import type { DetectorArea } from "@nightjar/core";
import { BLOCK_COLUMNS, BLOCK_ROWS, BLOCKS, type PictureFacts } from "./picture-facts.ts";

export type Tampering = "dark" | "covered" | "blurred";

/** Detail below this is none: noise alone has as much. */
const NO_DETAIL = 0.7;
/** Blocks that had this much can lose it. */
const SOME_DETAIL = 1.4;
/** Share of the detail that was there below which it is lost, at the middle sensitivity. */
const LOST_SHARE = 0.45;
/** Share below which it is lost at any sensitivity where hardly any is left. */
const GONE_SHARE = 0.7;
/** Share of the blocks that have lost theirs, at the middle sensitivity: a spray of 60 % may take less where detail lies beside it. */
const BLURRED_BLOCKS = 0.4;
const DARK_BELOW = 16;
/** Dark is only what was brighter before. */
const BRIGHT_BEFORE = 26;
/** Levels by which most blocks are others when something is in front of the lens. */
const OTHER_LEVELS = 25;
/** Where black begins, with the noise of a sensor. */
const BLACK = 12;
/** Levels by which the mean of all changes from picture to picture while the camera adjusts itself. */
const UNSTEADY_LEVELS = 3;
const LEARN = 0.02;
/** Milliseconds between pictures for which that holds, and how many of those one picture may stand for. */
const LEARN_EVERY_MS = 500;
const MOST_STEPS = 8;
/** Pictures that only teach. */
const LEARNING = 10;
/** Fewer blocks with detail than this, and a bare scene says nothing by losing it. */
const LEAST_BLOCKS = 36;
/** A bare scene is covered when its brightness is the same all over, to this share of how it differed from place to place. */
const EVEN_SHARE = 0.3;
/** Levels by which brightness must differ from place to place for that. */
const UNEVEN_LEVELS = 10;

/** What is known of a camera while all is well. */
export class TamperModel {
  readonly #detail = new Float32Array(BLOCKS);
  readonly #means = new Float32Array(BLOCKS);
  #brightness = 0;
  #lastBrightness = 0;
  #pictures = 0;
  #isSteady = true;
  /** Which blocks count, and how many do. */
  readonly #counting: Uint8Array;
  readonly #count: number;

  /** Looks at the blocks within an area alone; without one at all. */
  constructor(area?: DetectorArea) {
    this.#counting = countingBlocks(area);
    this.#count = this.#counting.reduce((sum, one) => sum + one, 0);
  }

  /** False: the newest picture says nothing, since the exposure follows something. */
  get isSteady(): boolean {
    return this.#isSteady;
  }

  /** Judges a picture. `keenness`: 0 to 1; `sinceMs`: since the picture before. */
  judge(
    facts: PictureFacts,
    keenness: number,
    darkness: boolean,
    sinceMs = LEARN_EVERY_MS,
  ): Tampering | undefined {
    if (this.#count === 0) return undefined;
    const brightness = this.#brightnessOf(facts);
    const change = Math.abs(brightness - this.#lastBrightness);
    this.#lastBrightness = brightness;
    if (this.#pictures < LEARNING) {
      this.#learn(facts, brightness, 1 / (this.#pictures + 1));
      return undefined;
    }
    // The exposure follows something: what it makes of the picture until then says nothing.
    this.#isSteady = change <= UNSTEADY_LEVELS;
    if (!this.#isSteady) return undefined;
    const found = this.#find(facts, brightness, keenness, darkness);
    // Tampering is never learnt; the change of the day is.
    const steps = Math.min(MOST_STEPS, Math.max(1, Math.round(sinceMs / LEARN_EVERY_MS)));
    if (found === undefined) this.#learn(facts, brightness, 1 - (1 - LEARN) ** steps);
    return found;
  }

  /** Mean of what counts. */
  #brightnessOf({ brightness, means }: PictureFacts): number {
    if (this.#count === BLOCKS) return brightness;
    let sum = 0;
    for (let block = 0; block < BLOCKS; block += 1)
      sum += (means[block] as number) * (this.#counting[block] as number);
    return sum / this.#count;
  }

  #find({ detail, means }: PictureFacts, brightness: number, keenness: number, darkness: boolean) {
    const isDark = brightness < DARK_BELOW && this.#brightness > BRIGHT_BEFORE;
    if (isDark) return darkness ? "dark" : undefined;
    // Half as keen wants half as much again of everything.
    const ease = 0.5 + keenness;
    let [able, lost, others] = [0, 0, 0];
    for (let block = 0; block < BLOCKS; block += 1) {
      if (this.#counting[block] === 0) continue;
      const before = this.#detail[block] as number;
      if (Math.abs((means[block] as number) - (this.#means[block] as number)) > OTHER_LEVELS) others += 1;
      if (before < SOME_DETAIL) continue;
      able += 1;
      const now = detail[block] as number;
      // By less light there is less of everything: that is no loss.
      const light = ((means[block] as number) + BLACK) / ((this.#means[block] as number) + BLACK);
      const expected = before * Math.min(1, light);
      const isGone = now < NO_DETAIL && now < expected * GONE_SHARE;
      if (isGone || now < expected * Math.min(GONE_SHARE, LOST_SHARE * ease)) lost += 1;
    }
    const isMost = others > this.#count / 2;
    if (able < LEAST_BLOCKS * (this.#count / BLOCKS)) {
      const [before, now] = [spread(this.#means, this.#counting), spread(means, this.#counting)];
      const isEven = before > UNEVEN_LEVELS && now < before * EVEN_SHARE * ease;
      return isEven && isMost ? "covered" : undefined;
    }
    if (lost < able * Math.min(0.95, BLURRED_BLOCKS / ease)) return undefined;
    return isMost ? "covered" : "blurred";
  }

  #learn({ detail, means }: PictureFacts, brightness: number, share: number): void {
    this.#pictures += 1;
    this.#brightness += (brightness - this.#brightness) * share;
    for (let block = 0; block < BLOCKS; block += 1) {
      const [known, mean] = [this.#detail[block] as number, this.#means[block] as number];
      this.#detail[block] = known + ((detail[block] as number) - known) * share;
      this.#means[block] = mean + ((means[block] as number) - mean) * share;
    }
  }
}

/** By how much those that count differ from their mean, on average. */
function spread(values: Float32Array, counting: Uint8Array): number {
  const own = values.filter((_value, block) => counting[block] === 1);
  const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
  return own.reduce((sum, value) => sum + Math.abs(value - mean), 0) / own.length;
}

/** The blocks whose middle lies in the area. */
function countingBlocks(area: DetectorArea | undefined): Uint8Array {
  const counting = new Uint8Array(BLOCKS).fill(1);
  if (area === undefined) return counting;
  return counting.map((_one, block) => {
    const column = Math.floor((((block % BLOCK_COLUMNS) + 0.5) / BLOCK_COLUMNS) * area.columns);
    const row = Math.floor(((Math.floor(block / BLOCK_COLUMNS) + 0.5) / BLOCK_ROWS) * area.rows);
    return area.cells[row * area.columns + column] === "1" ? 1 : 0;
  });
}
