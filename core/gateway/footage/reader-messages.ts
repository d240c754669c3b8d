// What the gateway's main thread and a volume's reader thread say to each other.
import type { VolumeId } from "../../domain/ids.ts";
import type { PlainError } from "../../errors.ts";
import type { AudioFormat, VideoFormat } from "../../media/format.ts";

/** Where a recording lies, and how much of it may be read. */
export interface SegmentPlace {
  readonly volume: VolumeId;
  /** Absolute path. */
  readonly file: string;
  /** Of a closed file: where its final moov lies. */
  readonly moovOffset?: number;
  readonly moovBytes?: number;
  /** Of a file that is being written: bytes that are whole parts. */
  readonly readableBytes?: number;
}

/** The samples of one track as parallel arrays of `count` entries, in decoding order. */
export interface TrackIndex<Format> {
  readonly format: Format;
  /** Ticks a second of all times below. */
  readonly timeScale: number;
  readonly count: number;
  /** Absolute offsets in the file. */
  readonly offsets: Float64Array;
  readonly sizes: Uint32Array;
  /** Decoding time; with the composition offset added it counts from the segment's start. */
  readonly decodeTimes: Int32Array;
  readonly compositionOffsets: Int32Array;
  /** Duration of the last sample; the others last until their successor. */
  readonly lastDuration: number;
  /** Bits of `SAMPLE_FLAG`. */
  readonly flags: Uint8Array;
}

/** What a file holds. */
export interface SegmentIndex {
  readonly video: TrackIndex<VideoFormat>;
  readonly audio: TrackIndex<AudioFormat> | undefined;
}

export type ReaderTask =
  | { readonly kind: "index"; readonly place: SegmentPlace }
  | {
      readonly kind: "read";
      readonly place: SegmentPlace;
      readonly offsets: Float64Array;
      readonly sizes: Uint32Array;
      /** Free bytes in front of each piece. */
      readonly headroom: number;
    };

export interface ReaderRequest {
  /** Folder of the volume: nothing outside is read. */
  readonly root: string;
  readonly task: ReaderTask;
}

export type ReaderAnswer =
  /** Said once, unasked, when the thread is loaded. */
  | { readonly kind: "ready" }
  | { readonly kind: "index"; readonly index: SegmentIndex }
  | { readonly kind: "bytes"; readonly bytes: ArrayBuffer }
  | { readonly kind: "error"; readonly error: PlainError };
