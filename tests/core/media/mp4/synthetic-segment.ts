// Small recording files made of synthetic samples, for the unit tests of the MP4 code: no encoder needed.
import type { CameraId } from "../../../../core/domain/ids.ts";
import type { AudioFormat, VideoFormat } from "../../../../core/media/format.ts";
import {
  type ByteSource,
  type MuxSample,
  type SegmentEnd,
  SegmentMuxer,
  type SegmentMuxerOptions,
} from "../../../../core/media/mp4/index.ts";
import type { SegmentIdentity } from "../../../../core/media/segment.ts";

export const IDENTITY: SegmentIdentity = {
  camera: "front-door" as CameraId,
  stream: "main",
  node: "node-1",
  run: 7,
  sequence: 3,
  startTime90k: 1_760_000_000 * 90_000,
  clockSource: "node",
};

export const VIDEO: VideoFormat = {
  codec: "h264",
  codecString: "avc1.64001f",
  width: 1920,
  height: 1080,
  decoderConfig: Uint8Array.of(1, 0x64, 0, 0x1f, 0xff, 0xe1, 0, 1, 0x67, 1, 0, 1, 0x68),
};

export const AUDIO: AudioFormat = {
  codec: "aac",
  codecString: "mp4a.40.2",
  sampleRate: 48_000,
  channels: 1,
  decoderConfig: Uint8Array.of(0x11, 0x88),
};

/** A picture of one NAL unit; every tenth is a key frame, the presentation order that of the decoding. */
export function picture(index: number, changes: Partial<MuxSample> = {}): MuxSample {
  return {
    length: 8 + (index % 5),
    decodeTime: index * 3_600,
    compositionOffset: 0,
    duration: 3_600,
    keyFrame: index % 10 === 0,
    damaged: false,
    ...changes,
  };
}

export function sound(index: number, changes: Partial<MuxSample> = {}): MuxSample {
  return {
    length: 3,
    decodeTime: index * 1_024,
    compositionOffset: 0,
    duration: 1_024,
    keyFrame: true,
    damaged: false,
    ...changes,
  };
}

/** Bytes of samples: for pictures one NAL unit each, after its length. */
export function bytesOf(samples: readonly MuxSample[], video: boolean): Uint8Array {
  return Buffer.concat(
    samples.map(({ length }, index) => {
      const bytes = Buffer.alloc(length, index + 1);
      if (video) bytes.writeUInt32BE(length - 4);
      return bytes;
    }),
  );
}

export interface SyntheticSegment {
  readonly open: Uint8Array;
  readonly closed: Uint8Array;
  readonly end: SegmentEnd;
  /** Where each part ends, the header's end first. */
  readonly partEnds: readonly number[];
  readonly muxer: SegmentMuxer;
}

export const CLOSING = {
  holes: [{ offset90k: 3_600, duration90k: 7_200, packets: 3 }],
  reasons: [{ offset90k: 0, duration90k: 72_000, bits: 5 }],
  cameraClockOffsetMs: -250.5,
  endsRun: true,
} as const;

/** Makes a file of these parts. */
export function makeSegment(
  parts: readonly { readonly video: readonly MuxSample[]; readonly audio?: readonly MuxSample[] }[],
  options: Partial<SegmentMuxerOptions> = {},
): SyntheticSegment {
  const muxer = new SegmentMuxer({
    identity: IDENTITY,
    video: VIDEO,
    writeSequence: 42,
    reasonBits: 9,
    ...options,
  });
  const pieces: Uint8Array[] = [muxer.header()];
  const partEnds = [muxer.bytes];
  for (const { video, audio = [] } of parts) {
    pieces.push(muxer.part(video, audio), bytesOf(video, true), bytesOf(audio, false));
    partEnds.push(muxer.bytes);
  }
  const open = Buffer.concat(pieces);
  const end = muxer.finish(CLOSING);
  const closed = Buffer.concat([open, end.moov]);
  closed.set(end.patch, end.patchOffset);
  return { open, closed, end, partEnds, muxer };
}

/** Four parts of ten pictures with sound. */
export function makeUsualSegment(): SyntheticSegment {
  const parts = [0, 1, 2, 3].map((part) => ({
    video: Array.from({ length: 10 }, (_, index) => picture(part * 10 + index)),
    audio: Array.from({ length: 4 }, (_, index) => sound(part * 4 + index)),
  }));
  return makeSegment(parts, { audio: AUDIO });
}

/** A file in memory. */
export function memory(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read: (offset, length) => bytes.subarray(Math.min(offset, bytes.length), offset + length),
  };
}
