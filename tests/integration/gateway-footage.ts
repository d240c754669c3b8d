// Footage for the gateway's tests: made by ffmpeg, cut into recording files by the recorder's own muxer, with what the
// source held beside it for comparison.
import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { CameraId, StreamName } from "../../core/domain/ids.ts";
import type { PlayableSegment } from "../../core/gateway/protocol.ts";
import type { AudioFormat, VideoFormat } from "../../core/media/format.ts";
import { type MuxSample, SegmentMuxer } from "../../core/media/mp4/index.ts";
import { readMovie } from "../../core/media/mp4/read-movie.ts";
import type { SampleList } from "../../core/media/mp4/sample-list.ts";
import { type SegmentIdentity, segmentId, segmentPath } from "../../core/media/segment.ts";
import { VOLUME } from "../core/gateway/fake-peers.ts";

const run = promisify(execFile);

/** When the footage of the gateway's tests begins, 2026-03-01T12:00:00Z, in 90 kHz ticks. */
export const NOON = Date.UTC(2026, 2, 1, 12) * 90;
export const SECOND = 90_000;

export function iso(time90k: number): string {
  return new Date(time90k / 90).toISOString();
}

/** Address of a clip of the camera `yard`; `more` goes behind its range. */
export function clipAddress(http: string, start90k: number, end90k: number, more = ""): string {
  return `${http}/api/v1/cameras/yard/clip.mp4?start=${iso(start90k)}&end=${iso(end90k)}${more}`;
}

export interface SourceSample {
  readonly data: Buffer;
  readonly decodeTime: number;
  readonly compositionOffset: number;
  readonly duration: number;
  readonly keyFrame: boolean;
}

export interface Source {
  readonly video: { readonly format: VideoFormat; readonly samples: readonly SourceSample[] };
  readonly audio: { readonly format: AudioFormat; readonly samples: readonly SourceSample[] } | undefined;
}

/** Runs ffmpeg with `args` and reads the MP4 that it writes. Times of video count from its first decoding time. */
export async function makeSource(folder: string, name: string, args: readonly string[]): Promise<Source> {
  const file = join(folder, `${name}.mp4`);
  await run("ffmpeg", ["-hide_banner", "-loglevel", "error", "-y", ...args, "-movflags", "+faststart", file]);
  const bytes = await readFile(file);
  let at = 0;
  while (bytes.toString("latin1", at + 4, at + 8) !== "moov") at += bytes.readUInt32BE(at);
  const movie = readMovie(bytes.subarray(at, at + bytes.readUInt32BE(at)));
  if (movie.video === undefined) throw new Error("ffmpeg made no video");
  return {
    video: { format: movie.video.format, samples: samplesOf(bytes, movie.video.samples) },
    audio: movie.audio && { format: movie.audio.format, samples: samplesOf(bytes, movie.audio.samples) },
  };
}

function samplesOf(bytes: Buffer, list: SampleList): SourceSample[] {
  return Array.from({ length: list.count }, (_, at) => {
    const offset = list.offsets[at] as number;
    return {
      data: bytes.subarray(offset, offset + (list.sizes[at] as number)),
      decodeTime: (list.decodeTimes[at] as number) - (list.decodeTimes[0] as number),
      compositionOffset: list.compositionOffsetAt(at),
      duration: list.durationAt(at),
      keyFrame: list.isKeyFrame(at),
    };
  });
}

/** A recording file with the source's samples that went into it. */
export interface Recorded {
  readonly segment: PlayableSegment;
  readonly identity: SegmentIdentity;
  readonly path: string;
  readonly video: readonly SourceSample[];
  /** For files left open: length after each part. */
  readonly partEnds: readonly number[];
  readonly shown90k: readonly number[];
}

/**
 * Cuts a source into recording files of `seconds` at its key frames. `startAt90k` gives the start of each file, by
 * number and where the one before ended; `open` leaves the last one unfinished.
 */
