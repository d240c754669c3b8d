// Real encoded pictures and sound for the tests of recording files: made by ffmpeg in a temporary folder, taken apart
// into samples, and recorded as the media process would, part by part.
import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CameraId } from "../../core/domain/ids.ts";
import type { AudioFormat, VideoFormat } from "../../core/media/format.ts";
import { DecodeTimer, type MuxSample, SegmentMuxer } from "../../core/media/mp4/index.ts";
import { readMovie } from "../../core/media/mp4/read-movie.ts";
import type { SampleList } from "../../core/media/mp4/sample-list.ts";
import type { SegmentFacts } from "../../core/media/mp4/segment-close.ts";
import type { SegmentIdentity } from "../../core/media/segment.ts";

export interface SourceSample {
  /** Presentation time in the track's time scale. */
  readonly time: number;
  readonly duration: number;
  readonly keyFrame: boolean;
  readonly bytes: Uint8Array;
}

export interface Source {
  readonly video: VideoFormat;
  readonly audio: AudioFormat | undefined;
  readonly pictures: readonly SourceSample[];
  readonly sounds: readonly SourceSample[];
}

export interface SourceOptions {
  readonly codec?: "h264" | "h265";
  readonly bFrames?: number;
  readonly audio?: "aac" | "opus" | "pcmu" | "pcma" | undefined;
  readonly seconds?: number;
  readonly framesPerSecond?: number;
  readonly gop?: number;
}

/** A folder that is removed at the end of its scope. */
export function temporaryFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "nightjar-segment-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

const made = new Map<string, Source>();

/** Encodes a moving test picture, and a tone where asked for, and takes the result apart; each kind once. */
export function makeSource(options: SourceOptions = {}): Source {
  const key = JSON.stringify(Object.entries(options).sort());
  const source = made.get(key) ?? encodeSource(options);
  made.set(key, source);
  return source;
}

function encodeSource(options: SourceOptions): Source {
  using folder = temporaryFolder();
  const { codec = "h264", bFrames = 0, audio, seconds = 4, framesPerSecond = 25, gop = 25 } = options;
  const file = join(folder.path, "source.mp4");
  const muxed = audio === "aac" || audio === "opus";
  const input = ["-f", "lavfi", "-i", `testsrc2=size=320x240:rate=${framesPerSecond}:duration=${seconds}`];
  const tone = ["-f", "lavfi", "-i", `sine=frequency=440:sample_rate=48000:duration=${seconds}`];
  const x265 = `keyint=${gop}:min-keyint=${gop}:scenecut=0:open-gop=0:bframes=${bFrames}:log-level=none`;
  const encoder =
    codec === "h264"
      ? ["-c:v", "libx264", "-preset", "ultrafast", "-bf", `${bFrames}`, "-g", `${gop}`, "-sc_threshold", "0"]
      : ["-c:v", "libx265", "-preset", "ultrafast", "-tag:v", "hvc1", "-x265-params", x265];
  execFileSync("ffmpeg", [
    ...["-v", "error", "-nostdin", "-threads", "1", ...input, ...(muxed ? tone : [])],
    ...[...encoder, "-pix_fmt", "yuv420p", "-video_track_timescale", "90000"],
    ...(audio === "aac" ? ["-c:a", "aac", "-b:a", "64k"] : []),
    ...(audio === "opus" ? ["-c:a", "libopus", "-b:a", "32k"] : []),
    file,
  ]);
  const bytes = readFileSync(file);
  const movie = readMovie(moovOf(bytes));
  if (movie.video === undefined) throw new RangeError("ffmpeg made no video");
  const pictures = samplesOf(movie.video.samples, bytes);
  const video: VideoFormat = { ...movie.video.format, reorderDepth: bFrames === 0 ? 0 : reorder(pictures) };
  if (audio === "pcmu" || audio === "pcma") {
    const raw = join(folder.path, "sound.raw");
    const format = audio === "pcmu" ? "mulaw" : "alaw";
    execFileSync("ffmpeg", [
      "-v",
      "error",
      "-nostdin",
      ...tone,
      "-ar",
      "8000",
      "-ac",
      "1",
      "-f",
      format,
      raw,
    ]);
    const codecString = audio === "pcmu" ? "ulaw" : "alaw";
    return {
      video,
      pictures,
      audio: { codec: audio, codecString, sampleRate: 8000, channels: 1 },
      sounds: slices(readFileSync(raw), 160),
    };
  }
  const sound = movie.audio;
  return {
    video,
    pictures,
    audio: sound?.format,
    sounds: sound === undefined ? [] : samplesOf(sound.samples, bytes),
  };
}

