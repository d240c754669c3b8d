// Messages between `media` and its peers on `<data>/run/media.sock`: with `core` (desired state down, numbered
// reports up) and with `gateway` (subscriptions up, live frames down). One file, one truth; types only,
// but for the constants at the top.
import type { Facts } from "../domain/facts.ts";
import type { CameraId, SegmentId, StreamName, VolumeId } from "../domain/ids.ts";
import type { RecordReason } from "../domain/record-reasons.ts";
import type { WireFormat } from "./live-wire.ts";
import type { SegmentIdentity, SegmentRecord } from "./segment.ts";
import type { CameraClock, RtspTransport, StreamState } from "./source.ts";

export const MEDIA_SOCKET = "media.sock";
/** How long `core` may be silent before cameras that record on events record continuously. */
export const CORE_SILENCE_MS = 10_000;

// ---------------------------------------------------------------------------------------- desired state

/** Where a stream comes from. Secrets stand in it: the document is kept 0600 and never logged. */
export type DesiredSource = {
  readonly kind: "rtsp";
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
  readonly transport: RtspTransport;
  readonly verifyCertificate?: boolean;
};

/** A span of wall time in which a stream is recorded, whatever happens, for these reasons; not recorded if there are none. */
export interface RecordInterval {
  readonly startMs: number;
  readonly endMs: number;
  readonly reasons: readonly RecordReason[];
}

/** Something that asks for recording until a moment: a manual recording, an event. */
export interface RecordTrigger {
  /** Id of the event or the manual recording; the same id again extends it. */
  readonly id: string;
  /** Time of the picture that raised it, 90 kHz since the epoch. */
  readonly eventTime90k: number;
  /** 90 kHz since the epoch; `null`: until it is taken back. */
  readonly until90k: number | null;
  readonly reasons: readonly RecordReason[];
}

export interface DesiredStream {
  readonly camera: CameraId;
  readonly stream: StreamName;
  readonly source: DesiredSource;
  /** Record the sound as well. */
  readonly audio: boolean;
  /** Volumes to write to, the first that works. Empty: nothing is recorded. */
  readonly volumes: readonly VolumeId[];
  /** Compiled for the next 48 h, in order, not overlapping. The first one holds before it, too, and the last one past it. */
  readonly intervals: readonly RecordInterval[];
  /** This camera records on events: when `core` is silent for long, it records continuously. */
  readonly recordsOnEvents: boolean;
  readonly triggers: readonly RecordTrigger[];
  readonly preRecordSeconds: number;
  /** Nominal length of a segment, 10 to 300 s. */
  readonly segmentSeconds: number;
}

export interface DesiredVolume {
  readonly id: VolumeId;
  readonly path: string;
  /**
   * Kept free; `media` raises it to max(this, 2 GiB, 120 s of writing) unless `exactReserve` is set (tests, tiny disks).
   * Left out: what is usual for a disk of that size, which `media` knows before `core` does.
   */
  readonly reserveBytes?: number;
  readonly exactReserve?: boolean;
  /** May old recordings be overwritten when the volume is full? Else recording on it stops with an exception. */
  readonly overwrite: boolean;
  /** End files that are begun from now on with their SHA-256. */
  readonly checksums?: boolean;
}

/** The whole document. `media` persists it and obeys it before `core` is up. */
export interface DesiredState {
  readonly revision: number;
  /** This node's id, part of file names. */
  readonly node: string;
  readonly volumes: readonly DesiredVolume[];
  readonly streams: readonly DesiredStream[];
}

/** What may be deleted on a volume, first to go first. Never a locked segment. Replaces the previous list. */
export interface EvictionList {
  readonly volume: VolumeId;
  readonly revision: number;
  readonly segments: readonly { readonly id: SegmentId; readonly path: string; readonly sizeBytes: number }[];
  /** Due now whatever the free space: past their days, over their camera's quota, or deleted by a user. */
  readonly due: readonly { readonly id: SegmentId; readonly path: string; readonly sizeBytes: number }[];
}

// --------------------------------------------------------------------------------------------- reports

/** How a volume is. A stream moves away from one that is not `normal` if there is a better one. */
export type VolumeStatus = "normal" | "offline" | "read-only" | "error" | "slow" | "full" | "mismatch";

