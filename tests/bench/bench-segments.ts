// Real recording files for benchmarks: the clip of the cameras, muxed by the product's own muxer into closed segments
// of 60 s at 1080p. Each begins at another key frame of the clip, so that no two are alike.
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { CameraId } from "../../core/domain/ids.ts";
import { type MuxSample, SegmentMuxer } from "../../core/media/mp4/index.ts";
import { readMovie } from "../../core/media/mp4/read-movie.ts";
import { type ClipTrack, parseClip } from "../../core/media/rtsp-server/mp4-clip.ts";

export const SEGMENT_SECONDS = 60;

export interface BenchSegment {
  /** Name of the file below the folder. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly moovOffset: number;
  readonly moovBytes: number;
  readonly videoCodec: string;
  readonly audioCodec: string;
  readonly width: number;
  readonly height: number;
  readonly videoSamples: number;
  readonly audioSamples: number;
  /** See SegmentRecord.keyFrames, unpacked from base64. */
  readonly keyFrames: Buffer;
}

/** Writes `count` segments into `folder`. */
export function makeSegments(clipFile: string, folder: string, count: number): BenchSegment[] {
  const bytes = readFileSync(clipFile);
  const movie = readMovie(movieBox(bytes));
  const clip = parseClip(bytes, clipFile);
  const [video, audio] = clip.tracks;
  if (movie.video === undefined || movie.audio === undefined || video === undefined || audio === undefined)
    throw new Error("the clip has no picture or no sound");
  const formats = { video: movie.video.format, audio: movie.audio.format };
  const keys = [...video.keyFrames].flatMap((key, sample) => (key === 1 ? [sample] : []));
  return Array.from({ length: count }, (_, index) => {
    const path = `segment-${index}.mp4`;
    const muxer = new SegmentMuxer({
      identity: {
        camera: "camera-00" as CameraId,
        stream: "main",
        node: "bench",
        run: 1,
        sequence: index,
        startTime90k: (1_760_000_000 + index * SEGMENT_SECONDS) * 90_000,
        clockSource: "node",
      },
      ...formats,
      writeSequence: index,
      reasonBits: 1,
    });
    const file = openSync(join(folder, path), "w");
    writeSync(file, muxer.header());
    const pictures = looped(video, keys[index % keys.length] ?? 0, SEGMENT_SECONDS * 25);
    const sounds = looped(audio, 0, Math.floor((SEGMENT_SECONDS * 48_000) / 1_024));
    for (let second = 0; second < SEGMENT_SECONDS; second += 1) {
      const videoPart = pictures.slice(second * 25, (second + 1) * 25);
      const audioPart = sounds.slice(
        Math.ceil((second * 48_000) / 1_024),
        Math.ceil(((second + 1) * 48_000) / 1_024),
      );
      const head = muxer.part(
        videoPart.map((one, at) => muxSample(video, one, (second * 25 + at) * 3_600, 3_600)),
        audioPart.map((one, at) =>
          muxSample(audio, one, (Math.ceil((second * 48_000) / 1_024) + at) * 1_024, 1_024),
        ),
      );
      const body = [
        ...videoPart.map((sample) => bytesOf(video, sample)),
        ...audioPart.map((sample) => bytesOf(audio, sample)),
      ];
      writeSync(file, Buffer.concat([head, ...body]));
    }
    const end = muxer.finish({
      holes: [],
      reasons: [{ offset90k: 0, duration90k: muxer.duration90k, bits: 1 }],
      cameraClockOffsetMs: undefined,
      endsRun: false,
    });
    const moovOffset = muxer.bytes;
    writeSync(file, end.moov, 0, end.moov.length, moovOffset);
    writeSync(file, end.patch, 0, end.patch.length, end.patchOffset);
    closeSync(file);
    return {
      path,
      sizeBytes: moovOffset + end.moov.length,
      moovOffset,
      moovBytes: end.moov.length,
      videoCodec: formats.video.codecString,
      audioCodec: formats.audio.codecString,
      width: formats.video.width,
      height: formats.video.height,
      videoSamples: pictures.length,
      audioSamples: sounds.length,
      keyFrames: Buffer.from(end.summary.keyFrames, "base64"),
    };
  });
}

function looped(track: ClipTrack, from: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => (from + index) % track.sizes.length);
}

function bytesOf(track: ClipTrack, sample: number): Buffer {
  const start = track.offsets[sample] ?? 0;
  return track.data.subarray(start, start + (track.sizes[sample] ?? 0));
}

function muxSample(track: ClipTrack, sample: number, decodeTime: number, duration: number): MuxSample {
  return {
    length: track.sizes[sample] ?? 0,
    decodeTime,
    duration,
    compositionOffset: 0,
    keyFrame: track.keyFrames[sample] === 1,
    damaged: false,
  };
}

function movieBox(bytes: Buffer): Buffer {
  for (let at = 0; at + 8 <= bytes.length; ) {
    const size = bytes.readUInt32BE(at);
    if (bytes.toString("latin1", at + 4, at + 8) === "moov") return bytes.subarray(at, at + size);
    at += size === 1 ? Number(bytes.readBigUInt64BE(at + 8)) : size;
  }
  throw new Error("the clip has no moov box");
}