export const IDENTITY: SegmentIdentity = {
  camera: "front-door" as CameraId,
  stream: "main",
  node: "node-1",
  run: 7,
  sequence: 3,
  startTime90k: 1_760_000_000 * 90_000,
  clockSource: "node",
};

export interface RecordedPart {
  /** Header, pictures and sounds. */
  readonly bytes: Uint8Array;
  readonly pictures: number;
  readonly sounds: number;
}

export interface Recording {
  readonly header: Uint8Array;
  readonly parts: readonly RecordedPart[];
  readonly moov: Uint8Array;
  readonly patch: Uint8Array;
  readonly patchOffset: number;
  readonly facts: SegmentFacts;
}

export interface RecordOptions {
  /** Pictures `from` to `to` of the source. */
  readonly from?: number;
  readonly to?: number;
  readonly timer?: DecodeTimer;
  readonly inBandParameterSets?: boolean;
  /** Added to all sounds' times, in their time scale. */
  readonly shiftSound?: number;
}

/** Muxes (a stretch of) a source in parts of a second. */
export function record(source: Source, options: RecordOptions = {}): Recording {
  const pictures = source.pictures.slice(options.from ?? 0, options.to);
  const timer = options.timer ?? new DecodeTimer(source.video);
  const decodeTimes = pictures.map((picture) => timer.push(picture.time));
  const muxer = new SegmentMuxer({
    identity: IDENTITY,
    video: source.video,
    audio: source.audio,
    inBandParameterSets: options.inBandParameterSets === true,
    writeSequence: 42,
    reasonBits: 1,
  });
  const header = muxer.header();
  const parts: RecordedPart[] = [];
  const rate = source.audio?.sampleRate ?? 90_000;
  const start = pictures[0]?.time ?? 0;
  const last = pictures.at(-1);
  const end = last === undefined ? 0 : last.time + last.duration;
  const sounds = source.sounds
    .map((sound) => ({ ...sound, time: sound.time + (options.shiftSound ?? 0) }))
    .filter((sound) => (sound.time * 90_000) / rate >= start && (sound.time * 90_000) / rate < end);
  let nextSound = 0;
  for (let first = 0; first < pictures.length; ) {
    let until = first + 1;
    const zero = pictures[first] as SourceSample;
    while (until < pictures.length) {
      const candidate = pictures[until] as SourceSample;
      if (candidate.keyFrame || candidate.time - zero.time >= 90_000) break;
      until += 1;
    }
    const video: MuxSample[] = [];
    for (let index = first; index < until; index += 1) {
      const picture = pictures[index] as SourceSample;
      const decodeTime = decodeTimes[index] as number;
      const following = decodeTimes[index + 1];
      video.push({
        length: picture.bytes.length,
        decodeTime,
        compositionOffset: picture.time - decodeTime,
        duration: following === undefined ? 3600 : following - decodeTime,
        keyFrame: picture.keyFrame,
        damaged: false,
      });
    }
    const audio: MuxSample[] = [];
    const chunks: Uint8Array[] = pictures.slice(first, until).map((picture) => picture.bytes);
    const partEnd =
      until < pictures.length ? (pictures[until] as SourceSample).time : Number.POSITIVE_INFINITY;
    for (; nextSound < sounds.length; nextSound += 1) {
      const sound = sounds[nextSound] as SourceSample;
      if ((sound.time * 90_000) / rate >= partEnd) break;
      const { time: decodeTime, duration } = sound;
      audio.push({
        length: sound.bytes.length,
        decodeTime,
        compositionOffset: 0,
        duration,
        keyFrame: true,
        damaged: false,
      });
      chunks.push(sound.bytes);
    }
    const bytes = Buffer.concat([muxer.part(video, audio), ...chunks]);
    parts.push({ bytes, pictures: video.length, sounds: audio.length });
    first = until;
  }
  const finish = muxer.finish({
    holes: [{ offset90k: 90_000, duration90k: 3_600, packets: 4 }],
    reasons: [{ offset90k: 0, duration90k: muxer.duration90k, bits: 1 }],
    cameraClockOffsetMs: -120,
    endsRun: false,
  });
  return {
    header,
    parts,
    moov: finish.moov,
    patch: finish.patch,
    patchOffset: finish.patchOffset,
    facts: finish.summary,
  };
}

