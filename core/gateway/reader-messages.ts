// What the gateway's main thread and a volume's reader thread say to each other.
import type { VolumeId } from "../domain/ids.ts";
import type { PlainError } from "../errors.ts";
import type { StreamFormat } from "../media/format.ts";

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

/** The samples of one track as parallel arrays; times in the track's time scale. */
export interface TrackIndex {
  readonly count: number;
  readonly timeScale: number;
  readonly offsets: Float64Array;
  readonly sizes: Uint32Array;
  /** From the segment's start on the presentation line: a sample with decoding time 0 and offset 0 is shown at `shift`. */
  readonly decodeTimes: Float64Array;
  /** Presentation minus decoding time. */
  readonly compositionOffsets: Int32Array;
  readonly durations: Uint32Array;
  /** Bits of `SAMPLE_FLAG`. */
  readonly flags: Uint8Array;
}

/** What a file holds. */
export interface SegmentIndex {
  readonly format: StreamFormat;
  readonly video: TrackIndex | undefined;
  readonly audio: TrackIndex | undefined;
}

export type ReaderTask =
  | { readonly kind: "index"; readonly place: SegmentPlace }
  | {
      readonly kind: "read";
      readonly place: SegmentPlace;
      readonly offsets: Float64Array;
      readonly sizes: Uint32Array;
      readonly headroom: number;
    };

export interface ReaderRequest {
  /** Folder of the volume: nothing outside is read. */
  readonly root: string;
  readonly task: ReaderTask;
}

export type ReaderAnswer =
  | { readonly kind: "index"; readonly index: SegmentIndex }
  | { readonly kind: "bytes"; readonly bytes: ArrayBuffer }
  | { readonly kind: "error"; readonly error: PlainError };
