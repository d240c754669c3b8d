// Reads a movie box into formats and samples: that of a closed segment with all its tables, or the opening one of a
// growing segment with formats only. Bounded against hostile tables: counts are checked before anything is made of them.
import type { AudioFormat, VideoFormat } from "../format.ts";
import { type Box, BoxReader, invalidFile } from "./box-reader.ts";
import { DAMAGED_SAMPLE } from "./fragment.ts";
import type { Edit } from "./movie-box.ts";
import { readAudioEntry, readVideoEntry } from "./read-sample-entry.ts";
import { SAMPLE_FLAG, SAMPLE_LIMIT, SampleList } from "./sample-list.ts";
import { readSummaryBox, type SegmentSummaryBox } from "./summary-box.ts";

/** A movie box larger than this is none of ours: a day in one file takes 30 MB. */
export const MOOV_LIMIT_BYTES = 32 * 1024 * 1024;

export interface ReadTrack<Format> {
  readonly format: Format;
  readonly timeScale: number;
  readonly samples: SampleList;
  readonly edits: readonly Edit[];
}

export interface ReadMovie {
  readonly video: (ReadTrack<VideoFormat> & { readonly inBandParameterSets: boolean }) | undefined;
  readonly audio: ReadTrack<AudioFormat> | undefined;
  readonly fragmented: boolean;
  readonly summary: SegmentSummaryBox | undefined;
}

/** Reads a `moov` box of exactly these bytes. Throws `NJ_MP4_INVALID`. */
export function readMovie(bytes: Uint8Array): ReadMovie {
  const reader = new BoxReader(bytes);
  const moov = reader.box(0, bytes.length);
  if (moov.type !== "moov" || moov.end !== bytes.length) throw invalidFile("its movie box is cut off");
  let video: ReadMovie["video"];
  let audio: ReadMovie["audio"];
  let fragmented = false;
  let summary: SegmentSummaryBox | undefined;
  for (const box of reader.boxes(moov.body, moov.end)) {
    if (box.type === "mvex") fragmented = true;
    if (box.type === "udta") {
      for (const entry of reader.boxes(box.body, box.end)) {
        summary ??= readSummaryBox(bytes.subarray(entry.start, entry.end));
      }
    }
    if (box.type !== "trak") continue;
    const track = readTrack(reader, box);
    if (track.kind === "video") video ??= track;
    else audio ??= track;
  }
  return { video, audio, fragmented, summary };
}

function readTrack(reader: BoxReader, trak: Box) {
  const mdia = reader.need(trak, "mdia");
  const timeScale = readTimeScale(reader, reader.need(mdia, "mdhd"));
  const handler = reader.type(reader.need(mdia, "hdlr").body + 8);
  const stbl = reader.need(reader.need(mdia, "minf"), "stbl");
  const entry = reader.boxes(reader.need(stbl, "stsd").body + 8, reader.need(stbl, "stsd").end)[0];
  if (entry === undefined) throw invalidFile("a track has no format");
  const samples = readSamples(reader, stbl, handler === "vide");
  const edits = readEdits(reader, trak);
  if (handler === "vide") {
    return { kind: "video" as const, ...readVideoEntry(reader, entry), timeScale, samples, edits };
  }
  if (handler !== "soun") throw invalidFile("a track is neither video nor sound");
  const format = readAudioEntry(reader, entry, timeScale);
  return { kind: "audio" as const, format, timeScale, samples, edits };
}

function readTimeScale(reader: BoxReader, mdhd: Box): number {
  const timeScale = reader.u32(mdhd.body + (reader.u8(mdhd.body) === 1 ? 20 : 12));
  if (timeScale === 0) throw invalidFile("a track has no time scale");
  return timeScale;
}

function readEdits(reader: BoxReader, trak: Box): Edit[] {
  const edts = reader.child(trak, "edts");
  const elst = edts === undefined ? undefined : reader.child(edts, "elst");
  if (elst === undefined) return [];
  if (reader.u8(elst.body) !== 0) throw invalidFile("an unusual edit list");
  const count = reader.u32(elst.body + 4);
  if (count > 16 || elst.body + 8 + count * 12 > elst.end) throw invalidFile("an edit list is cut off");
  return Array.from({ length: count }, (_, index) => {
    const at = elst.body + 8 + index * 12;
    return { duration: reader.u32(at), mediaTime: reader.i32(at + 4) };
  });
}

/** Runs of (count, value), handed out one value a sample. */
class RunReader {
  readonly #reader: BoxReader;
  #at: number;
  readonly #end: number;
  #left = 0;
  #value = 0;

  constructor(reader: BoxReader, box: Box) {
    this.#reader = reader;
    this.#at = box.body + 8;
    this.#end = Math.min(box.end, this.#at + reader.u32(box.body + 4) * 8);
  }

