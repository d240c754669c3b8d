// One exact picture of a stream as JPEG: ffmpeg gets the key frame and what follows it in decoding order, as fragmented
// MP4 with its times, and gives the picture that was asked for.
import { NightjarError } from "../../errors.ts";
import { runFfmpeg } from "../ffmpeg/run-ffmpeg.ts";
import type { Sandbox } from "../ffmpeg/sandbox.ts";
import { fragment, initSegment, type VideoEntryFormat } from "../mp4/index.ts";

const TIMEOUT_MS = 8_000;
const MAX_OUTPUT_BYTES = 32 * 1024 * 1024;
const WIDTH_LIMIT = 3_840;

/** A frame to be decoded, in decoding order; its bytes are NAL units with 4-byte lengths. */
export interface PictureFrame {
  readonly data: Uint8Array;
  /** 90 kHz, from any zero. */
  readonly decodeTime: number;
  readonly compositionOffset: number;
  readonly keyFrame: boolean;
}

/**
 * Decodes `frames`, the first of which is a key frame, and gives the last one in decoding order as JPEG, at most
 * `width` wide. Rejects with `NJ_PICTURE_UNREADABLE`, or what {@link runFfmpeg} throws.
 */
export async function pictureToJpeg(
  ffmpeg: { readonly path: string; readonly sandbox?: Sandbox | undefined },
  format: VideoEntryFormat,
  frames: readonly PictureFrame[],
  width?: number,
): Promise<Buffer> {
  const bound = Math.max(16, Math.min(Math.round(width ?? format.width), format.width, WIDTH_LIMIT));
  const shown = (frame: PictureFrame) => frame.decodeTime + frame.compositionOffset;
  const wanted = frames.at(-1);
  if (wanted === undefined) throw undecodable();
  const before = frames.filter((frame) => shown(frame) < shown(wanted)).length;
  const args = [
    ["-hide_banner", "-loglevel", "error", "-nostdin", "-threads", "1", "-protocol_whitelist", "pipe"],
    ["-probesize", "32", "-analyzeduration", "0", "-f", "mp4", "-i", "pipe:0", "-an", "-sn", "-dn"],
    ["-vf", `select=gte(n\\,${before}),scale=${bound}:-2:out_range=full`, "-frames:v", "1"],
    ["-pix_fmt", "yuvj420p", "-c:v", "mjpeg", "-q:v", "4", "-threads", "1", "-f", "mjpeg", "pipe:1"],
  ].flat();
  const { output } = await runFfmpeg(ffmpeg.path, args, {
    input: fragmentsOf(format, frames),
    timeoutMs: TIMEOUT_MS,
    maxOutputBytes: MAX_OUTPUT_BYTES,
    sandbox: ffmpeg.sandbox,
  });
  if (output.length < 4 || output.readUInt16BE(0) !== 0xffd8) throw undecodable();
  return output;
}

function fragmentsOf(format: VideoEntryFormat, frames: readonly PictureFrame[]): Buffer {
  const pieces: Uint8Array[] = [initSegment({ video: format })];
  const zero = frames[0]?.decodeTime ?? 0;
  frames.forEach((frame, at) => {
    const next = frames[at + 1]?.decodeTime;
    const sample = {
      length: frame.data.byteLength,
      duration: next === undefined ? 3_600 : Math.max(1, next - frame.decodeTime),
      compositionOffset: frame.compositionOffset,
      keyFrame: frame.keyFrame,
      damaged: false,
    };
    const baseDecodeTime = Math.max(0, Math.round(frame.decodeTime - zero));
    pieces.push(fragment({ sequence: at + 1, video: { baseDecodeTime, samples: [sample] } }), frame.data);
  });
  return Buffer.concat(pieces);
}

function undecodable(): NightjarError {
  return new NightjarError("NJ_PICTURE_UNREADABLE", "failed-precondition", "the picture cannot be decoded");
}
