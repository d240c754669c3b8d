// Makes a JPEG of one key frame: the picture that is shown before a camera is saved, and snapshots. ffmpeg gets the
// frame on standard input and nothing else; at most two run at once, a few more wait.
import { Turns } from "../../domain/turns.ts";
import { NightjarError } from "../../errors.ts";
import { annexBFromLengthPrefixed } from "../codec/annex-b.ts";
import { parameterSetsOf } from "../codec/decoder-config.ts";
import { runFfmpeg } from "./run-ffmpeg.ts";
import type { Sandbox } from "./sandbox.ts";

export interface KeyFrame {
  /** RFC 6381, as in a wire format: tells H.264 (`avc1…`) from H.265 (`hvc1…`, `hev1…`). */
  readonly codec: string;
  /** avcC or hvcC record (ISO/IEC 14496-15) with the parameter sets. */
  readonly decoderConfig: Uint8Array;
  /** One access unit: NAL units with 4-byte lengths. */
  readonly data: Uint8Array;
}

export interface JpegOptions {
  /** Absolute path of ffmpeg. */
  readonly ffmpeg: string;
  readonly sandbox?: Sandbox | undefined;
  /** Width of the JPEG in pixels, 16 to 7680; the height follows. As large as the frame unless given. */
  readonly width?: number;
  readonly signal?: AbortSignal;
}

const TIMEOUT_MS = 10_000;
const MAX_INPUT_BYTES = 16 * 1024 * 1024;
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;
const AT_ONCE = 2;
const WAITING_LIMIT = 32;
const turns = new Turns(
  AT_ONCE,
  WAITING_LIMIT,
  () =>
    new NightjarError("NJ_PICTURE_BUSY", "resource-exhausted", "too many pictures are being made, try again"),
);

/** The JPEG. Throws `NJ_PICTURE_BUSY`, `NJ_PICTURE_UNREADABLE`, `NJ_FFMPEG_TIMEOUT`. */
export async function keyFrameJpeg(frame: KeyFrame, options: JpegOptions): Promise<Buffer> {
  const codec = codecOf(frame.codec);
  if (frame.data.length === 0 || frame.data.length > MAX_INPUT_BYTES)
    throw unreadable("has an impossible size");
  const width = options.width === undefined ? undefined : Math.trunc(options.width);
  if (width !== undefined && !(width >= 16 && width <= 7_680)) {
    throw new NightjarError("NJ_PICTURE_WIDTH", "invalid-argument", "a picture is 16 to 7680 pixels wide");
  }
  const sets = parameterSetsOf(codec, frame.decoderConfig);
  if (sets.length === 0) throw unreadable("has no parameter sets");
  return turns.run(() => convert(codec, width, annexBFromLengthPrefixed(frame.data, sets), options));
}

async function convert(
  codec: "h264" | "h265",
  width: number | undefined,
  input: Uint8Array,
  options: JpegOptions,
): Promise<Buffer> {
  try {
    const { output } = await runFfmpeg(options.ffmpeg, jpegArguments(codec, width), {
      input,
      timeoutMs: TIMEOUT_MS,
      maxOutputBytes: MAX_OUTPUT_BYTES,
      sandbox: options.sandbox,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    if (output.length < 4 || output.readUInt16BE(0) !== 0xffd8) throw unreadable("cannot be decoded");
    return output;
  } catch (error) {
    if (error instanceof NightjarError && error.code === "NJ_FFMPEG_FAILED") {
      throw unreadable("cannot be decoded", error);
    }
    throw error;
  }
}

function jpegArguments(codec: "h264" | "h265", width: number | undefined): string[] {
  return [
    ["-hide_banner", "-loglevel", "error", "-nostdin", "-threads", "1"],
    ["-protocol_whitelist", "pipe", "-f", codec === "h264" ? "h264" : "hevc", "-i", "pipe:0"],
    ["-an", "-sn", "-dn", "-frames:v", "1", "-vf", `scale=${width ?? "iw"}:-2:out_range=full`],
    ["-pix_fmt", "yuvj420p", "-c:v", "mjpeg", "-q:v", "4", "-threads", "1", "-f", "mjpeg", "pipe:1"],
  ].flat();
}

function codecOf(codec: string): "h264" | "h265" {
  if (/^avc[13]/.test(codec) || codec === "h264") return "h264";
  if (/^(?:hvc1|hev1)/.test(codec) || codec === "h265") return "h265";
  throw new NightjarError("NJ_PICTURE_CODEC", "unimplemented", "no picture can be made of this codec");
}

function unreadable(what: string, cause?: unknown): NightjarError {
  return new NightjarError(
    "NJ_PICTURE_UNREADABLE",
    "failed-precondition",
    `the camera's key frame ${what}`,
    {},
    cause,
  );
}