  next(): number {
    while (this.#left === 0) {
      if (this.#at + 8 > this.#end) throw invalidFile("a table of times is too short");
      this.#left = this.#reader.u32(this.#at);
      this.#value = this.#reader.i32(this.#at + 4);
      this.#at += 8;
    }
    this.#left -= 1;
    return this.#value;
  }
}

function readSamples(reader: BoxReader, stbl: Box, isVideo: boolean): SampleList {
  const boxes = new Map(reader.boxes(stbl.body, stbl.end).map((box) => [box.type, box]));
  const need = (type: string): Box => {
    const box = boxes.get(type);
    if (box === undefined) throw invalidFile(`a track has no ${type}`);
    return box;
  };
  const stsz = need("stsz");
  const sameSize = reader.u32(stsz.body + 4);
  const count = reader.u32(stsz.body + 8);
  if (count > SAMPLE_LIMIT) throw invalidFile("a track has too many samples");
  if (sameSize === 0 && stsz.body + 12 + count * 4 > stsz.end) throw invalidFile("stsz is cut off");
  const samples = new SampleList(Math.max(1, count));
  const durations = new RunReader(reader, need("stts"));
  const ctts = boxes.get("ctts");
  const composition = ctts === undefined ? undefined : new RunReader(reader, ctts);
  const chunks = new ChunkReader(reader, need("stsc"), boxes.get("co64") ?? need("stco"));
  let decodeTime = 0;
  for (let index = 0; index < count; index += 1) {
    const size = sameSize === 0 ? reader.u32(stsz.body + 12 + index * 4) : sameSize;
    const duration = durations.next();
    if (duration < 0) throw invalidFile("a sample lasts less than nothing");
    samples.add(
      chunks.next(size),
      size,
      decodeTime,
      composition?.next() ?? 0,
      duration,
      isVideo ? 0 : SAMPLE_FLAG.key,
    );
    decodeTime += duration;
  }
  if (isVideo) readFlags(reader, boxes, samples);
  return samples;
}

function readFlags(reader: BoxReader, boxes: ReadonlyMap<string, Box>, samples: SampleList): void {
  const stss = boxes.get("stss");
  if (stss === undefined) {
    samples.flags.fill(SAMPLE_FLAG.key, 0, samples.count);
  } else {
    const count = reader.u32(stss.body + 4);
    if (count > samples.count) throw invalidFile("stss names too many samples");
    for (let index = 0; index < count; index += 1) {
      const number = reader.u32(stss.body + 8 + index * 4);
      if (number < 1 || number > samples.count) throw invalidFile("stss names a sample that is not there");
      samples.flags[number - 1] = SAMPLE_FLAG.key;
    }
  }
  const stdp = boxes.get("stdp");
  if (stdp === undefined) return;
  for (let index = 0; index < samples.count; index += 1) {
    if ((reader.u16(stdp.body + 4 + index * 2) & DAMAGED_SAMPLE) === 0) continue;
    samples.flags[index] = (samples.flags[index] as number) | SAMPLE_FLAG.damaged;
  }
}

/** Gives each sample its offset from stsc and stco or co64. */
class ChunkReader {
  readonly #reader: BoxReader;
  readonly #stsc: Box;
  readonly #offsets: Box;
  readonly #wide: boolean;
  readonly #runs: number;
  readonly #chunks: number;
  #run = 0;
  #chunk = 0;
  #left = 0;
  #next = 0;

  constructor(reader: BoxReader, stsc: Box, offsets: Box) {
    this.#reader = reader;
    this.#stsc = stsc;
    this.#offsets = offsets;
    this.#wide = offsets.type === "co64";
    this.#runs = reader.u32(stsc.body + 4);
    this.#chunks = reader.u32(offsets.body + 4);
  }

  next(size: number): number {
    while (this.#left === 0) {
      this.#chunk += 1;
      if (this.#chunk > this.#chunks || this.#runs === 0) throw invalidFile("stco is too short");
      while (this.#run + 1 < this.#runs && this.#field(this.#run + 1, 0) <= this.#chunk) this.#run += 1;
      this.#left = this.#field(this.#run, 4);
      const at = this.#offsets.body + 8 + (this.#chunk - 1) * (this.#wide ? 8 : 4);
      if (at + (this.#wide ? 8 : 4) > this.#offsets.end) throw invalidFile("stco is cut off");
      this.#next = this.#wide ? this.#reader.u64(at) : this.#reader.u32(at);
    }
    this.#left -= 1;
    const offset = this.#next;
    this.#next += size;
    return offset;
  }

  #field(run: number, field: number): number {
    const at = this.#stsc.body + 8 + run * 12 + field;
    if (at + 4 > this.#stsc.end) throw invalidFile("stsc is cut off");
    return this.#reader.u32(at);
  }
}
