// A first look at a stream that costs no decoding: what moves makes coded frames larger than they usually are. A hint and no
// more: it has pictures decoded, detectors judge them, and where they see nothing it is believed less: encoders spend more on
// some frames than on others for reasons of their own. Pure.

/** Of the last frames, so many must be large. */
const LOOKED_BACK = 3;
const NEEDED = 2;
/** Larger than usual: by so many times the usual distance from it, by this share of it, and by these bytes. */
const DISTANCES = 4;
const SHARE = 0.4;
const LEAST_BYTES = 80;
/** How fast the usual is followed: downwards, and upwards, which is slower so that what moves does not become usual soon. */
const DOWN = 1 / 24;
const UP = 1 / 96;
/** Frames that only teach. */
const LEARNING = 20;
/** How much larger it must be after each hint that was wrong, at the most, and how much of that a right one takes back. */
const DOUBT = 1.6;
const MOST_DOUBT = 30;

/** Sizes of the frames between key frames of one stream. */
export class CodedSizes {
  #usual = 0;
  #distance = 0;
  #taken = 0;
  /** One bit for each of the last frames, the newest lowest. */
  #large = 0;
  #doubt = 1;

  /** Takes the size of a frame that is no key frame; whether something seems to move. */
  take(sizeBytes: number): boolean {
    this.#taken += 1;
    if (this.#taken === 1) this.#usual = sizeBytes;
    const beyond = sizeBytes - this.#usual;
    const limit = this.#doubt * Math.max(DISTANCES * this.#distance, SHARE * this.#usual, LEAST_BYTES);
    const isLarge = this.#taken > LEARNING && beyond > limit;
    const isFirst = this.#taken <= LEARNING;
    const pace = isFirst ? 1 / this.#taken : beyond < 0 ? DOWN : UP;
    this.#usual += beyond * pace;
    // What is large says nothing of how much frames usually differ.
    if (!isLarge) this.#distance += (Math.abs(beyond) - this.#distance) * (isFirst ? 1 / this.#taken : DOWN);
    this.#large = ((this.#large << 1) | (isLarge ? 1 : 0)) & ((1 << LOOKED_BACK) - 1);
    return bits(this.#large) >= NEEDED;
  }

  /** Whether a detector saw something where the sizes said so. */
  wasRight(isRight: boolean): void {
    this.#doubt = isRight ? Math.max(1, this.#doubt / DOUBT) : Math.min(MOST_DOUBT, this.#doubt * DOUBT);
    this.#large = 0;
  }

  /** Another stream. */
  forget(): void {
    this.#doubt = 1;
    this.#taken = 0;
    this.#large = 0;
    this.#distance = 0;
  }
}

function bits(value: number): number {
  let count = 0;
  for (let rest = value; rest > 0; rest >>= 1) count += rest & 1;
  return count;
}
