// Makes a recording file part by part (docs/design/recording-format.md): a valid fragmented MP4 while it grows, an
// ordinary seekable one when closed. Only headers pass through here; the caller writes the sample bytes.
//
//   growing: ftyp, uuid(identity), free(16), moov(mvex), (moof mdat)*
//   closed:  ftyp, uuid(identity), mdat(64-bit, over the old moov and all fragments), moov, where wanted uuid(checksum)
import { NightjarError } from "../../errors.ts";
import type { AudioFormat, VideoFormat } from "../format.ts";
import type { SegmentIdentity } from "../segment.ts";
import { BoxWriter } from "./box-writer.ts";
import { type FragmentSample, fragment } from "./fragment.ts";
import { identityBox } from "./identity-box.ts";
import { writeFileType } from "./init-segment.ts";
import { MOVIE_TIME_SCALE, type MovieTrack, writeMovieBox } from "./movie-box.ts";
import { rollDistance } from "./sample-entry.ts";
import { SAMPLE_FLAG, SampleList } from "./sample-list.ts";
import { closeSegment, type SegmentEnd, type SegmentTracks } from "./segment-close.ts";
import type { SegmentClosing } from "./summary-box.ts";

/** One access unit or audio frame to be recorded. Times count from the run's zero, in the track's time scale. */
export interface MuxSample extends FragmentSample {
  /** Video: from `DecodeTimer`, strictly rising. Audio: its presentation time. */
  readonly decodeTime: number;
}

export interface SegmentMuxerOptions {
  readonly identity: SegmentIdentity;
  readonly video: VideoFormat;
  /** A file without it has no sound; sound that begins later needs a new file. */
  readonly audio?: AudioFormat | undefined;
  /** Parameter sets may also stand in the samples (avc3, hev1). */
  readonly inBandParameterSets?: boolean;
  /** Order of eviction on the volume, for rebuilding the index; 0 if unknown. */
  readonly writeSequence?: number;
  /** Record reasons as of the opening (REASON_BITS), for a file that a crash cuts. */
  readonly reasonBits?: number;
  /** A checksum box will end the file. */
  readonly hasChecksum?: boolean;
}

/** One recording file in the making. Keeps the table of its samples, not the samples. */
export class SegmentMuxer {
  readonly #options: SegmentMuxerOptions;
  readonly #tracks: SegmentTracks;
  readonly #audioRolls: boolean;
  #bytes = 0;
  #parts = 0;
  /** First video decoding time in the run's time: the file's zero. */
  #zero: number | undefined;

  constructor(options: SegmentMuxerOptions) {
    this.#options = options;
    this.#tracks = {
      video: {
        format: options.video,
        samples: new SampleList(),
        inBandParameterSets: options.inBandParameterSets === true,
      },
      audio: options.audio && { format: options.audio, samples: new SampleList() },
    };
    this.#audioRolls = options.audio !== undefined && rollDistance(options.audio) !== 0;
  }

  /** Length of the file so far, the last part's sample bytes included. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Parts made so far. */
  get parts(): number {
    return this.#parts;
  }

  /** Sum of the video samples' durations so far, 90 kHz. */
  get duration90k(): number {
    return this.#tracks.video.samples.duration;
  }

  get videoSamples(): number {
    return this.#tracks.video.samples.count;
  }

  /** What the file begins with. To be called once, first. */
  header(): Uint8Array<ArrayBuffer> {
    const { identity, video, audio, inBandParameterSets, writeSequence, reasonBits } = this.#options;
    const writer = new BoxWriter(2048);
    writeFileType(writer);
    writer.bytes(identityBox({ identity, writeSequence: writeSequence ?? 0, reasonBits: reasonBits ?? 0 }));
    writer.begin("free").zeros(8).end();
    const tracks: MovieTrack[] = [
      { kind: "video", format: video, inBandParameterSets: inBandParameterSets === true },
    ];
    if (audio !== undefined) tracks.push({ kind: "audio", format: audio });
    writeMovieBox(writer, {
      tracks,
      fragmented: true,
      createdAtSeconds: identity.startTime90k / MOVIE_TIME_SCALE,
    });
    this.#bytes = writer.length;
    return writer.toBytes();
  }

  /**
   * Takes the samples of a part and returns moof and mdat header; the caller writes them, then all video bytes in
   * order, then all audio bytes in order. The first part must hold video. Audio that begins before the first
   * video frame is kept, but lies right only once the file is closed.
   */
  part(video: readonly MuxSample[], audio: readonly MuxSample[]): Uint8Array<ArrayBuffer> {
    const zero = this.#fixZero(video);
    const videoBase = video.length === 0 ? 0 : (video[0] as MuxSample).decodeTime - zero;
    const audioTrack = audio.length === 0 ? undefined : this.#tracks.audio;
    const audioZero = Math.round((zero * (this.#options.audio?.sampleRate ?? 0)) / MOVIE_TIME_SCALE);
    const audioBase = audioTrack === undefined ? 0 : (audio[0] as MuxSample).decodeTime - audioZero;
    this.#parts += 1;
    const header = fragment({
      sequence: this.#parts,
      ...(video.length === 0 ? {} : { video: { baseDecodeTime: videoBase, samples: video } }),
      ...(audioTrack === undefined
        ? {}
        : { audio: { baseDecodeTime: Math.max(0, audioBase), samples: fitStart(audio, audioBase) } }),
      audioRolls: this.#audioRolls,
    });
    let offset = this.#bytes + header.length;
    offset = record(this.#tracks.video.samples, video, offset, zero);
    if (audioTrack !== undefined) offset = record(audioTrack.samples, audio, offset, audioZero);
    this.#bytes = offset;
    return header;
  }

  /**
   * Ends the file. `duration90k` is the distance from its first frame to the next file's first frame, where the
   * caller knows it; else the sum of the video samples' durations.
   */
  finish(closing: SegmentClosing & { readonly duration90k?: number }): SegmentEnd {
    return closeSegment({
      identity: this.#options.identity,
      tracks: this.#tracks,
      moovOffset: this.#bytes,
      closing,
      recovered: false,
      duration90k: closing.duration90k,
      hasChecksum: this.#options.hasChecksum === true,
    });
  }

  #fixZero(video: readonly MuxSample[]): number {
    const zero = this.#zero ?? video[0]?.decodeTime;
    if (zero === undefined || this.#bytes === 0) {
      throw new NightjarError(
        "NJ_INTERNAL",
        "internal",
        "a recording file was given a part before its header, or sound before its first picture",
      );
    }
    this.#zero = zero;
    return zero;
  }
}

function record(samples: SampleList, added: readonly MuxSample[], start: number, zero: number): number {
  let offset = start;
  for (const sample of added) {
    const flags = (sample.keyFrame ? SAMPLE_FLAG.key : 0) | (sample.damaged ? SAMPLE_FLAG.damaged : 0);
    samples.add(
      offset,
      sample.length,
      sample.decodeTime - zero,
      sample.compositionOffset,
      sample.duration,
      flags,
    );
    offset += sample.length;
  }
  return offset;
}

/** A fragment cannot begin before zero: samples before it are squeezed, so that the later ones are in time. */
function fitStart(audio: readonly MuxSample[], base: number): readonly MuxSample[] {
  if (base >= 0) return audio;
  const zero = (audio[0] as MuxSample).decodeTime - base;
  return audio.map((sample) =>
    sample.decodeTime >= zero
      ? sample
      : { ...sample, decodeTime: zero, duration: Math.max(0, sample.decodeTime + sample.duration - zero) },
  );
}
