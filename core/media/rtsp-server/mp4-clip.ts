// Reads a finished MP4 (ISO/IEC 14496-12: moov with sample tables, not fragments) wholly into memory, as a clip
// that can be served over and over. Reads H.264, H.265, AAC and Opus; other tracks are left out.
import { readFile } from "node:fs/promises";
import { NightjarError } from "../../errors.ts";
import { describeSampleEntry } from "./sample-entry.ts";
import type { ServedTrack } from "./served-source.ts";

/** Samples of one track in decoding order; times in the served track's clock rate, from the clip's start. */
export interface ClipTrack {
  readonly served: ServedTrack;
  /** What the offsets point into. */
  readonly data: Buffer;
  readonly parameterSets: readonly Uint8Array[];
  readonly width?: number;
  readonly height?: number;
  readonly offsets: Float64Array;
  readonly sizes: Uint32Array;
  readonly decodeTimes: Float64Array;
  readonly presentationTimes: Float64Array;
  readonly keyFrames: Uint8Array;
}

/** An MP4 file in memory, as samples that can be served. */
export interface Clip {
  readonly tracks: readonly ClipTrack[];
  /** Length of one loop in seconds: the video's, else the longest track's. */
  readonly durationSeconds: number;
}

interface Box {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

const MAX_SAMPLES = 5_000_000;

/** Loads a clip. Throws `NJ_CLIP_INVALID` when the file is not a finished MP4 with a track that can be served. */
export async function readClip(file: string): Promise<Clip> {
  return parseClip(await readFile(file), file);
}

/** Reads a clip from bytes; `name` is for messages. */
export function parseClip(data: Buffer, name: string): Clip {
  try {
    const moov = child(data, 0, data.length, "moov");
    if (moov === undefined) throw invalid(name, "it has no moov box");
    const movie = child(data, moov.start, moov.end, "mvhd");
    const movieScale = movie === undefined ? 1000 : readTimescale(data, movie);
    const tracks: ClipTrack[] = [];
    const lengths: number[] = [];
    for (const box of boxes(data, moov.start, moov.end)) {
      if (box.type !== "trak") continue;
      const read = readTrack(data, box, movieScale, tracks.length);
      if (read === undefined) continue;
      tracks.push(read.track);
      lengths.push(read.seconds);
    }
    const video = tracks.findIndex((track) => track.served.kind === "video");
    if (tracks.length === 0) throw invalid(name, "it has no H.264, H.265, AAC or Opus track");
    const durationSeconds = video >= 0 ? (lengths[video] as number) : Math.max(...lengths);
    return { tracks: tracks.map((track) => within(track, durationSeconds)), durationSeconds };
  } catch (error) {
    if (error instanceof RangeError) throw invalid(name, "its boxes are damaged", error);
    throw error;
  }
}

function invalid(name: string, why: string, cause?: unknown): NightjarError {
  return new NightjarError("NJ_CLIP_INVALID", "invalid-argument", `cannot serve ${name}: ${why}`, {}, cause);
}

function* boxes(data: Buffer, start: number, end: number): Generator<Box> {
  let at = start;
  while (at + 8 <= end) {
    let size = data.readUInt32BE(at);
    let header = 8;
    if (size === 1) {
      size = Number(data.readBigUInt64BE(at + 8));
      header = 16;
    } else if (size === 0) size = end - at;
    if (size < header || at + size > end) throw new RangeError("box size");
    yield { type: data.toString("latin1", at + 4, at + 8), start: at + header, end: at + size };
    at += size;
  }
}

function child(data: Buffer, start: number, end: number, type: string): Box | undefined {
  for (const box of boxes(data, start, end)) if (box.type === type) return box;
  return undefined;
}

function at(data: Buffer, parent: Box, ...path: readonly string[]): Box | undefined {
  let box: Box | undefined = parent;
  for (const type of path) {
    if (box === undefined) return undefined;
    box = child(data, box.start, box.end, type);
  }
  return box;
}

function readTimescale(data: Buffer, box: Box): number {
  return data.readUInt32BE(box.start + (data[box.start] === 1 ? 20 : 12));
}

function readTrack(
  data: Buffer,
  trak: Box,
  movieScale: number,
  index: number,
): { track: ClipTrack; seconds: number } | undefined {
  const mdhd = at(data, trak, "mdia", "mdhd");
  const stbl = at(data, trak, "mdia", "minf", "stbl");
  if (mdhd === undefined || stbl === undefined) return undefined;
  const stsd = at(data, stbl, "stsd");
  const entry = stsd === undefined ? undefined : boxes(data, stsd.start + 8, stsd.end).next().value;
  const description = entry ? describeSampleEntry(data, entry, 96 + index) : undefined;
  if (description === undefined) return undefined;
  const scale = readTimescale(data, mdhd);
  const sizes = readSizes(data, stbl);
  const count = sizes.length;
  if (count === 0 || scale === 0) return undefined;
  const offsets = readOffsets(data, stbl, sizes);
  const decode = new Float64Array(count);
  let time = 0;
  runs(data, at(data, stbl, "stts"), count, (sample, delta) => {
    decode[sample] = time;
    time += delta;
  });
  const presentation = Float64Array.from(decode);
  const ctts = at(data, stbl, "ctts");
  if (ctts !== undefined) {
    runs(data, ctts, count, (sample, offset) => {
      presentation[sample] = (decode[sample] as number) + (offset | 0);
    });
  }
  const keyFrames = new Uint8Array(count).fill(1);
  const stss = at(data, stbl, "stss");
  if (stss !== undefined) {
    keyFrames.fill(0);
    const entries = data.readUInt32BE(stss.start + 4);
    for (let key = 0; key < entries; key += 1) keyFrames[data.readUInt32BE(stss.start + 8 + key * 4) - 1] = 1;
  }
  const edit = readEdit(data, trak, scale, movieScale);
  const rate = description.served.clockRate;
  const toClock = (ticks: number): number => Math.round(((ticks - edit) * rate) / scale);
  return {
    track: {
      ...description,
      data,
      offsets,
      sizes,
      decodeTimes: decode.map(toClock),
      presentationTimes: presentation.map(toClock),
      keyFrames,
    },
    seconds: time / scale,
  };
}

/** Media time at which the presentation starts, less any empty edit before it. */
function readEdit(data: Buffer, trak: Box, scale: number, movieScale: number): number {
  const elst = at(data, trak, "edts", "elst");
  if (elst === undefined) return 0;
  const wide = data[elst.start] === 1;
  const entries = data.readUInt32BE(elst.start + 4);
  let empty = 0;
  for (let index = 0; index < Math.min(entries, 4); index += 1) {
    const from = elst.start + 8 + index * (wide ? 20 : 12);
    const length = wide ? Number(data.readBigUInt64BE(from)) : data.readUInt32BE(from);
    const mediaTime = wide ? Number(data.readBigInt64BE(from + 8)) : data.readInt32BE(from + 4);
    if (mediaTime >= 0) return mediaTime - empty;
    empty += (length * scale) / movieScale;
  }
  return 0;
}

function readSizes(data: Buffer, stbl: Box): Uint32Array {
  const stsz = at(data, stbl, "stsz");
  if (stsz === undefined) return new Uint32Array(0);
  const fixed = data.readUInt32BE(stsz.start + 4);
  const count = data.readUInt32BE(stsz.start + 8);
  if (count > MAX_SAMPLES) throw new RangeError("sample count");
  const sizes = new Uint32Array(count).fill(fixed);
  if (fixed === 0) {
    for (let sample = 0; sample < count; sample += 1)
      sizes[sample] = data.readUInt32BE(stsz.start + 12 + sample * 4);
  }
  return sizes;
}

function readOffsets(data: Buffer, stbl: Box, sizes: Uint32Array): Float64Array {
  const stsc = at(data, stbl, "stsc");
  const stco = at(data, stbl, "stco");
  const co64 = at(data, stbl, "co64");
  const chunks = stco ?? co64;
  if (stsc === undefined || chunks === undefined) throw new RangeError("chunk tables");
  const chunkCount = data.readUInt32BE(chunks.start + 4);
  const entries = data.readUInt32BE(stsc.start + 4);
  const offsets = new Float64Array(sizes.length);
  let sample = 0;
  for (let entry = 0; entry < entries; entry += 1) {
    const from = stsc.start + 8 + entry * 12;
    const first = data.readUInt32BE(from) - 1;
    const perChunk = data.readUInt32BE(from + 4);
    const last = entry + 1 < entries ? data.readUInt32BE(from + 12) - 1 : chunkCount;
    for (let chunk = first; chunk < last && sample < sizes.length; chunk += 1) {
      let offset =
        stco !== undefined
          ? data.readUInt32BE(stco.start + 8 + chunk * 4)
          : Number(data.readBigUInt64BE(chunks.start + 8 + chunk * 8));
      for (let left = perChunk; left > 0 && sample < sizes.length; left -= 1) {
        offsets[sample] = offset;
        offset += sizes[sample] as number;
        if (offset > data.length) throw new RangeError("sample beyond the file");
        sample += 1;
      }
    }
  }
  return offsets;
}

/** Walks a run-length table (stts, ctts): calls `each` per sample with the run's value. */
function runs(
  data: Buffer,
  box: Box | undefined,
  count: number,
  each: (sample: number, value: number) => void,
): void {
  if (box === undefined) return;
  const entries = data.readUInt32BE(box.start + 4);
  let sample = 0;
  for (let entry = 0; entry < entries; entry += 1) {
    const length = data.readUInt32BE(box.start + 8 + entry * 8);
    const value = data.readUInt32BE(box.start + 12 + entry * 8);
    for (let left = Math.min(length, count - sample); left > 0; left -= 1) {
      each(sample, value);
      sample += 1;
    }
  }
}

/** Leaves out what lies before the start (encoder priming) or after the end of the loop. */
function within(track: ClipTrack, seconds: number): ClipTrack {
  if (track.served.kind === "video") return track;
  const end = Math.round(seconds * track.served.clockRate);
  const first = track.presentationTimes.findIndex((time) => time >= 0);
  let last = track.presentationTimes.length;
  while (last > 0 && (track.presentationTimes[last - 1] as number) >= end) last -= 1;
  const from = first < 0 ? last : first;
  return {
    ...track,
    offsets: track.offsets.slice(from, last),
    sizes: track.sizes.slice(from, last),
    decodeTimes: track.decodeTimes.slice(from, last),
    presentationTimes: track.presentationTimes.slice(from, last),
    keyFrames: track.keyFrames.slice(from, last),
  };
}