/** How a volume is, and why, for people. */
export interface VolumeState {
  readonly volume: VolumeId;
  readonly status: VolumeStatus;
  /** For people: what is wrong and what to do; absent when normal. */
  readonly message?: string;
  /** What the message names, and which case of the status it is. */
  readonly context?: Facts;
  readonly freeBytes?: number;
  readonly totalBytes?: number;
  /** Longest sync round of the last minute: the true bound on what a power loss costs. */
  readonly syncMs?: number;
  readonly sinceMs: number;
}

export interface StreamReport {
  readonly camera: CameraId;
  readonly stream: StreamName;
}

/** One report. All are idempotent: by segment id, or because the newest state wins. */
export type MediaReport =
  | ({ readonly kind: "segment-opened"; readonly volume: VolumeId; readonly path: string } & {
      readonly identity: SegmentIdentity;
    })
  | { readonly kind: "segment-closed"; readonly segment: SegmentRecord }
  | {
      readonly kind: "segment-abandoned";
      readonly id: SegmentId;
      readonly volume: VolumeId;
      readonly path: string;
    }
  | {
      readonly kind: "segment-deleted";
      readonly id: SegmentId;
      readonly volume: VolumeId;
      readonly path: string;
    }
  | ({
      readonly kind: "run-ended";
      readonly run: number;
      readonly endTime90k: number;
      readonly reason: string;
    } & StreamReport)
  | ({ readonly kind: "stream-state"; readonly state: StreamState; readonly note?: string } & StreamReport)
  | ({
      readonly kind: "recording-state";
      readonly recording: boolean;
      readonly reasons: readonly RecordReason[];
      /** Why nothing is recorded although it should be: "volume full", "no volume". */
      readonly problem?: string;
    } & StreamReport)
  | ({ readonly kind: "stream-format"; readonly format: WireFormat } & StreamReport)
  | ({ readonly kind: "camera-clock"; readonly clock: CameraClock } & StreamReport)
  | ({ readonly kind: "metadata"; readonly xml: string; readonly time90k: number } & StreamReport)
  | { readonly kind: "volume-state"; readonly state: VolumeState }
  | { readonly kind: "clock-stepped"; readonly stepMs: number; readonly atMs: number };

export interface NumberedReport {
  readonly number: number;
  readonly atMs: number;
  readonly report: MediaReport;
}

/** Figures of one stream over the last two seconds; not journaled. */
/** How a camera's packets come: RTSPS is `tls`. */
export type StreamTransport = "tcp" | "udp" | "tls";

export interface StreamFigures extends StreamReport {
  /** Absent while no session plays. */
  readonly transport?: StreamTransport;
  readonly bitrateKbps: number;
  readonly framesPerSecond: number;
  readonly packets: number;
  readonly packetsLost: number;
  readonly framesRecorded: number;
  readonly framesDropped: number;
  readonly ringSeconds: number;
  readonly viewers: number;
}

export interface MediaFigures {
  readonly streams: readonly StreamFigures[];
  readonly memoryUsedBytes: number;
  readonly memoryBudgetBytes: number;
  readonly eventLoopP99Ms: number;
  readonly cpuSeconds: number;
  readonly rssBytes: number;
}

/** A part-written segment, for playing what was written a second ago. */
export interface OpenSegment {
  readonly identity: SegmentIdentity;
  readonly volume: VolumeId;
  readonly path: string;
  /** Bytes that are whole parts: readers stay below. */
  readonly readableBytes: number;
  readonly duration90k: number;
  readonly writeSequence: number;
}

export interface ProbeResult {
  readonly format: WireFormat;
  readonly transport: "tcp" | "udp";
  readonly tls: boolean;
  /** First key frame as length-prefixed NAL units, base64; for the picture shown before saving. */
  readonly keyFrame: string;
  readonly bitrateKbps: number;
}

/** A copy of the database that was fetched from a volume. */
export interface FoundBackup {
  /** Where it lies now, below the data directory. */
  readonly file: string;
  readonly volumePath: string;
  /** Wall clock in milliseconds. */
  readonly modifiedMs: number;
}

/** Closed recordings of a volume, in no order that means anything. */
export interface InventoryPage {
  readonly segments: readonly SegmentRecord[];
  readonly done: boolean;
}