/** The bytes of a recording that is still open: header and its first `count` parts. */
export function openBytes(recording: Recording, count = recording.parts.length): Buffer {
  return Buffer.concat([recording.header, ...recording.parts.slice(0, count).map((part) => part.bytes)]);
}

/** The bytes of a closed recording. */
export function closedBytes(recording: Recording): Buffer {
  const bytes = Buffer.concat([openBytes(recording), recording.moov]);
  bytes.set(recording.patch, recording.patchOffset);
  return bytes;
}

export function writeBytes(file: string, bytes: Uint8Array): void {
  const descriptor = openSync(file, "w");
  writeSync(descriptor, bytes);
  closeSync(descriptor);
}

/**
 * Decodes files from end to end, all by one ffmpeg, which takes longer to start than to decode a short one; throws with its words
 * on the least error. Answers the pictures of each as they are shown, each as its time, in the track's scale, and a checksum.
 */
export function decodeEach(files: readonly string[]): string[][] {
  const inputs = files.flatMap((file) => ["-threads", "1", "-i", file]);
  const all = files.flatMap((_file, index) => ["-map", `${index}:v:0`, "-map", `${index}:a:0?`]);
  const text = execFileSync(
    "ffmpeg",
    [
      ...["-v", "warning", "-xerror", "-nostdin", ...inputs, ...all],
      ...["-fps_mode", "passthrough", "-f", "framemd5", "-"],
    ],
    { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], maxBuffer: 16 * 1024 * 1024 },
  );
  // `#media_type 2: video` in the order of the inputs, then a line for each picture: stream, two times, duration, size, checksum.
  const streams = [...text.matchAll(/^#media_type (\d+): video$/gm)].map(([, stream]) => stream);
  const lines = text.split("\n").map((line) => line.split(",").map((field) => field.trim()));
  return streams.map((stream) =>
    lines.filter(([of]) => of === stream).map((fields) => `${fields[2]} ${fields.at(-1)}`),
  );
}

export interface ProbedStream {
  readonly codec_type: string;
  readonly codec_name: string;
  readonly codec_tag_string: string;
  readonly start_time: string;
  readonly duration: string;
  readonly has_b_frames?: number;
}

/** What ffprobe says of a file's streams, without decoding them. */
export function probe(file: string): ProbedStream[] {
  const text = execFileSync("ffprobe", ["-v", "error", "-show_streams", "-of", "json", file], {
    encoding: "utf8",
  });
  return (JSON.parse(text) as { streams: ProbedStream[] }).streams;
}

function moovOf(bytes: Buffer): Buffer {
  for (let at = 0; at + 8 <= bytes.length; ) {
    const size = bytes.readUInt32BE(at);
    if (bytes.toString("latin1", at + 4, at + 8) === "moov") return bytes.subarray(at, at + size);
    at += size === 1 ? Number(bytes.readBigUInt64BE(at + 8)) : size;
  }
  throw new RangeError("ffmpeg made no moov");
}

function samplesOf(list: SampleList, bytes: Buffer): SourceSample[] {
  const zero = list.presentationTimeAt(0);
  return Array.from({ length: list.count }, (_, index) => ({
    time: list.presentationTimeAt(index) - zero,
    duration: list.durationAt(index),
    keyFrame: list.isKeyFrame(index),
    bytes: bytes.subarray(
      list.offsets[index] as number,
      (list.offsets[index] as number) + (list.sizes[index] as number),
    ),
  }));
}

function slices(bytes: Uint8Array, size: number): SourceSample[] {
  const count = Math.floor(bytes.length / size);
  return Array.from({ length: count }, (_, index) => ({
    time: index * size,
    duration: size,
    keyFrame: true,
    bytes: bytes.subarray(index * size, (index + 1) * size),
  }));
}

function reorder(pictures: readonly SourceSample[]): number {
  return Math.max(
    ...pictures.map(
      (picture, index) => pictures.slice(0, index).filter((other) => other.time > picture.time).length,
    ),
  );
}
