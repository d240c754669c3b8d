// Which samples of a recording go out together: chunks forwards, groups of pictures backwards, single key frames.
import { TICKS_PER_SECOND } from "../../domain/time.ts";
import { gopEnd, isKeyFrame, keyFrameFor, type Playable, presentationAt } from "../footage/playable.ts";
import type { SegmentIndex } from "../footage/reader-messages.ts";
import type { SampleRange } from "./frame-sender.ts";

const CHUNK_BYTES = 1024 * 1024;
const CHUNK_90K = TICKS_PER_SECOND;

/** A recording that was opened. */
export interface Place {
  readonly item: Playable;
  readonly index: SegmentIndex;
}

/** Video samples in the order in which they are shown. */
export function shownOrder(index: SegmentIndex): number[] {
  const { video } = index;
  return range(0, video.count).video.toSorted((a, b) => presentationAt(video, a) - presentationAt(video, b));
}

/** Video samples `[from, to)`, without sound. */
export function range(from: number, to: number): SampleRange & { readonly video: number[] } {
  return { video: Array.from({ length: to - from }, (_, at) => from + at), audio: { from: 0, to: 0 } };
}

/** Presentation time of a sample, or the recording's end for the one after the last. */
export function timeAt(place: Place, sample: number): number {
  const { item, index } = place;
  if (sample >= index.video.count) return item.end90k;
  return item.startTime90k + presentationAt(index.video, sample);
}

/** Length of the group of pictures that a sample belongs to. */
export function gopLength90k(place: Place, sample: number): number {
  const key = keyFrameFor(place.index, sample);
  return Math.max(0, timeAt(place, gopEnd(place.index, key)) - timeAt(place, key));
}

/** The next samples in decoding order: at most a second or a megabyte, one at least. */
export function chunk(index: SegmentIndex, from: number): { samples: number[]; end: number } {
  const { video } = index;
  let bytes = 0;
  let end = from;
  const startTime = video.decodeTimes[from] as number;
  while (end < video.count) {
    bytes += video.sizes[end] as number;
    if (end > from && (bytes > CHUNK_BYTES || (video.decodeTimes[end] as number) - startTime >= CHUNK_90K))
      break;
    end += 1;
  }
  return { samples: range(from, end).video, end };
}

/** The next key frame from `from` on, and where the one after it is. */
export function keyFrames(index: SegmentIndex, from: number): { samples: number[]; end: number } {
  let key = from;
  while (key < index.video.count && !isKeyFrame(index.video, key)) key += 1;
  return { samples: key < index.video.count ? [key] : [], end: gopEnd(index, key) };
}

/** Cuts a list of samples into parts that are read at once. */
export function* byBytes(index: SegmentIndex, samples: readonly number[]): Generator<number[]> {
  let part: number[] = [];
  let bytes = 0;
  for (const sample of samples) {
    const size = index.video.sizes[sample] as number;
    if (part.length > 0 && bytes + size > CHUNK_BYTES * 4) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(sample);
    bytes += size;
  }
  if (part.length > 0) yield part;
}
