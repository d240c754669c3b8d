// What is known of a recording file (segment): its identity, its record when closed, and its name.
// The identity is written into the file (uuid box) so that the index can be rebuilt from files alone.
import type { CameraId, SegmentId, StreamName, VolumeId } from "../domain/ids.ts";

/** Who measured a segment's start time. */
export type ClockSource = "node" | "unsynchronised";

/** Written at a fixed place of every file; enough to rebuild the index row together with the samples. */
export interface SegmentIdentity {
  readonly camera: CameraId;
  readonly stream: StreamName;
  /** The node that recorded it: `[a-z0-9-]`, at most 32 characters. */
  readonly node: string;
  /** Number of the run on this node: rises over restarts. */
  readonly run: number;
  /** Number of the segment within its run, from 0. */
  readonly sequence: number;
  /** Presentation start of the first video frame, 90 kHz since the epoch. */
  readonly startTime90k: number;
  readonly clockSource: ClockSource;
}

/** Packets lost inside a segment. */
export interface Hole {
  /** From the segment's start. */
  readonly offset90k: number;
  readonly duration90k: number;
  readonly packets: number;
}

/** Why a span of a segment was recorded. `bits`: see `REASON_BITS`. */
export interface ReasonSpan {
  /** From the segment's start. */
  readonly offset90k: number;
  readonly duration90k: number;
  readonly bits: number;
}

/** What `media` reports of a closed (or recovered) segment, and what an index row holds. */
export interface SegmentRecord extends SegmentIdentity {
  readonly id: SegmentId;
  readonly volume: VolumeId;
  /** Path below the volume's root, with forward slashes. */
  readonly path: string;
  /** Rises with every segment opened on the volume, over restarts: the order of eviction. */
  readonly writeSequence: number;
  readonly duration90k: number;
  readonly sizeBytes: number;
  readonly videoCodec: string;
  readonly width: number;
  readonly height: number;
  readonly audioCodec: string | undefined;
  readonly videoSamples: number;
  readonly audioSamples: number;
  /** Where the final moov lies, so that a reader fetches it with one read. */
  readonly moovOffset: number;
  readonly moovBytes: number;
  readonly holes: readonly Hole[];
  readonly reasons: readonly ReasonSpan[];
  /** Camera's wall clock minus the node's at the start, in milliseconds; undefined if unknown. */
  readonly cameraClockOffsetMs: number | undefined;
  /** False if it does not begin with a key frame (cut for want of one). */
  readonly startsWithKeyFrame: boolean;
  /** Last of its run. */
  readonly endsRun: boolean;
  /** It was cut and finalised after a crash. */
  readonly recovered: boolean;
  /**
   * Key frames, base64 of triples of unsigned LEB128 varints: (presentation time from the segment's start in
   * 90 kHz minus the previous one's, file offset minus the end of the previous key frame, size in bytes).
   */
  readonly keyFrames: string;
  /** SHA-256 that the file carries (mp4/checksum-box.ts), in hexadecimal; undefined if it carries none. */
  readonly sha256?: string | undefined;
}

/** The stem of a segment's file name. */
export function segmentId(
  identity: Pick<SegmentIdentity, "startTime90k" | "node" | "run" | "sequence">,
): SegmentId {
  const startMs = Math.floor(identity.startTime90k / 90);
  return `${startMs}-${identity.node}-${identity.run}-${identity.sequence}` as SegmentId;
}

/** Folder below a volume's root for files that are recorded only in case an event wants them. */
export const PROVISIONAL_FOLDER = "pre-record";

/** Path of a segment that may never be kept. Not below `video/`, so that no walk and no index finds it. */
export function provisionalPath(identity: SegmentIdentity): string {
  return `${PROVISIONAL_FOLDER}/${identity.camera}-${identity.stream}-${segmentId(identity)}.mp4`;
}

/** Path of a segment below its volume's root: `video/<camera>/<stream>/<yyyy-mm-dd>/<hh>/<id>.mp4`, in UTC. */
export function segmentPath(identity: SegmentIdentity): string {
  const iso = new Date(Math.floor(identity.startTime90k / 90)).toISOString();
  return `video/${identity.camera}/${identity.stream}/${iso.slice(0, 10)}/${iso.slice(11, 13)}/${segmentId(identity)}.mp4`;
}
