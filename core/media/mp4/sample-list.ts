// The samples of one track of one file, as parallel typed arrays: filled by the muxer and by the readers,
// turned into sample tables when the file is closed. 17 bytes a sample, 21 with composition offsets.
import { NightjarError } from "../../errors.ts";

export const SAMPLE_FLAG = { key: 1, damaged: 2 } as const;
/** More samples than any file of ours holds (six hours at 48 frames a second): a hostile file announces more. */
export const SAMPLE_LIMIT = 1 << 20;
const TIME_LIMIT = 0x7fffffff;

/** Growing table of samples. Arrays may be longer than `count`; they are replaced when they grow. */
export class SampleList {
  count = 0;
  /** Absolute offsets in the file; closing a file does not change them. */
  offsets: Float64Array;
  sizes: Uint32Array;
  /** Track's time scale; what zero means is said by the owner of the list. */
  decodeTimes: Int32Array;
  /** Presentation minus decoding time; absent while all are zero. */
  compositionOffsets: Int32Array | undefined;
  /** Bits of {@link SAMPLE_FLAG}. */
  flags: Uint8Array;
  /** Duration of the last sample; the others last until their successor. */
  lastDuration = 0;
  /** Sum of the sizes. */
  totalBytes = 0;

  constructor(capacity = 256) {
    this.offsets = new Float64Array(capacity);
    this.sizes = new Uint32Array(capacity);
    this.decodeTimes = new Int32Array(capacity);
    this.flags = new Uint8Array(capacity);
  }

  /** Appends a sample. A time before its predecessor's is moved up to it. Throws `NJ_MP4_INVALID` beyond the limits. */
  add(
    offset: number,
    size: number,
    decodeTime: number,
    compositionOffset: number,
    duration: number,
    flags: number,
  ): void {
    const at = this.count;
    if (at >= SAMPLE_LIMIT || Math.abs(decodeTime) > TIME_LIMIT || Math.abs(compositionOffset) > TIME_LIMIT) {
      throw new NightjarError(
        "NJ_MP4_INVALID",
        "data-loss",
        "a recording file has too many or too late samples",
      );
    }
    if (at === this.sizes.length) this.#grow();
    const previous = at === 0 ? decodeTime : (this.decodeTimes[at - 1] as number);
    this.offsets[at] = offset;
    this.sizes[at] = size;
    this.decodeTimes[at] = Math.max(decodeTime, previous);
    this.flags[at] = flags;
    if (compositionOffset !== 0 && this.compositionOffsets === undefined) {
      this.compositionOffsets = new Int32Array(this.sizes.length);
    }
    if (this.compositionOffsets !== undefined) this.compositionOffsets[at] = compositionOffset;
    this.lastDuration = duration;
    this.totalBytes += size;
    this.count = at + 1;
  }

  /** Duration of a sample in the track's time scale. */
  durationAt(index: number): number {
    return index + 1 < this.count
      ? (this.decodeTimes[index + 1] as number) - (this.decodeTimes[index] as number)
      : this.lastDuration;
  }

  compositionOffsetAt(index: number): number {
    return this.compositionOffsets?.[index] ?? 0;
  }

  presentationTimeAt(index: number): number {
    return (this.decodeTimes[index] as number) + this.compositionOffsetAt(index);
  }

  isKeyFrame(index: number): boolean {
    return ((this.flags[index] as number) & SAMPLE_FLAG.key) !== 0;
  }

  isDamaged(index: number): boolean {
    return ((this.flags[index] as number) & SAMPLE_FLAG.damaged) !== 0;
  }

  /** From the first decoding time to the end of the last sample. */
  get duration(): number {
    if (this.count === 0) return 0;
    return (this.decodeTimes[this.count - 1] as number) + this.lastDuration - (this.decodeTimes[0] as number);
  }

  /** Latest end of any sample on the presentation line. */
  get presentationEnd(): number {
    let end = 0;
    for (let index = Math.max(0, this.count - 64); index < this.count; index += 1) {
      end = Math.max(end, this.presentationTimeAt(index) + this.durationAt(index));
    }
    return end;
  }

  /** Forgets the samples from `count` on; `lastDuration` is that of the then last one. */
  truncate(count: number, lastDuration: number): void {
    for (let index = count; index < this.count; index += 1) this.totalBytes -= this.sizes[index] as number;
    this.count = Math.min(this.count, count);
    this.lastDuration = lastDuration;
  }

  /** Moves all times by `ticks`. */
  shift(ticks: number): void {
    if (ticks === 0) return;
    for (let index = 0; index < this.count; index += 1) {
      this.decodeTimes[index] = (this.decodeTimes[index] as number) + ticks;
    }
  }

  #grow(): void {
    const capacity = Math.max(64, this.sizes.length * 2);
    const offsets = new Float64Array(capacity);
    offsets.set(this.offsets);
    this.offsets = offsets;
    const sizes = new Uint32Array(capacity);
    sizes.set(this.sizes);
    this.sizes = sizes;
    const decodeTimes = new Int32Array(capacity);
    decodeTimes.set(this.decodeTimes);
    this.decodeTimes = decodeTimes;
    const flags = new Uint8Array(capacity);
    flags.set(this.flags);
    this.flags = flags;
    if (this.compositionOffsets !== undefined) {
      const compositionOffsets = new Int32Array(capacity);
      compositionOffsets.set(this.compositionOffsets);
      this.compositionOffsets = compositionOffsets;
    }
  }
}
