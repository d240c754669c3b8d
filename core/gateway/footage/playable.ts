// A recording as playback, clips and snapshots handle it: closed or still growing, with its sample tables and the
// questions one asks of them. No reading happens here.
import { TICKS_PER_SECOND } from "../../domain/time.ts";
import { SAMPLE_FLAG } from "../../media/mp4/index.ts";
import type { OpenSegment } from "../../media/protocol.ts";
import { type SegmentRecord, segmentId } from "../../media/segment.ts";
import type { PlayableSegment } from "../protocol.ts";
import type { SegmentIndex, SegmentPlace, TrackIndex } from "./reader-messages.ts";

/** One recording file on the time line. */
export interface Playable {
  readonly id: string;
  readonly run: number;
  readonly sequence: number;
  readonly startTime90k: number;
  readonly end90k: number;
  readonly sizeBytes: number;
  /** It is being written: more may come. */
  readonly isOpen: boolean;
  readonly place: SegmentPlace;
}

/** From core's answer. */
export function playableOf(segment: PlayableSegment): Playable {
  const { volume, file, moovOffset, moovBytes } = segment;
  return {
    id: segment.id,
    run: segment.run,
    sequence: segment.sequence,
    startTime90k: segment.startTime90k,
    end90k: segment.startTime90k + segment.duration90k,
    sizeBytes: segment.sizeBytes,
    isOpen: false,
    place: { volume, file, moovOffset, moovBytes },
  };
}

/** From media's answer; `root` is the path of its volume. */
export function playableOfOpen(segment: OpenSegment, root: string): Playable {
  const { identity, volume, path, readableBytes } = segment;
  return {
    id: segmentId(identity),
    run: identity.run,
    sequence: identity.sequence,
    startTime90k: identity.startTime90k,
    end90k: identity.startTime90k + segment.duration90k,
    sizeBytes: readableBytes,
    isOpen: true,
    place: { volume, file: fileOf(root, path), readableBytes },
  };
}

/** From media's answer: closed a moment ago, and not in core's index yet. */
export function playableOfClosed(segment: SegmentRecord, root: string): Playable {
  return playableOf({ ...segment, file: fileOf(root, segment.path) });
}

function fileOf(root: string, path: string): string {
  return path.startsWith("/") ? path : `${root}/${path}`;
}

/** Playback order: by run, then by number within the run. */
export function inPlaybackOrder(a: Playable, b: Playable): number {
  return a.run - b.run || a.sequence - b.sequence;
}

/** Presentation time of a sample from the segment's start, in the track's time scale. */
export function presentationAt(track: TrackIndex<unknown>, index: number): number {
  return (track.decodeTimes[index] as number) + (track.compositionOffsets[index] as number);
}

/** Duration of a sample in the track's time scale. */
export function durationAt(track: TrackIndex<unknown>, index: number): number {
  if (index + 1 >= track.count) return track.lastDuration;
  return (track.decodeTimes[index + 1] as number) - (track.decodeTimes[index] as number);
}

export function isKeyFrame(track: TrackIndex<unknown>, index: number): boolean {
  return ((track.flags[index] as number) & SAMPLE_FLAG.key) !== 0;
}

export function isDamaged(track: TrackIndex<unknown>, index: number): boolean {
  return ((track.flags[index] as number) & SAMPLE_FLAG.damaged) !== 0;
}

/** The video sample shown at `offset90k` from the segment's start: the last one not after it, or the first. */
export function shownAt(index: SegmentIndex, offset90k: number): number {
  const { video } = index;
  let best = 0;
  let bestTime = Number.NEGATIVE_INFINITY;
  for (let sample = 0; sample < video.count; sample += 1) {
    const time = presentationAt(video, sample);
    if (time <= offset90k && time > bestTime) {
      best = sample;
      bestTime = time;
    }
  }
  return bestTime === Number.NEGATIVE_INFINITY ? 0 : best;
}

/** The key frame from which `sample` can be decoded: the last one not after it in decoding order; 0 if none. */
export function keyFrameFor(index: SegmentIndex, sample: number): number {
  for (let key = Math.min(sample, index.video.count - 1); key > 0; key -= 1) {
    if (isKeyFrame(index.video, key)) return key;
  }
  return 0;
}

/** The key frame to begin with when what is shown at `offset90k` is wanted: presented then or before. */
export function keyFrameBefore(index: SegmentIndex, offset90k: number): number {
  const shown = shownAt(index, offset90k);
  // A frame shown before its key frame (open GOP) needs the GOP before.
  for (let key = keyFrameFor(index, shown); key > 0; key = keyFrameFor(index, key - 1)) {
    if (presentationAt(index.video, key) <= Math.max(offset90k, presentationAt(index.video, shown)))
      return key;
  }
  return 0;
}

/** Sample after the last one of the GOP that begins at `key`. */
export function gopEnd(index: SegmentIndex, key: number): number {
  for (let sample = key + 1; sample < index.video.count; sample += 1) {
    if (isKeyFrame(index.video, sample)) return sample;
  }
  return index.video.count;
}

/** The first audio sample that sounds at `offset90k` or later. */
export function audioFrom(audio: TrackIndex<unknown>, offset90k: number): number {
  const time = (offset90k * audio.timeScale) / TICKS_PER_SECOND;
  let low = 0;
  let high = audio.count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((audio.decodeTimes[middle] as number) + durationAt(audio, middle) <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}
