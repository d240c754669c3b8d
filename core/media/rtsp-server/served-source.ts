// What the RTSP server serves: tracks and a flow of units, whoever makes them (a looping clip, a camera's live
// stream, a fault-ridden fake). Types only; the server packetises, the source keeps the time.

/** How a unit becomes RTP payloads: RFC 6184, RFC 7798, RFC 3640 (AAC-hbr), or one payload cut at the MTU. */
export type PayloadForm = "h264" | "h265" | "aac-hbr" | "whole";

/** One track as the session description shows it. */
export interface ServedTrack {
  readonly kind: "video" | "audio" | "application";
  /** Encoding name of the rtpmap: `H264`, `MPEG4-GENERIC`, `PCMU` … */
  readonly encoding: string;
  readonly clockRate: number;
  /** Written to the rtpmap when it is not 1. */
  readonly channels?: number;
  readonly payloadType: number;
  /** The format parameters, without `a=fmtp:<type> `. */
  readonly fmtp?: string;
  readonly form: PayloadForm;
}

/** One access unit or audio frame. Bytes `start` to `end` of `data` must not change until they are sent. */
export interface ServedUnit {
  /** Index into the source's tracks. */
  readonly track: number;
  /** Video: NAL units with 4-byte lengths. Else the bare frame. */
  readonly data: Uint8Array;
  readonly start: number;
  readonly end: number;
  /** Presentation time since the playback's zero, in the track's clock rate. */
  readonly time: number;
  /** Wall clock of the picture in milliseconds, for sender reports. */
  readonly captureMs: number;
  readonly keyFrame: boolean;
  /** Parameter sets to send ahead of a key frame. */
  readonly parameterSets?: readonly Uint8Array[];
}

/** Who is given the units of a source while it plays. */
export interface PlaybackListener {
  unit(unit: ServedUnit): void;
  /** The source has nothing more; not called after `stop`. */
  ended(): void;
}

/** How one client's playback differs from others of the same source. */
export interface PlaybackOptions {
  /** Where in the clip this playback stands; ignored by live sources. */
  readonly shiftSeconds?: number;
}

/** One client's playback of a source. */
export interface ServedPlayback {
  stop(): void;
}

/** Something that can be played to many clients at once. */
export interface ServedSource {
  readonly tracks: readonly ServedTrack[];
  play(listener: PlaybackListener, options: PlaybackOptions): ServedPlayback;
}
