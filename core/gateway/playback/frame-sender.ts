// Turns samples of a recording into frames on the wire: reads them with room for the header in front, so that what the
// reader thread read is what the socket sends, without a copy.
import { TICKS_PER_SECOND } from "../../domain/time.ts";
import {
  LIVE_HEADER_BYTES,
  type LiveFrameHeader,
  type WireFormat,
  writeLiveHeader,
} from "../../media/live-wire.ts";
import { describeFormat } from "../../media/wire-format.ts";
import { durationAt, isDamaged, isKeyFrame, type Playable, presentationAt } from "../footage/playable.ts";
import type { SegmentIndex, TrackIndex } from "../footage/reader-messages.ts";
import type { VolumeReaders } from "../footage/volume-reader.ts";
import type { FormatBook } from "./format-book.ts";

/** Consecutive samples of both tracks: `[from, to)`. */
export interface SampleRange {
  readonly video: readonly number[];
  readonly audio: { readonly from: number; readonly to: number };
}

/** A frame ready to be sent. */
export interface ReadyFrame {
  readonly message: Buffer;
  readonly isVideo: boolean;
  readonly time90k: number;
}

/** Makes frames of one connection; formats and frames are numbered through its life. */
export class FrameSender {
  readonly #readers: VolumeReaders;
  readonly #onFormat: (format: WireFormat) => void;
  readonly #book: FormatBook;
  #currentFormat = 0;
  #videoNumber = 0;
  #audioNumber = 0;
  /** The next video frame does not continue the one before. */
  discontinuity: boolean = true;

  /** `onFormat` is called before the first frame of each format, numbered by `book`. */
  constructor(readers: VolumeReaders, book: FormatBook, onFormat: (format: WireFormat) => void) {
    this.#readers = readers;
    this.#book = book;
    this.#onFormat = onFormat;
  }

  /** Reads the samples of a range and lays them out as frames, in order of decoding time. */
  async frames(
    item: Playable,
    index: SegmentIndex,
    range: SampleRange,
    signal: AbortSignal,
  ): Promise<ReadyFrame[]> {
    const pieces: { offset: number; size: number }[] = [];
    for (const sample of range.video) pieces.push(pieceOf(index.video, sample));
    const { audio } = index;
    if (audio !== undefined) {
      for (let sample = range.audio.from; sample < range.audio.to; sample += 1)
        pieces.push(pieceOf(audio, sample));
    }
    const buffers = await this.#readers.read(item.place, pieces, LIVE_HEADER_BYTES, signal);
    const formatId = this.#formatOf(index);
    const frames: (ReadyFrame & { readonly decode90k: number })[] = [];
    range.video.forEach((sample, at) => {
      const header = this.#videoHeader(item, index.video, sample, formatId);
      frames.push(laidOut(buffers[at] as Buffer, header, header.time90k - header.compositionOffset90k));
    });
    if (audio !== undefined) {
      for (let sample = range.audio.from; sample < range.audio.to; sample += 1) {
        const header = this.#audioHeader(item, audio, sample, formatId);
        const buffer = buffers[range.video.length + sample - range.audio.from] as Buffer;
        frames.push(laidOut(buffer, header, header.time90k));
      }
      frames.sort((a, b) => a.decode90k - b.decode90k);
    }
    return frames;
  }

  /** Announces the format of a recording if it is not the one in use. */
  #formatOf(index: SegmentIndex): number {
    const format = this.#book.numbered(wireFormatOf(index));
    if (format.formatId !== this.#currentFormat) {
      this.#currentFormat = format.formatId;
      this.#onFormat(format);
    }
    return format.formatId;
  }

  #videoHeader(
    item: Playable,
    video: TrackIndex<unknown>,
    sample: number,
    formatId: number,
  ): LiveFrameHeader {
    const header: LiveFrameHeader = {
      formatId,
      track: "video",
      keyFrame: isKeyFrame(video, sample),
      damaged: isDamaged(video, sample),
      discontinuity: this.discontinuity,
      time90k: item.startTime90k + presentationAt(video, sample),
      compositionOffset90k: video.compositionOffsets[sample] as number,
      duration90k: Math.max(0, durationAt(video, sample)),
      frameNumber: this.#videoNumber,
      ageUs: 0,
    };
    this.discontinuity = false;
    this.#videoNumber = (this.#videoNumber + 1) >>> 0;
    return header;
  }

  #audioHeader(
    item: Playable,
    audio: TrackIndex<unknown>,
    sample: number,
    formatId: number,
  ): LiveFrameHeader {
    const scale = TICKS_PER_SECOND / audio.timeScale;
    const frameNumber = this.#audioNumber;
    this.#audioNumber = (this.#audioNumber + 1) >>> 0;
    return {
      formatId,
      track: "audio",
      keyFrame: true,
      damaged: false,
      discontinuity: false,
      time90k: item.startTime90k + Math.round(presentationAt(audio, sample) * scale),
      compositionOffset90k: 0,
      duration90k: Math.max(0, Math.round(durationAt(audio, sample) * scale)),
      frameNumber,
      ageUs: 0,
    };
  }
}

/** The format of a recording as the wire carries it, with format id 0. */
export function wireFormatOf({ video, audio }: SegmentIndex): WireFormat {
  return describeFormat({ video: video.format, ...(audio === undefined ? {} : { audio: audio.format }) }, 0);
}

function pieceOf(track: TrackIndex<unknown>, sample: number): { offset: number; size: number } {
  return { offset: track.offsets[sample] as number, size: track.sizes[sample] as number };
}

function laidOut(
  message: Buffer,
  header: LiveFrameHeader,
  decode90k: number,
): ReadyFrame & { readonly decode90k: number } {
  writeLiveHeader(message, 0, header);
  return { message, isVideo: header.track === "video", time90k: header.time90k, decode90k };
}
