// The two sides of a depacketiser: what feeds it (the receiver of a track) and what it feeds (the stream assembler).
import type { AudioFormat, VideoFormat } from "../format.ts";
import type { FrameBytes } from "../slab.ts";

/** Turns the payloads of one track, in order, into frames. Bytes are valid during the call only. */
export interface Depacketiser {
  /** One payload. `timestamp` is unwrapped, in the RTP clock. */
  packet(data: Buffer, start: number, end: number, timestamp: number, marker: boolean): void;
  /** Packets are missing before the next payload. */
  lost(): void;
  /** Gives its memory back. */
  close(): void;
}

/** Takes what video depacketisers finish. */
export interface VideoOutput {
  /** Formats come before the first frame that needs them. */
  videoFormat(format: VideoFormat): void;
  /** The receiver owns one reference on the slab. */
  videoFrame(bytes: FrameBytes, timestamp: number, keyFrame: boolean, damaged: boolean): void;
}

/** Takes what audio depacketisers finish. */
export interface AudioOutput {
  audioFormat(format: AudioFormat): void;
  /** `duration` is in the RTP clock. The receiver owns one reference on the slab. */
  audioFrame(bytes: FrameBytes, timestamp: number, duration: number): void;
}
