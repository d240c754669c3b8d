// Reads one movie fragment (moof) as the muxer writes it, and appends its samples to the tracks' lists.
import { type Box, BoxReader, invalidFile } from "./box-reader.ts";
import { DAMAGED_SAMPLE } from "./fragment.ts";
import { AUDIO_TRACK_ID, VIDEO_TRACK_ID } from "./movie-box.ts";
import { SAMPLE_FLAG, SAMPLE_LIMIT, type SampleList } from "./sample-list.ts";

/** A moof larger than this is none of ours: a minute at 60 frames a second in one part takes 60 kB. */
export const MOOF_LIMIT_BYTES = 4 * 1024 * 1024;
const NON_SYNC = 0x00010000;

/** One sample run of a fragment, checked but not yet appended. */
interface Run {
  readonly trackId: number;
  readonly baseDecodeTime: number;
  readonly flags: number;
  readonly count: number;
  readonly table: number;
  readonly dataOffset: number;
}

/** A fragment that was read: call `append` once its mdat is known to be whole. */
export interface ReadFragment {
  readonly sequence: number;
  /** Where the sample bytes begin and end, counted from the moof's start. */
  readonly dataStart: number;
  readonly dataEnd: number;
  /** Appends the samples; `moofOffset`: absolute offset of the moof in the file. */
  append(moofOffset: number, video: SampleList, audio: SampleList | undefined): void;
}

/** Reads a `moof` box of exactly these bytes. Throws `NJ_MP4_INVALID`. */
export function readFragment(bytes: Uint8Array): ReadFragment {
  const reader = new BoxReader(bytes);
  const moof = reader.box(0, bytes.length);
  if (moof.type !== "moof" || moof.end !== bytes.length) throw invalidFile("a fragment is cut off");
  const sequence = reader.u32(reader.need(moof, "mfhd").body + 4);
  const runs: Run[] = [];
  for (const box of reader.boxes(moof.body, moof.end)) {
    if (box.type === "traf") runs.push(readRun(reader, box));
  }
  let dataStart = Number.POSITIVE_INFINITY;
  let dataEnd = 0;
  for (const run of runs) {
    dataStart = Math.min(dataStart, run.dataOffset);
    dataEnd = Math.max(dataEnd, run.dataOffset + sizeOf(reader, run));
  }
  if (runs.length === 0) throw invalidFile("a fragment has no samples");
  return {
    sequence,
    dataStart,
    dataEnd,
    append(moofOffset, video, audio) {
      for (const run of runs) {
        const list = run.trackId === VIDEO_TRACK_ID ? video : audio;
        if (list !== undefined) appendRun(reader, run, moofOffset, list);
      }
    },
  };
}

function readRun(reader: BoxReader, traf: Box): Run {
  const tfhd = reader.need(traf, "tfhd");
  const trackId = reader.u32(tfhd.body + 4);
  if (trackId !== VIDEO_TRACK_ID && trackId !== AUDIO_TRACK_ID)
    throw invalidFile("a fragment of an unknown track");
  if (reader.u32(tfhd.body) !== 0x020000) throw invalidFile("a fragment with unusual flags");
  const tfdt = reader.need(traf, "tfdt");
  if (reader.u8(tfdt.body) !== 1) throw invalidFile("a fragment with an unusual time");
  const trun = reader.need(traf, "trun");
  const flags = reader.u32(trun.body) & 0xffffff;
  const wanted = trackId === VIDEO_TRACK_ID ? 0xf01 : 0x301;
  const count = reader.u32(trun.body + 4);
  if (flags !== wanted) throw invalidFile("a fragment with an unusual table");
  if (count > SAMPLE_LIMIT || trun.body + 12 + count * strideOf(trackId) > trun.end) {
    throw invalidFile("the table of a fragment is cut off");
  }
  return {
    trackId,
    baseDecodeTime: reader.u64(tfdt.body + 4),
    flags,
    count,
    table: trun.body + 12,
    dataOffset: reader.i32(trun.body + 8),
  };
}

function strideOf(trackId: number): number {
  return trackId === VIDEO_TRACK_ID ? 16 : 8;
}

function sizeOf(reader: BoxReader, run: Run): number {
  let total = 0;
  for (let index = 0; index < run.count; index += 1) {
    total += reader.u32(run.table + index * strideOf(run.trackId) + 4);
  }
  return total;
}

function appendRun(reader: BoxReader, run: Run, moofOffset: number, list: SampleList): void {
  let decodeTime = run.baseDecodeTime;
  let offset = moofOffset + run.dataOffset;
  const isVideo = run.trackId === VIDEO_TRACK_ID;
  for (let index = 0; index < run.count; index += 1) {
    const at = run.table + index * strideOf(run.trackId);
    const duration = reader.u32(at);
    const size = reader.u32(at + 4);
    const sampleFlags = isVideo ? reader.u32(at + 8) : 0;
    const flags =
      ((sampleFlags & NON_SYNC) === 0 ? SAMPLE_FLAG.key : 0) |
      ((sampleFlags & DAMAGED_SAMPLE) === 0 ? 0 : SAMPLE_FLAG.damaged);
    list.add(offset, size, decodeTime, isVideo ? reader.i32(at + 12) : 0, duration, flags);
    decodeTime += duration;
    offset += size;
  }
}