export async function record(
  root: string,
  source: Source,
  options: {
    readonly camera: string;
    readonly seconds: number;
    readonly stream?: StreamName;
    readonly run?: number;
    readonly firstSequence?: number;
    readonly startAt90k: (number: number, continued90k: number) => number;
    readonly runOf?: (number: number) => number;
    readonly open?: boolean;
  },
): Promise<Recorded[]> {
  const groups: SourceSample[][] = [];
  for (const sample of source.video.samples) {
    const first = groups.at(-1)?.[0];
    const isCut =
      first === undefined ||
      (sample.keyFrame && sample.decodeTime - first.decodeTime >= options.seconds * 90_000);
    if (isCut) groups.push([]);
    groups.at(-1)?.push(sample);
  }
  const recorded: Recorded[] = [];
  let continued90k = 0;
  for (const [number, group] of groups.entries()) {
    const startTime90k = options.startAt90k(number, continued90k);
    const identity: SegmentIdentity = {
      camera: options.camera as CameraId,
      stream: options.stream ?? "main",
      node: "test",
      run: options.runOf?.(number) ?? options.run ?? 1,
      sequence: (options.firstSequence ?? 0) + number,
      startTime90k,
      clockSource: "node",
    };
    const isOpen = options.open === true && number === groups.length - 1;
    const one = await writeSegment(root, source, identity, group, groups[number + 1]?.[0], isOpen);
    recorded.push(one);
    continued90k = startTime90k + one.segment.duration90k;
  }
  return recorded;
}

async function writeSegment(
  root: string,
  source: Source,
  identity: SegmentIdentity,
  group: readonly SourceSample[],
  next: SourceSample | undefined,
  isOpen: boolean,
): Promise<Recorded> {
  const muxer = new SegmentMuxer({ identity, video: source.video.format, audio: source.audio?.format });
  const pieces: Uint8Array[] = [muxer.header()];
  const partEnds: number[] = [];
  const first = group[0] as SourceSample;
  const startShown = first.decodeTime + first.compositionOffset;
  const endShown = next === undefined ? Number.POSITIVE_INFINITY : next.decodeTime + next.compositionOffset;
  const rate = source.audio?.format.sampleRate ?? 1;
  // The source's sound counts from the presentation zero, its pictures from the first decoding time.
  const origin = source.video.samples[0]?.compositionOffset ?? 0;
  const sound = (source.audio?.samples ?? []).filter((sample) => {
    const time = (sample.decodeTime * 90_000) / rate + origin;
    return time >= startShown - (identity.sequence === 0 ? 1e9 : 0) && time < endShown;
  });
  let heard = 0;
  for (let at = 0; at < group.length; ) {
    const begin = group[at] as SourceSample;
    let end = at + 1;
    // A part never spans a key frame and lasts a second at most.
    while (end < group.length) {
      const sample = group[end] as SourceSample;
      if (sample.keyFrame || sample.decodeTime - begin.decodeTime >= 90_000) break;
      end += 1;
    }
    const until = end < group.length ? (group[end] as SourceSample).decodeTime : Number.POSITIVE_INFINITY;
    const video = group.slice(at, end);
    const from = heard;
    while (heard < sound.length) {
      const sample = sound[heard] as SourceSample;
      if ((sample.decodeTime * 90_000) / rate + origin >= until) break;
      heard += 1;
    }
    const audio = sound.slice(from, heard).map((sample) => ({
      ...sample,
      decodeTime: sample.decodeTime + Math.round((origin * rate) / 90_000),
    }));
    pieces.push(muxer.part(video.map(muxSample), audio.map(muxSample)));
    for (const sample of [...video, ...audio]) pieces.push(sample.data);
    partEnds.push(muxer.bytes);
    at = end;
  }
  const path = segmentPath(identity);
  const file = join(root, path);
  await mkdir(dirname(file), { recursive: true });
  let facts = { duration90k: muxer.duration90k, moovBytes: 0, keyFrames: "" };
  let bytes = Buffer.concat(pieces);
  const moovOffset = bytes.length;
  if (!isOpen) {
    const end = muxer.finish({ holes: [], reasons: [], cameraClockOffsetMs: undefined, endsRun: false });
    bytes = Buffer.concat([bytes, end.moov]);
    end.patch.forEach((byte, index) => {
      bytes[end.patchOffset + index] = byte;
    });
    facts = {
      duration90k: end.summary.duration90k,
      moovBytes: end.moov.length,
      keyFrames: end.summary.keyFrames,
    };
  }
  await writeFile(file, bytes);
  return {
    identity,
    path,
    video: group,
    partEnds,
    shown90k: group.map(
      (sample) => identity.startTime90k + sample.decodeTime + sample.compositionOffset - startShown,
    ),
    segment: {
      id: segmentId(identity),
      volume: VOLUME,
      file,
      run: identity.run,
      sequence: identity.sequence,
      startTime90k: identity.startTime90k,
      duration90k: facts.duration90k,
      sizeBytes: bytes.length,
      moovOffset,
      moovBytes: facts.moovBytes,
      keyFrames: facts.keyFrames,
    },
  };
}

function muxSample(sample: SourceSample): MuxSample {
  return {
    length: sample.data.length,
    decodeTime: sample.decodeTime,
    compositionOffset: sample.compositionOffset,
    duration: sample.duration,
    keyFrame: sample.keyFrame,
    damaged: false,
  };
}
