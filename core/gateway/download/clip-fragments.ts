// A clip as a stream of MP4 fragments, one GOP each: for ranges that are long, still growing, or change their format on
// the way. Nothing is known in advance, so there is no length and no Range.
import { TICKS_PER_SECOND } from "../../domain/time.ts";
import { parameterSetsOf } from "../../media/codec/decoder-config.ts";
import { AAC_FRAME_SAMPLES, AAC_PRIMING_SAMPLES } from "../../media/ffmpeg/aac-encoder.ts";
import {
  BoxWriter,
  type Edit,
  type FragmentSample,
  type FragmentTrack,
  fragment,
  type MovieTrack,
  writeFileType,
  writeMovieBox,
} from "../../media/mp4/index.ts";
import { audioFrom, durationAt, gopEnd, isDamaged, isKeyFrame, keyFrameBefore } from "../footage/playable.ts";
import type { TrackIndex } from "../footage/reader-messages.ts";
import type { VolumeReaders } from "../footage/volume-reader.ts";
import { type ClipSource, type SampleSpan, sameFormat, sameSound, samplesBefore } from "./clip-stretch.ts";
import type { SoundLine } from "./sound-line.ts";

/** Most bytes of pictures in one fragment; a longer GOP goes out in several. */
const FRAGMENT_LIMIT_BYTES = 8 * 1024 * 1024;

/** Makes the bytes of a clip, recording by recording. */
export class ClipFragments {
  readonly #readers: VolumeReaders;
  readonly #start90k: number;
  readonly #end90k: number;
  #first: ClipSource | undefined;
  #previous: ClipSource | undefined;
  #skipped90k = 0;
  #lastEnd90k = 0;
  /** Decoding time of the first picture, in clip time: both tracks count from it. */
  #zero90k = 0;
  #nextVideo90k = 0;
  #nextAudio = 0;
  #sequence = 0;
  readonly #line: SoundLine | undefined;
  /** Access units of converted sound that went out. */
  #lineFrames = 0;

  /** `line`, where given, converts the sound. */
  constructor(readers: VolumeReaders, start90k: number, end90k: number, line?: SoundLine) {
    this.#readers = readers;
    this.#start90k = start90k;
    this.#end90k = end90k;
    this.#line = line;
  }

