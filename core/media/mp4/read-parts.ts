// Walks the parts of a recording file that was not closed, and stops at what cannot be one: for read-segment.ts.
import { BoxReader, invalidFile, isInvalid } from "./box-reader.ts";
import { MOOF_LIMIT_BYTES, readFragment } from "./read-fragment.ts";
import { MOOV_LIMIT_BYTES, type ReadMovie, readMovie } from "./read-movie.ts";
import type { ByteSource, SegmentContent } from "./read-segment.ts";
import { SAMPLE_FLAG, type SampleList } from "./sample-list.ts";
import { wholeAccessUnits } from "./verify-samples.ts";

const FRAGMENT_LIMIT = 100_000;
const READ_AHEAD_BYTES = 4_096;

/** The movie box of these bytes if it is whole and final. */
export function readFinalMovie(source: ByteSource, offset: number, bytes: number): ReadMovie | undefined {
  if (bytes < 8 || bytes > MOOV_LIMIT_BYTES || offset + bytes > source.size) return undefined;
  try {
    const movie = readMovie(source.read(offset, bytes));
    return movie.fragmented ? undefined : movie;
  } catch (error) {
    if (isInvalid(error)) return undefined;
    throw error;
  }
}

/**
 * Reads parts from `content.partsEnd` up to `limit`; what stops it before is told in `problem`. With `verify` a part whose
 * pictures never reached the disk is passed over: its box tells where the next one begins, and what is missing is a hole.
 */
export function walkParts(source: ByteSource, content: SegmentContent, limit: number, verify: boolean): void {
  content.problem = undefined;
  const { video, audio } = content;
  let isHole = false;
  let refersToHole = false;
  for (let at = content.partsEnd, fragments = 0; at < limit; fragments += 1) {
    const before = {
      video: video.samples.count,
      videoDuration: video.samples.lastDuration,
      audio: audio?.samples.count ?? 0,
      audioDuration: audio?.samples.lastDuration ?? 0,
    };
    const forget = (): void => {
      video.samples.truncate(before.video, before.videoDuration);
      audio?.samples.truncate(before.audio, before.audioDuration);
    };
    try {
      if (fragments >= FRAGMENT_LIMIT) throw invalidFile("it has too many parts");
      const end = readPart(source, content, at, limit);
      if (end === undefined) return;
      at = end;
      if (verify && !wholeAccessUnits(source, video.samples, before.video)) {
        content.problem = "pictures of a part were never written";
        forget();
        // Nothing would tell when the rest begins if it had no picture before it.
        if (before.video === 0) return;
        isHole = true;
        refersToHole = true;
        continue;
      }
      if (isHole && video.samples.count > before.video) {
        noteHole(content, before.video, before.videoDuration);
        isHole = false;
      }
      if (refersToHole) refersToHole = !flagUntilKeyFrame(video.samples, before.video);
      content.partsEnd = end;
    } catch (error) {
      if (!isInvalid(error)) throw error;
      forget();
      content.problem = error.message;
      return;
    }
  }
}

/** Notes what is missing before the video sample `first`. */
function noteHole({ video, holes }: SegmentContent, first: number, durationBefore: number): void {
  const { samples } = video;
  const start = (samples.decodeTimes[first - 1] as number) + durationBefore;
  const duration90k = Math.max(0, (samples.decodeTimes[first] as number) - start);
  holes.push({ offset90k: start, duration90k, packets: 0 });
}

/** Flags the samples from `first` on, which may refer to something missing; true if a key frame ended that. */
function flagUntilKeyFrame(samples: SampleList, first: number): boolean {
  for (let index = first; index < samples.count; index += 1) {
    if (samples.isKeyFrame(index)) return true;
    samples.flags[index] = (samples.flags[index] as number) | SAMPLE_FLAG.damaged;
  }
  return false;
}

/** Reads the part at `at`; returns its end, or undefined if the final movie box stands there. */
function readPart(
  source: ByteSource,
  content: SegmentContent,
  at: number,
  limit: number,
): number | undefined {
  let bytes = source.read(at, Math.min(READ_AHEAD_BYTES, limit - at));
  const box = new BoxReader(bytes);
  const moofBytes = box.u32(0);
  const type = box.type(4);
  if (type === "moov") {
    const movie = readFinalMovie(source, at, Math.min(moofBytes, limit - at + 1));
    if (movie?.video?.samples.count !== content.video.samples.count) {
      throw invalidFile("its final moov is incomplete");
    }
    content.moov = { offset: at, bytes: moofBytes };
    content.summary = movie.summary;
    return undefined;
  }
  if (type !== "moof" || moofBytes > MOOF_LIMIT_BYTES)
    throw invalidFile("something else follows its last part");
  if (at + moofBytes + 8 > limit) throw invalidFile("its last part is cut off");
  if (bytes.length < moofBytes + 8) bytes = source.read(at, moofBytes + 8);
  const fragment = readFragment(bytes.subarray(0, moofBytes));
  const mdat = new BoxReader(bytes.subarray(moofBytes, moofBytes + 8));
  const mdatBytes = mdat.u32(0);
  if (mdat.type(4) !== "mdat" || mdatBytes < 8) throw invalidFile("a part has no pictures");
  const end = at + moofBytes + mdatBytes;
  if (end > limit) throw invalidFile("its last part is cut off");
  if (fragment.dataStart < moofBytes + 8 || fragment.dataEnd > moofBytes + mdatBytes) {
    throw invalidFile("a part points outside of itself");
  }
  fragment.append(at, content.video.samples, content.audio?.samples);
  return end;
}
