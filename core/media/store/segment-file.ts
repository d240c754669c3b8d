// Opens a recording file for reading: closed, growing or unfinished. Synchronous, for the reader thread of a volume;
// decoding times are turned so that zero is the segment's start (presentation of its first frame).
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { NightjarError } from "../../errors.ts";
import type { AudioFormat, VideoFormat } from "../format.ts";
import { MOVIE_TIME_SCALE } from "../mp4/movie-box.ts";
import {
  type ByteSource,
  readMoreParts,
  readSegment,
  type SegmentContent,
  type SegmentFileState,
} from "../mp4/read-segment.ts";
import type { SampleList } from "../mp4/sample-list.ts";
import type { SegmentSummaryBox } from "../mp4/summary-box.ts";
import type { SegmentIdentity } from "../segment.ts";

export interface OpenSegmentOptions {
  /** Place of the final moov, from the index: a closed file is then opened with two reads. */
  readonly moovOffset?: number;
  readonly moovBytes?: number;
  /** For a file that is being written: the end of the last reported part. */
  readonly readableBytes?: number;
}

/** A file of bytes with an own buffer that grows to the largest read. */
export class FileSource implements ByteSource {
  readonly #descriptor: number;
  #buffer: Buffer = Buffer.allocUnsafe(8 * 1024);
  #size: number;

  /** Opens `file`; the system's error passes through. */
  constructor(file: string) {
    this.#descriptor = openSync(file, "r");
    this.#size = fstatSync(this.#descriptor).size;
  }

  get size(): number {
    return this.#size;
  }

  /** Looks how long the file is now. */
  refresh(): void {
    this.#size = fstatSync(this.#descriptor).size;
  }

