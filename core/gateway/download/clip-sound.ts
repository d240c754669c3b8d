// The sound of a virtual clip as AAC: encoded once, kept in a file that has no name and goes with the clip's layout.
import { createHash } from "node:crypto";
import { type FileHandle, mkdir, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { NightjarError } from "../../errors.ts";
import { AAC_PRIMING_SAMPLES, AacEncoder } from "../../media/ffmpeg/aac-encoder.ts";
import type { FfmpegTool } from "../../media/ffmpeg/ffmpeg-tool.ts";
import type { AudioFormat } from "../../media/format.ts";
import type { VolumeReaders } from "../footage/volume-reader.ts";
import type { Stretch } from "./clip-stretch.ts";
import { SoundLine } from "./sound-line.ts";

/** Samples read at once: a quarter of a megabyte of the usual 20 ms. */
const READ_SAMPLES = 1_600;
/** Twice what an hour of stereo comes to. */
const SOUND_LIMIT_BYTES = 96 * 1024 * 1024;

/** Converted sound. The holder of the layout closes it. */
export interface ClipSound {
  readonly format: AudioFormat;
  /** Bytes of each access unit, in order, one after the other in the file. */
  readonly sizes: readonly number[];
  /** Clip time of the first sample that was recorded, 90 kHz. */
  readonly zero90k: number;
  /** Samples in front of it. */
  readonly priming: number;
  /** SHA-256 of the access units: another ffmpeg may make other bytes of the same sound. */
  readonly digest: string;
  read(offset: number, size: number): Promise<Buffer>;
  close(): Promise<void>;
}

export interface SoundParts {
  readonly readers: VolumeReaders;
  readonly ffmpeg: FfmpegTool;
  /** Folder for the file; made if it is not there. */
  readonly folder: string;
}

/** Converts the sound of stretches, all of the format `source`. Undefined where there is no sample of it. */
export async function encodeClipSound(
  parts: SoundParts,
  source: AudioFormat,
  stretches: readonly Stretch[],
  signal: AbortSignal,
): Promise<ClipSound | undefined> {
  const encoder = new AacEncoder({ ffmpeg: parts.ffmpeg, source, signal });
  const line = new SoundLine(encoder, source);
  const file = await namelessFile(parts.folder);
  const sizes: number[] = [];
  const hash = createHash("sha256");
  let written = 0;
  const keep = async (): Promise<void> => {
    const frames = encoder.take();
    if (frames.length === 0) return;
    for (const frame of frames) sizes.push(frame.length);
    const bytes = Buffer.concat(frames);
    hash.update(bytes);
    if (written + bytes.length > SOUND_LIMIT_BYTES) {
      throw new NightjarError(
        "NJ_FFMPEG_OUTPUT_LIMIT",
        "resource-exhausted",
        "ffmpeg wrote more than it may",
      );
    }
    await file.write(bytes, 0, bytes.length, written);
    written += bytes.length;
  };
  try {
    for (const { source: from, base90k, audio } of stretches) {
      const track = from.index.audio;
      if (track === undefined) continue;
      for (let at = audio.from; at < audio.to; at += READ_SAMPLES) {
        const span = { from: at, to: Math.min(audio.to, at + READ_SAMPLES) };
        const pieces = [];
        for (let sample = span.from; sample < span.to; sample += 1) {
          pieces.push({ offset: track.offsets[sample] as number, size: track.sizes[sample] as number });
        }
        const buffers = await parts.readers.read(from.item.place, pieces, 0, signal);
        await line.feed(track, span, base90k, buffers);
        await keep();
      }
    }
    await encoder.end();
    await keep();
  } catch (error) {
    encoder.stop();
    await file.close();
    throw error;
  }
  const zero90k = line.zero90k;
  if (zero90k === undefined || sizes.length === 0) {
    await file.close();
    return undefined;
  }
  return {
    format: encoder.format,
    sizes,
    zero90k,
    priming: AAC_PRIMING_SAMPLES,
    digest: hash.digest("base64url"),
    async read(offset, size) {
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(size), 0, size, offset);
      if (bytesRead !== size) {
        throw new NightjarError("NJ_CLIP_SOUND_LOST", "internal", "the converted sound of a clip is gone");
      }
      return buffer;
    },
    close: () => file.close(),
  };
}

/** A file that is gone from its folder at once, and from the disk when it is closed, however this process ends. */
async function namelessFile(folder: string): Promise<FileHandle> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(
    folder,
    `clip-sound-${process.pid}-${Date.now()}-${Math.random().toString(36).slice(2)}.aac`,
  );
  const file = await open(path, "wx+", 0o600);
  await rm(path, { force: true });
  return file;
}
