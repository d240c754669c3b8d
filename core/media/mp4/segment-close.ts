// The end of a recording file: its final movie box, the 16 bytes that hide the fragments behind a 64-bit mdat, and
// what the index is told. The muxer closes with it, recovery finalises with it: both make the same file.
import { type SegmentIdentity, type SegmentRecord, segmentId } from "../segment.ts";
import { BoxWriter } from "./box-writer.ts";
import { CHECKSUM_BOX_BYTES } from "./checksum-box.ts";
import { PATCH_BYTES, PATCH_OFFSET } from "./identity-box.ts";
import { encodeKeyFrames, type KeyFrame } from "./key-frame-blob.ts";
import { type Edit, MOVIE_TIME_SCALE, type MovieTrack, writeMovieBox } from "./movie-box.ts";
import { type AudioEntryFormat, entryCodecString, type VideoEntryFormat } from "./sample-entry.ts";
import type { SampleList } from "./sample-list.ts";
import { type SegmentClosing, writeSummaryBox } from "./summary-box.ts";

/** All of a `SegmentRecord` that a file knows of itself. */
export type SegmentFacts = Omit<SegmentRecord, "volume" | "path" | "writeSequence">;

/** The samples of a file; decoding times count from the first video sample's, in both tracks. */
export interface SegmentTracks {
  readonly video: {
    readonly format: VideoEntryFormat;
    readonly samples: SampleList;
    readonly inBandParameterSets: boolean;
  };
  readonly audio?: { readonly format: AudioEntryFormat; readonly samples: SampleList } | undefined;
}

/** What closing a file takes: append `moov`, sync, write `patch` at `patchOffset`, sync. */
export interface SegmentEnd {
  readonly moov: Uint8Array<ArrayBuffer>;
  readonly patch: Uint8Array<ArrayBuffer>;
  readonly patchOffset: number;
  readonly summary: SegmentFacts;
}

/**
 * Makes the end of a file whose whole parts end at `moovOffset`. `duration90k` is the distance to the next
 * segment's start where the caller knows it; else the sum of the video samples' durations.
 */
export function closeSegment(options: {
  readonly identity: SegmentIdentity;
  readonly tracks: SegmentTracks;
  readonly moovOffset: number;
  readonly closing: SegmentClosing;
  readonly recovered: boolean;
  readonly duration90k?: number | undefined;
  /** A checksum box follows the moov: whoever writes the file makes it. */
  readonly hasChecksum?: boolean;
}): SegmentEnd {
  const { identity, tracks, moovOffset, closing, recovered } = options;
  const { video } = tracks;
  const audio = tracks.audio !== undefined && tracks.audio.samples.count > 0 ? tracks.audio : undefined;
  const duration90k = options.duration90k ?? video.samples.duration;
  // The first frame is where the segment starts; pictures before it in time cannot be decoded without the previous file.
  const origin = video.samples.count === 0 ? 0 : video.samples.presentationTimeAt(0);
  const movieTracks: MovieTrack[] = [
    {
      kind: "video",
      format: video.format,
      inBandParameterSets: video.inBandParameterSets,
      samples: video.samples,
      edits: [{ duration: Math.max(0, video.samples.presentationEnd - origin), mediaTime: origin }],
    },
  ];
  if (audio !== undefined) {
    movieTracks.push({
      kind: "audio",
      format: audio.format,
      samples: audio.samples,
      edits: audioEdits(audio.samples, audio.format.sampleRate, origin),
    });
  }
  const writer = new BoxWriter(4096 + 24 * video.samples.count);
  writeMovieBox(writer, {
    tracks: movieTracks,
    fragmented: false,
    createdAtSeconds: identity.startTime90k / MOVIE_TIME_SCALE,
    writeUserData: (target) => writeSummaryBox(target, { ...closing, duration90k, recovered }),
  });
  const moov = writer.toBytes();
  return {
    moov,
    patch: new BoxWriter(PATCH_BYTES)
      .u32(1)
      .ascii("mdat")
      .u64(moovOffset - PATCH_OFFSET)
      .toBytes(),
    patchOffset: PATCH_OFFSET,
    summary: {
      ...identity,
      id: segmentId(identity),
      duration90k,
      sizeBytes: moovOffset + moov.length + (options.hasChecksum === true ? CHECKSUM_BOX_BYTES : 0),
      videoCodec: entryCodecString(video.format, video.inBandParameterSets),
      width: video.format.width,
      height: video.format.height,
      audioCodec: audio?.format.codecString,
      videoSamples: video.samples.count,
      audioSamples: audio?.samples.count ?? 0,
      moovOffset,
      moovBytes: moov.length,
      holes: closing.holes,
      reasons: closing.reasons,
      cameraClockOffsetMs: closing.cameraClockOffsetMs,
      startsWithKeyFrame: video.samples.count > 0 && video.samples.isKeyFrame(0),
      endsRun: closing.endsRun,
      recovered,
      keyFrames: encodeKeyFrames(keyFramesOf(video.samples, origin)),
    },
  };
}

/** The key frames of a video track; `origin` is the presentation time of the segment's start. */
export function keyFramesOf(samples: SampleList, origin: number): KeyFrame[] {
  const keyFrames: KeyFrame[] = [];
  for (let index = 0; index < samples.count; index += 1) {
    if (!samples.isKeyFrame(index)) continue;
    keyFrames.push({
      time90k: Math.max(0, samples.presentationTimeAt(index) - origin),
      offset: samples.offsets[index] as number,
      sizeBytes: samples.sizes[index] as number,
    });
  }
  return keyFrames;
}

/** Places the sound against the first picture: an empty edit if it begins later, a cut if it begins earlier. */
function audioEdits(samples: SampleList, sampleRate: number, origin90k: number): Edit[] {
  const lead = (samples.decodeTimes[0] as number) - (origin90k * sampleRate) / MOVIE_TIME_SCALE;
  const toMovie = (ticks: number) => Math.ceil((ticks * MOVIE_TIME_SCALE) / sampleRate);
  if (lead >= 0) {
    const media = { duration: toMovie(samples.duration), mediaTime: 0 };
    const empty = Math.round((lead * MOVIE_TIME_SCALE) / sampleRate);
    return empty === 0 ? [media] : [{ duration: empty, mediaTime: -1 }, media];
  }
  const skipped = Math.min(samples.duration, Math.round(-lead));
  return [{ duration: toMovie(samples.duration - skipped), mediaTime: skipped }];
}