// ------------------------------------------------------------------------------------------ the methods

/** What `core` calls on `media`. */
export type MediaMethodsForCore = {
  setDesiredState: (state: DesiredState) => { revision: number };
  /** Their driver says that their streams are there: those that wait for their next attempt make it now. */
  tryAgain: (params: { cameras: readonly CameraId[] }) => void;
  setEvictionList: (list: EvictionList) => { revision: number };
  /** Replaces the locked segments of a volume; mirrored in `<volume>/locks.jsonl`, spared when `media` must choose by itself. */
  setLocks: (params: { volume: VolumeId; segments: readonly SegmentId[] }) => void;
  /** Starts or extends a trigger at once, ahead of the next desired state, which will hold it too. */
  trigger: (params: StreamReport & { trigger: RecordTrigger }) => {
    startTime90k: number;
    preRecordShort: boolean;
  };
  endTrigger: (params: StreamReport & { id: string; until90k: number }) => void;
  /** Everything up to this number is committed and may leave the journal. */
  acknowledge: (params: { upTo: number }) => void;
  /** Makes a folder a volume: creates it and `nightjar-volume.json`, or reads the one that is there. */
  initialiseVolume: (params: { path: string; folderExists?: boolean }) => { id: VolumeId; created: boolean };
  /** Connects once, without touching what runs. Rejects with the fault's code and sentence. */
  probe: (params: { source: DesiredSource; timeoutMs: number }) => ProbeResult;
  figures: (params: Record<string, never>) => MediaFigures;
  /** The newest key frame in memory, as `latestKeyFrame` gives it to the gateway: for pictures that programs ask for. */
  newestKeyFrame: (params: StreamReport) => { format: WireFormat; keyFrame: string; time90k: number };
  /** Copies a file of the data directory onto a volume as its copy of the database; takes minutes on a slow disk. */
  storeBackup: (params: { volume: VolumeId; file: string }) => { sizeBytes: number };
  /** Copies what the volumes keep of the database into a folder of the data directory; the newest first. */
  fetchBackups: (params: { folder: string }) => { backups: readonly FoundBackup[] };
  /** The locked segments by the mirror on a volume. */
  mirroredLocks: (params: { volume: VolumeId }) => { segments: readonly SegmentId[] };
  /** Begins to list the closed recordings of a volume, from the hour of `sinceMs` on where that is given. */
  beginInventory: (params: { volume: VolumeId; sinceMs?: number }) => { inventory: number };
  nextInventory: (params: { inventory: number }) => InventoryPage;
  /** Reports the states of all streams and volumes once more: `core` has lost what it was told. */
  retellStates: (params: Record<string, never>) => void;
  /** Life sign; `media` counts silence from the last one. */
  ping: (params: Record<string, never>) => void;
};

/** What `media` calls on `core`. */
export type CoreMethodsForMedia = {
  /** In order, at most 256 at once; repeated from the last acknowledged one after a reconnect. */
  reports: (params: { reports: readonly NumberedReport[] }) => void;
};

/** What the gateway calls on `media`. */
export type MediaMethodsForGateway = {
  /**
   * Begins the flow of frames of a stream, from the last key frame in memory on. Answers the number under which binary
   * frames come: `u32 subscription`, then a live frame as `live-wire.ts` lays it out. Formats come by `format`.
   */
  subscribe: (params: StreamReport) => { subscription: number; state: StreamState };
  unsubscribe: (params: { subscription: number }) => void;
  /** Files that core's index need not have yet: those being written, and those closed without its acknowledgement. */
  openSegments: (params: StreamReport) => {
    segments: readonly OpenSegment[];
    closed: readonly SegmentRecord[];
  };
  /** The newest key frame in memory, base64 of length-prefixed NAL units: for live snapshots. */
  latestKeyFrame: (params: StreamReport) => { format: WireFormat; keyFrame: string; time90k: number };
  requestKeyFrame: (params: StreamReport) => void;
};

/** What `media` calls on the gateway. */
export type GatewayMethodsForMedia = {
  format: (params: { subscription: number; format: WireFormat }) => void;
  streamState: (params: StreamReport & { state: StreamState }) => void;
  /** The gateway was too slow: frames up to the next key frame were left out. */
  dropped: (params: { subscription: number; frames: number }) => void;
};
