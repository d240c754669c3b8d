// What a stream carries: the formats of its tracks and the frames as they travel inside the media process.
// No I/O. Codec names are the field's: RFC 6381 strings, ISO/IEC 14496-15 configuration records.
import type { Slab } from "./slab.ts";

export type VideoCodec = "h264" | "h265";
/** G.726 is decoded to G.711 on arrival, so it never appears here. */
export type AudioCodec = "aac" | "opus" | "pcmu" | "pcma";

/** Everything a decoder or a sample entry needs to know of a video track. Time scale: 90 000. */
export interface VideoFormat {
  readonly codec: VideoCodec;
  /** RFC 6381, as WebCodecs and MSE want it: `avc1.64001f`, `hvc1.1.6.L93.B0`. */
  readonly codecString: string;
  readonly width: number;
  readonly height: number;
  /** AVCDecoderConfigurationRecord or HEVCDecoderConfigurationRecord (ISO/IEC 14496-15), 4-byte NAL lengths. */
  readonly decoderConfig: Uint8Array;
  /** Frames by which decoding order may run ahead of presentation (max_num_reorder); undefined if unknown. */
  readonly reorderDepth?: number;
  /** Nominal frames a second from the VUI or SDP; undefined if unknown. */
  readonly frameRate?: number;
}

/** Everything a decoder or a sample entry needs to know of an audio track. */
export interface AudioFormat {
  readonly codec: AudioCodec;
  /** RFC 6381 or WebCodecs registry: `mp4a.40.2`, `opus`, `ulaw`, `alaw`. */
  readonly codecString: string;
  /** Samples a second; also the track's time scale (Opus: 48 000). */
  readonly sampleRate: number;
  readonly channels: number;
  /** AudioSpecificConfig (AAC) or OpusSpecificBox payload (Opus); absent for G.711. */
  readonly decoderConfig?: Uint8Array;
  /** What was done to the camera's sound, for people: "decoded from G.726 at 32 kbit/s". */
  readonly note?: string;
}

export interface StreamFormat {
  readonly video?: VideoFormat;
  readonly audio?: AudioFormat;
}

export type TrackKind = "video" | "audio";

/**
 * One access unit (video) or one audio frame, its bytes in a slab.
 * Video bytes are NAL units with 4-byte lengths, parameter sets and AUDs removed.
 */
export interface Frame {
  readonly track: TrackKind;
  /** Holds the bytes; whoever keeps the frame beyond the call retains the slab and releases it later. */
  readonly slab: Slab;
  readonly offset: number;
  readonly length: number;
  /**
   * Presentation time since the run's zero, in the track's time scale (video 90 000, audio its sample rate).
   * Both tracks share the zero. Unwrapped; may be negative at the start of a run.
   */
  readonly time: number;
  /** Audio: samples in this frame, in the track's time scale. Video: 0 (the next frame fixes it). */
  readonly duration: number;
  /** Video: a decoder can start here (IDR, CRA, or recovery-point SEI). Audio: always true. */
  readonly keyFrame: boolean;
  /** Video: refers to something that was lost, until the next key frame. */
  readonly damaged: boolean;
  /** Monotonic time of the packet that completed it. */
  readonly receivedAtMs: number;
}