  /**
   * Bytes for the part of a recording that lies in the range. Recordings come in order. Ends early, with
   * `done: true` as its last word, where the codec or the sound changes, which one file cannot hold.
   */
  async *add(source: ClipSource, signal: AbortSignal): AsyncGenerator<Uint8Array, boolean> {
    const { item, index } = source;
    const isFirst = this.#first === undefined;
    let inBand: Uint8Array | undefined;
    if (this.#previous === undefined) {
      this.#first = source;
    } else {
      const sameCodec = kindOf(this.#previous) === kindOf(source);
      if (!sameCodec || !sameSound(this.#previous.index, index)) return true;
      // Same codec, other parameters: they go in front of the first picture, where decoders look for them too.
      if (!sameFormat(this.#first?.index ?? index, index) || !sameFormat(this.#previous.index, index)) {
        inBand = inBandSets(source);
      }
      this.#skipped90k += item.startTime90k - this.#lastEnd90k;
    }
    this.#previous = source;
    this.#lastEnd90k = item.end90k;
    const from = isFirst ? keyFrameBefore(index, this.#start90k - item.startTime90k) : 0;
    const to = samplesBefore(index.video, this.#end90k - item.startTime90k, from);
    const base90k = item.startTime90k - this.#skipped90k;
    if (isFirst) {
      this.#zero90k = base90k + (index.video.decodeTimes[from] as number);
      yield this.#head(source);
    }
    let audio = index.audio === undefined ? 0 : this.#audioStart(source, from, isFirst);
    for (let sample = from; sample < to; ) {
      const end = fragmentEnd(source, sample, to);
      const isLast = end >= to;
      const audioEnd = this.#audioEnd(source, audio, end, isLast);
      yield* this.#fragment(
        source,
        base90k,
        { from: sample, to: end },
        { from: audio, to: audioEnd },
        inBand,
        signal,
      );
      inBand = undefined;
      sample = end;
      audio = audioEnd;
    }
    return false;
  }

  /** What is left of converted sound when all recordings were added. */
  async *end(): AsyncGenerator<Uint8Array, void> {
    const line = this.#line;
    if (line === undefined || this.#first === undefined) return;
    await line.encoder.end();
    const { track, frames } = this.#convertedTrack(line);
    if (track === undefined) return;
    this.#sequence += 1;
    yield fragment({ sequence: this.#sequence, audio: track });
    yield Buffer.concat(frames);
  }

  #head(source: ClipSource): Uint8Array {
    const { item, index } = source;
    const lead90k = Math.max(0, Math.max(this.#start90k, item.startTime90k) - this.#zero90k);
    // Duration 0: to the end, wherever that will be (ISO/IEC 14496-12 §8.6.6, fragmented movies).
    const edit = (mediaTime: number): readonly Edit[] => [{ duration: 0, mediaTime }];
    const tracks: MovieTrack[] = [{ kind: "video", format: index.video.format, edits: edit(lead90k) }];
    const format = this.#line?.encoder.format ?? index.audio?.format;
    if (format !== undefined) {
      const priming = this.#line === undefined ? 0 : AAC_PRIMING_SAMPLES;
      const mediaTime = priming + Math.round((lead90k * format.sampleRate) / TICKS_PER_SECOND);
      tracks.push({ kind: "audio", format, edits: edit(mediaTime) });
    }
    const writer = new BoxWriter(2048);
    writeFileType(writer);
    writeMovieBox(writer, {
      tracks,
      fragmented: true,
      createdAtSeconds: item.startTime90k / TICKS_PER_SECOND,
    });
    return writer.toBytes();
  }

  async *#fragment(
    source: ClipSource,
    base90k: number,
    video: SampleSpan,
    audio: SampleSpan,
    inBand: Uint8Array | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array, void> {
    const { item, index } = source;
    const pieces: { offset: number; size: number }[] = [];
    for (let at = video.from; at < video.to; at += 1) pieces.push(pieceOf(index.video, at));
    if (index.audio !== undefined) {
      for (let at = audio.from; at < audio.to; at += 1) pieces.push(pieceOf(index.audio, at));
    }
    const buffers = await this.#readers.read(item.place, pieces, 0, signal);
    const line = this.#line;
    const videoCount = video.to - video.from;
    if (line !== undefined && index.audio !== undefined) {
      await line.feed(index.audio, audio, base90k, buffers.slice(videoCount));
      await line.settle();
    }
    const converted = line === undefined ? undefined : this.#convertedTrack(line);
    this.#sequence += 1;
    const videoTrack = this.#videoTrack(source, base90k, video, inBand?.length ?? 0);
    const audioTrack = converted === undefined ? this.#audioTrack(source, base90k, audio) : converted.track;
    yield fragment({
      sequence: this.#sequence,
      video: videoTrack,
      ...(audioTrack === undefined ? {} : { audio: audioTrack }),
    });
    if (inBand !== undefined) yield inBand;
    // The reader laid all pieces out in one buffer, so that they leave as one.
    const first = buffers[0];
    if (first === undefined) return;
    let size = 0;
    for (const buffer of line === undefined ? buffers : buffers.slice(0, videoCount)) size += buffer.length;
    yield new Uint8Array(first.buffer, first.byteOffset, size);
    if (converted !== undefined && converted.frames.length > 0) yield Buffer.concat(converted.frames);
  }

  /** The converted sound that has come out since the last fragment. */
  #convertedTrack(line: SoundLine): { track: FragmentTrack | undefined; frames: Buffer[] } {
    const frames = line.encoder.take();
    const { zero90k } = line;
    if (zero90k === undefined || frames.length === 0) return { track: undefined, frames: [] };
    const { sampleRate } = line.encoder.format;
    const zero = Math.max(0, Math.round(((zero90k - this.#zero90k) * sampleRate) / TICKS_PER_SECOND));
    const baseDecodeTime = zero + this.#lineFrames * AAC_FRAME_SAMPLES;
    this.#lineFrames += frames.length;
    const samples = frames.map(({ length }) => ({
      length,
      duration: AAC_FRAME_SAMPLES,
      compositionOffset: 0,
      keyFrame: true,
      damaged: false,
    }));
    return { track: { baseDecodeTime, samples }, frames };
  }

  #videoTrack(
    source: ClipSource,
    base90k: number,
    range: { from: number; to: number },
    extraBytes: number,
  ): FragmentTrack {
    const { video } = source.index;
    const time90k = base90k + (video.decodeTimes[range.from] as number) - this.#zero90k;
    // Where recordings meet, decoding time must not go back; what is shown when stays as it is.
    const late90k = Math.max(0, this.#nextVideo90k - time90k);
    const samples: FragmentSample[] = [];
    let duration90k = 0;
    for (let at = range.from; at < range.to; at += 1) {
      const isFirst = at === range.from;
      const duration = Math.max(1, durationAt(video, at) - (isFirst ? late90k : 0));
      duration90k += duration;
      samples.push({
        length: (video.sizes[at] as number) + (isFirst ? extraBytes : 0),
        duration,
        compositionOffset: (video.compositionOffsets[at] as number) - (isFirst ? late90k : 0),
        keyFrame: isKeyFrame(video, at),
        damaged: isDamaged(video, at),
      });
    }
    this.#nextVideo90k = time90k + late90k + duration90k;
    return { baseDecodeTime: time90k + late90k, samples };
  }

  #audioTrack(
    source: ClipSource,
    base90k: number,
    range: { from: number; to: number },
  ): FragmentTrack | undefined {
    const { audio } = source.index;
    if (audio === undefined || range.to <= range.from) return undefined;
    const time =
      Math.round(((base90k - this.#zero90k) * audio.timeScale) / TICKS_PER_SECOND) +
      (audio.decodeTimes[range.from] as number);
    const baseDecodeTime = Math.max(0, time, this.#nextAudio);
    const samples: FragmentSample[] = [];
    let duration = 0;
    for (let at = range.from; at < range.to; at += 1) {
      const length = audio.sizes[at] as number;
      samples.push({
        length,
        duration: durationAt(audio, at),
        compositionOffset: 0,
        keyFrame: true,
        damaged: false,
      });
      duration += durationAt(audio, at);
    }
    this.#nextAudio = baseDecodeTime + duration;
    return { baseDecodeTime, samples };
  }

  #audioStart(source: ClipSource, videoFrom: number, isFirst: boolean): number {
    const { audio, video } = source.index;
    if (audio === undefined || !isFirst) return 0;
    return audioFrom(audio, Math.max(0, video.decodeTimes[videoFrom] as number));
  }

  #audioEnd(source: ClipSource, from: number, videoEnd: number, isLast: boolean): number {
    const { audio, video } = source.index;
    if (audio === undefined) return from;
    const end90k = this.#end90k - source.item.startTime90k;
    const limit = samplesBefore(audio, (end90k * audio.timeScale) / TICKS_PER_SECOND, from);
    if (isLast || videoEnd >= video.count) return limit;
    return Math.min(limit, Math.max(from, audioFrom(audio, video.decodeTimes[videoEnd] as number)));
  }
}

/** The parameter sets of a recording as they stand in front of a picture: NAL units with 4-byte lengths. */
function inBandSets(source: ClipSource): Uint8Array {
  const { codec, decoderConfig } = source.index.video.format;
  const units = parameterSetsOf(codec, decoderConfig).flatMap((set) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(set.length);
    return [length, set];
  });
  return Buffer.concat(units);
}

function kindOf(source: ClipSource): string {
  return source.index.video.format.codec;
}

function pieceOf(track: TrackIndex<unknown>, sample: number): { offset: number; size: number } {
  return { offset: track.offsets[sample] as number, size: track.sizes[sample] as number };
}

function fragmentEnd(source: ClipSource, from: number, to: number): number {
  const end = Math.min(to, gopEnd(source.index, from));
  let bytes = 0;
  for (let at = from; at < end; at += 1) {
    bytes += source.index.video.sizes[at] as number;
    if (bytes > FRAGMENT_LIMIT_BYTES && at > from) return at;
  }
  return end;
}