  read(offset: number, length: number): Uint8Array {
    const wanted = Math.max(0, Math.min(length, this.#size - offset));
    if (wanted > this.#buffer.length) this.#buffer = Buffer.allocUnsafe(wanted);
    return this.#buffer.subarray(0, this.readInto(this.#buffer, offset, wanted));
  }

  /** Fills `into` from its start; returns how many bytes there were. */
  readInto(into: Uint8Array, offset: number, length: number): number {
    let read = 0;
    while (read < length) {
      const count = readSync(this.#descriptor, into, read, length - read, offset + read);
      if (count === 0) break;
      read += count;
    }
    return read;
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

/** One track of an open file. `samples` grow with {@link SegmentFile.follow}. */
export interface SegmentTrack<Format> {
  readonly format: Format;
  /** Ticks a second of all times in `samples`. */
  readonly timeScale: number;
  /** Decoding times count from the segment's start; the first video frame is shown at 0. */
  readonly samples: SampleList;
}

/** A recording file opened for reading. The caller closes it. */
export class SegmentFile {
  readonly identity: SegmentIdentity;
  readonly video: SegmentTrack<VideoFormat>;
  readonly audio: SegmentTrack<AudioFormat> | undefined;
  readonly #source: FileSource;
  readonly #content: SegmentContent;
  /** Presentation time of the first frame, counted from its decoding time: what the lists were shifted by. */
  readonly #origin: number;
  readonly #audioOrigin: number;

  constructor(source: FileSource, content: SegmentContent) {
    this.#source = source;
    this.#content = content;
    this.identity = content.opening.identity;
    const { video, audio } = content;
    this.#origin = video.samples.count === 0 ? 0 : video.samples.presentationTimeAt(0);
    this.#audioOrigin = Math.round((this.#origin * (audio?.format.sampleRate ?? 0)) / MOVIE_TIME_SCALE);
    this.video = { format: video.format, timeScale: MOVIE_TIME_SCALE, samples: video.samples };
    this.audio = audio && {
      format: audio.format,
      timeScale: audio.format.sampleRate,
      samples: audio.samples,
    };
    this.#shift(-1);
  }

  get state(): SegmentFileState {
    return this.#content.state;
  }

  /** What the file says of itself beyond its samples; undefined while it is not closed. */
  get summary(): SegmentSummaryBox | undefined {
    return this.#content.summary;
  }

  /** Length in 90 kHz ticks: the recorded one if it is closed, else that of the samples so far. */
  get duration90k(): number {
    return this.#content.summary?.duration90k ?? this.video.samples.duration;
  }

  /** Where the whole parts end: further bytes are no samples. */
  get readableBytes(): number {
    return this.#content.partsEnd;
  }

  /** Reads the parts that were written since, up to `readableBytes`. Offsets of samples never change. */
  follow(readableBytes: number): void {
    if (readableBytes <= this.#content.partsEnd) return;
    this.#source.refresh();
    this.#shift(1);
    try {
      readMoreParts(this.#source, this.#content, readableBytes);
    } finally {
      this.#shift(-1);
    }
  }

  /**
   * The bytes of a sample, in `into` where it is long enough, else in a new buffer. Throws `NJ_SEGMENT_READ_FAILED` if
   * there is no such sample or the file is shorter than it says.
   */
  readSample(track: "video" | "audio", index: number, into?: Uint8Array): Uint8Array {
    const samples = track === "video" ? this.video.samples : this.audio?.samples;
    const size =
      samples !== undefined && index >= 0 && index < samples.count ? samples.sizes[index] : undefined;
    const offset = samples?.offsets[index];
    if (size === undefined || offset === undefined || offset + size > this.#source.size) {
      throw readFailed(`it has no ${track} sample ${index}`);
    }
    const target = into !== undefined && into.length >= size ? into.subarray(0, size) : new Uint8Array(size);
    if (this.#source.readInto(target, offset, size) !== size) throw readFailed("it is shorter than it says");
    return target;
  }

  /** Bytes `offset` to `offset + length`, whatever they are; fewer at the end. Valid until the next read. */
  readBytes(offset: number, length: number): Uint8Array {
    return this.#source.read(offset, length);
  }

  /**
   * The video sample that is shown at `time90k` (from the segment's start): the latest one presented then or before;
   * the first one if there is none.
   */
  sampleAtOrBefore(time90k: number): number {
    const { samples } = this.video;
    let best = 0;
    let bestTime = Number.NEGATIVE_INFINITY;
    // Frames are out of order by at most sixteen; a composition offset learnt underway may be negative.
    const last = Math.min(samples.count - 1, Math.max(0, lastNotAfter(samples, time90k)) + 16);
    for (let index = last; index >= 0 && index > last - 34; index -= 1) {
      const time = samples.presentationTimeAt(index);
      if (time > time90k || time <= bestTime) continue;
      best = index;
      bestTime = time;
    }
    return best;
  }

  /** The key frame to start decoding from for what is shown at `time90k`; the first sample if there is none before. */
  keyFrameAtOrBefore(time90k: number): number {
    const { samples } = this.video;
    for (let index = this.sampleAtOrBefore(time90k); index > 0; index -= 1) {
      if (samples.isKeyFrame(index) && samples.presentationTimeAt(index) <= time90k) return index;
    }
    return 0;
  }

  /** The audio sample that sounds at `time90k` (from the segment's start), or the first one; -1 without sound. */
  audioSampleAtOrBefore(time90k: number): number {
    if (this.audio === undefined || this.audio.samples.count === 0) return -1;
    const time = (time90k * this.audio.timeScale) / MOVIE_TIME_SCALE;
    return Math.max(0, lastNotAfter(this.audio.samples, time));
  }

  close(): void {
    this.#source.close();
  }

  #shift(sign: 1 | -1): void {
    this.video.samples.shift(sign * this.#origin);
    this.audio?.samples.shift(sign * this.#audioOrigin);
  }
}

/**
 * Opens a recording file. Throws the system's error if it cannot be read, and `NJ_SEGMENT_UNREADABLE` if there is
 * nothing in it to play.
 */
export function openSegmentFile(file: string, options: OpenSegmentOptions = {}): SegmentFile {
  const source = new FileSource(file);
  try {
    const content = readSegment(source, options);
    if (!("video" in content)) {
      throw new NightjarError(
        "NJ_SEGMENT_UNREADABLE",
        "data-loss",
        `the recording ${file} cannot be played: ${content.problem}`,
        { file, state: content.state },
      );
    }
    return new SegmentFile(source, content);
  } catch (error) {
    source.close();
    throw error;
  }
}

/** Index of the last sample whose decoding time is not after `time`; -1 if there is none. */
function lastNotAfter(samples: SampleList, time: number): number {
  let low = 0;
  let high = samples.count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((samples.decodeTimes[middle] as number) <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function readFailed(what: string): NightjarError {
  return new NightjarError("NJ_SEGMENT_READ_FAILED", "data-loss", `a recording file cannot be read: ${what}`);
}
