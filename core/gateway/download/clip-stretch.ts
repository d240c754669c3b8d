// Which samples of each recording belong to a clip, and where they stand in clip time: wall time without the gaps between
// recordings. Begins at the key frame before the wanted start.
import { TICKS_PER_SECOND } from "../../domain/time.ts";
import { audioFrom, keyFrameBefore, type Playable, presentationAt } from "../footage/playable.ts";
import type { SegmentIndex, TrackIndex } from "../footage/reader-messages.ts";

/** A recording with its sample tables. */
export interface ClipSource {
  readonly item: Playable;
  readonly index: SegmentIndex;
}

/** Samples `[from, to)`. */
export interface SampleSpan {
  readonly from: number;
  readonly to: number;
}

/** The part of a recording that goes into a clip. */
export interface Stretch {
  readonly source: ClipSource;
  /** Clip time of the recording's start, 90 kHz. */
  readonly base90k: number;
  readonly video: SampleSpan;
  /** Empty where there is no sound. */
  readonly audio: SampleSpan;
}

/** Cuts recordings, which come in order, to a range. */
export class StretchCutter {
  readonly #start90k: number;
  readonly #end90k: number;
  #isFirst = true;
  #skipped90k = 0;
  #lastEnd90k = 0;

  /** The range wanted, 90 kHz since the epoch. */
  constructor(start90k: number, end90k: number) {
    this.#start90k = start90k;
    this.#end90k = end90k;
  }

  /** What was left out so far, and where the last recording ends on the wall clock. */
  get skipped90k(): number {
    return this.#skipped90k;
  }

  get lastEnd90k(): number {
    return this.#lastEnd90k;
  }

  cut(source: ClipSource): Stretch {
    const { item, index } = source;
    const { video, audio } = index;
    const isFirst = this.#isFirst;
    if (!isFirst) this.#skipped90k += item.startTime90k - this.#lastEnd90k;
    this.#isFirst = false;
    this.#lastEnd90k = item.end90k;
    const from = isFirst ? keyFrameBefore(index, this.#start90k - item.startTime90k) : 0;
    const end90k = this.#end90k - item.startTime90k;
    const sound =
      audio === undefined
        ? { from: 0, to: 0 }
        : {
            from: isFirst ? audioFrom(audio, presentationAt(video, from)) : 0,
            to: samplesBefore(audio, (end90k * audio.timeScale) / TICKS_PER_SECOND, 0),
          };
    return {
      source,
      base90k: item.startTime90k - this.#skipped90k,
      video: { from, to: samplesBefore(video, end90k, from) },
      audio: sound,
    };
  }
}

/** End of the samples needed for what is shown before `time` (track's scale, from the recording's start). */
export function samplesBefore(track: TrackIndex<unknown>, time: number, from: number): number {
  for (let sample = track.count - 1; sample >= from; sample -= 1) {
    if (presentationAt(track, sample) < time) return sample + 1;
  }
  return from;
}

/** True if two recordings can share one sample entry per track. */
export function sameFormat(a: SegmentIndex, b: SegmentIndex): boolean {
  const videoA = a.video.format;
  const videoB = b.video.format;
  return (
    videoA.codecString === videoB.codecString &&
    videoA.width === videoB.width &&
    videoA.height === videoB.height &&
    Buffer.from(videoA.decoderConfig).equals(videoB.decoderConfig) &&
    sameSound(a, b)
  );
}

/** True if the sound of two recordings is of one kind. */
export function sameSound(a: SegmentIndex, b: SegmentIndex): boolean {
  const soundA = a.audio?.format;
  const soundB = b.audio?.format;
  if (soundA === undefined || soundB === undefined) return soundA === soundB;
  return (
    soundA.codecString === soundB.codecString &&
    soundA.sampleRate === soundB.sampleRate &&
    soundA.channels === soundB.channels &&
    Buffer.from(soundA.decoderConfig ?? []).equals(soundB.decoderConfig ?? new Uint8Array())
  );
}
