// The binary frame that carries a picture or a sound from `media` to the gateway and on to the browser,
// byte for byte the same, live and in playback. Runs in browsers too: no Node imports.
//
//   offset size
//        0    4  format id (u32): number of the "format" message that describes this frame's track formats
//        4    1  track: 0 video, 1 audio
//        5    1  flags: 1 key frame, 2 damaged, 4 discontinuity before this frame
//        6    2  reserved, 0
//        8    8  presentation time (f64): 90 kHz ticks since 1970-01-01 UTC
//       16    4  composition offset (i32): presentation minus decoding time, 90 kHz ticks
//       20    4  duration (u32): 90 kHz ticks; live video: the previous frame's, corrected by its successor
//       24    4  number of the frame in its track and subscription (u32, wraps)
//       28    4  age (u32): microseconds between arrival of the last packet and sending
//       32    …  the bytes: NAL units with 4-byte lengths (avcC/hvcC style), or one raw audio frame
//
// All numbers big-endian.

export const LIVE_HEADER_BYTES = 32;
export const LIVE_TRACK = { video: 0, audio: 1 } as const;
export const LIVE_FLAG = { keyFrame: 1, damaged: 2, discontinuity: 4 } as const;

export interface LiveFrameHeader {
  readonly formatId: number;
  readonly track: "video" | "audio";
  readonly keyFrame: boolean;
  readonly damaged: boolean;
  readonly discontinuity: boolean;
  readonly time90k: number;
  readonly compositionOffset90k: number;
  readonly duration90k: number;
  readonly frameNumber: number;
  readonly ageUs: number;
}

/** Writes a header into `target` at `at`; the caller sees to 32 bytes of room. */
export function writeLiveHeader(target: Uint8Array, at: number, header: LiveFrameHeader): void {
  const view = new DataView(target.buffer, target.byteOffset + at, LIVE_HEADER_BYTES);
  view.setUint32(0, header.formatId);
  view.setUint8(4, header.track === "video" ? LIVE_TRACK.video : LIVE_TRACK.audio);
  view.setUint8(
    5,
    (header.keyFrame ? LIVE_FLAG.keyFrame : 0) |
      (header.damaged ? LIVE_FLAG.damaged : 0) |
      (header.discontinuity ? LIVE_FLAG.discontinuity : 0),
  );
  view.setUint16(6, 0);
  view.setFloat64(8, header.time90k);
  view.setInt32(16, header.compositionOffset90k);
  view.setUint32(20, header.duration90k);
  view.setUint32(24, header.frameNumber >>> 0);
  view.setUint32(28, Math.min(0xffffffff, Math.max(0, Math.round(header.ageUs))));
}

/** Reads the header at the start of `source`, or undefined if it is too short or of an unknown track. */
export function readLiveHeader(source: Uint8Array): LiveFrameHeader | undefined {
  if (source.byteLength < LIVE_HEADER_BYTES) return undefined;
  const view = new DataView(source.buffer, source.byteOffset, LIVE_HEADER_BYTES);
  const track = view.getUint8(4);
  if (track > 1) return undefined;
  const flags = view.getUint8(5);
  return {
    formatId: view.getUint32(0),
    track: track === LIVE_TRACK.video ? "video" : "audio",
    keyFrame: (flags & LIVE_FLAG.keyFrame) !== 0,
    damaged: (flags & LIVE_FLAG.damaged) !== 0,
    discontinuity: (flags & LIVE_FLAG.discontinuity) !== 0,
    time90k: view.getFloat64(8),
    compositionOffset90k: view.getInt32(16),
    duration90k: view.getUint32(20),
    frameNumber: view.getUint32(24),
    ageUs: view.getUint32(28),
  };
}

/** Track formats as the "format" text message carries them; `description` is base64 of the decoder configuration. */
export interface WireFormat {
  readonly formatId: number;
  readonly video?: {
    readonly codec: string;
    readonly width: number;
    readonly height: number;
    readonly description: string;
    readonly frameRate?: number;
  };
  readonly audio?: {
    readonly codec: string;
    readonly sampleRate: number;
    readonly channels: number;
    readonly description?: string;
    readonly note?: string;
  };
}
