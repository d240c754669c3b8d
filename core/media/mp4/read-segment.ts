// Reads a recording file in whatever state it was left: closed, growing, cut off in the middle of a part, or patched
// without its final moov. Works on any source of bytes and trusts none of them; the file itself is never changed here.
import type { AudioFormat, VideoFormat } from "../format.ts";
import type { Hole } from "../segment.ts";
import { BoxReader, invalidFile, isInvalid } from "./box-reader.ts";
import {
  IDENTITY_OFFSET,
  type OpeningFacts,
  PATCH_BYTES,
  PATCH_OFFSET,
  readIdentityBox,
} from "./identity-box.ts";
import { MOVIE_TIME_SCALE } from "./movie-box.ts";
import { MOOV_LIMIT_BYTES, type ReadMovie, type ReadTrack, readMovie } from "./read-movie.ts";
import { readFinalMovie, walkParts } from "./read-parts.ts";
import type { SampleList } from "./sample-list.ts";
import type { SegmentSummaryBox } from "./summary-box.ts";

/** Where the bytes of a file come from. */
export interface ByteSource {
  readonly size: number;
  /** At most `length` bytes from `offset`; fewer at the end. Valid until the next call. */
  read(offset: number, length: number): Uint8Array;
}

/**
 * `open`: grows, or was left whole but unfinished. `truncated`: the same, with something after its last whole part.
 * `patched-without-moov`: says that it is closed, but has no movie box at its end. `empty`: has no whole part.
 */
export type SegmentFileState =
  | "closed"
  | "open"
  | "patched-without-moov"
  | "truncated"
  | "unreadable"
  | "empty";

/** A readable file. Decoding times count from the first video sample's, in both tracks. */
export interface SegmentContent {
  state: SegmentFileState;
  /** What is wrong, for people; undefined if nothing is. */
  problem: string | undefined;
  readonly opening: OpeningFacts;
  readonly video: {
    readonly format: VideoFormat;
    readonly inBandParameterSets: boolean;
    readonly samples: SampleList;
  };
  readonly audio: { readonly format: AudioFormat; readonly samples: SampleList } | undefined;
  /** Where the last whole part ends. */
  partsEnd: number;
  /** The final movie box: of a closed file, or of one whose header was not patched yet. */
  moov: { readonly offset: number; readonly bytes: number } | undefined;
  summary: SegmentSummaryBox | undefined;
  /** Parts that were passed over, as `verify` finds them; those of a closed file stand in its summary. */
  readonly holes: Hole[];
}

export interface ReadSegmentOptions {
  /** Place of the final movie box, from the index: spares looking for it. */
  readonly moovOffset?: number | undefined;
  readonly moovBytes?: number | undefined;
  /** Read no further: bytes beyond may be half written. */
  readonly readableBytes?: number | undefined;
  /** Look into every part's pictures too: after a power loss whole headers may stand before unwritten pages. */
  readonly verify?: boolean;
}

/** The result for a file without anything to read. */
export interface UnusableSegment {
  readonly state: "unreadable" | "empty";
  readonly problem: string;
  /** Whose file it is, as far as that can be told. */
  readonly opening: OpeningFacts | undefined;
}

const FIRST_MOOV = PATCH_OFFSET + PATCH_BYTES;

/** Reads a file. Never throws for what is in it; errors of the source pass through. */
export function readSegment(
  source: ByteSource,
  options: ReadSegmentOptions = {},
): SegmentContent | UnusableSegment {
  const head = source.read(0, FIRST_MOOV);
  const opening = readIdentityBox(head, IDENTITY_OFFSET);
  if (opening === undefined || head.length < FIRST_MOOV) {
    const nothing = head.length < FIRST_MOOV || head.every((byte) => byte === 0);
    return nothing
      ? { state: "empty", problem: "it ends before its first part", opening }
      : { state: "unreadable", problem: "it carries no identity of a recording", opening };
  }
  const header = new BoxReader(head.slice(PATCH_OFFSET));
  const patched = header.type(4) === "mdat" && header.u32(0) === 1;
  if (!patched && (header.type(4) !== "free" || header.u32(0) !== PATCH_BYTES)) {
    return { state: "unreadable", problem: "its header is damaged", opening };
  }
  try {
    const closed = patched ? readClosed(source, opening, header.u64(8), options) : undefined;
    return closed ?? readUnfinished(source, opening, patched, options);
  } catch (error) {
    if (!isInvalid(error)) throw error;
    return { state: "unreadable", problem: error.message, opening };
  }
}

/** Follows a file that has grown since: reads the parts up to `readableBytes`. */
export function readMoreParts(source: ByteSource, content: SegmentContent, readableBytes: number): void {
  if (content.state === "closed" || content.moov !== undefined) return;
  walkParts(source, content, Math.min(source.size, readableBytes), false);
}

function readClosed(
  source: ByteSource,
  opening: OpeningFacts,
  mdatBytes: number,
  options: ReadSegmentOptions,
): SegmentContent | undefined {
  const offset = PATCH_OFFSET + mdatBytes;
  if (mdatBytes < PATCH_BYTES || offset + 8 > source.size) return undefined;
  let bytes = options.moovOffset === offset ? options.moovBytes : undefined;
  if (bytes === undefined) {
    const box = new BoxReader(source.read(offset, 8));
    if (box.bytes.length < 8 || box.type(4) !== "moov") return undefined;
    bytes = box.u32(0);
  }
  const movie = readFinalMovie(source, offset, bytes);
  if (movie?.video === undefined) return undefined;
  const content = contentOf(opening, movie, "closed");
  for (const list of [content.video.samples, content.audio?.samples]) {
    if (list !== undefined) checkPlaces(list, offset);
  }
  content.partsEnd = offset;
  content.moov = { offset, bytes };
  return content;
}

function readUnfinished(
  source: ByteSource,
  opening: OpeningFacts,
  patched: boolean,
  options: ReadSegmentOptions,
): SegmentContent | UnusableSegment {
  const cutOff = { state: "empty", problem: "it ends before its first part", opening } as const;
  const box = new BoxReader(source.read(FIRST_MOOV, 8));
  if (box.bytes.length < 8) return cutOff;
  const bytes = box.u32(0);
  if (box.type(4) !== "moov" || bytes > MOOV_LIMIT_BYTES) {
    const unwritten = bytes === 0 && box.u32(4) === 0;
    return unwritten ? cutOff : { state: "unreadable", problem: "its first moov is damaged", opening };
  }
  if (FIRST_MOOV + bytes > source.size) return cutOff;
  const content = contentOf(opening, readMovie(source.read(FIRST_MOOV, bytes)), "open");
  content.partsEnd = FIRST_MOOV + bytes;
  walkParts(
    source,
    content,
    Math.min(source.size, options.readableBytes ?? source.size),
    options.verify === true,
  );
  if (content.video.samples.count === 0) return { ...cutOff, problem: content.problem ?? cutOff.problem };
  if (patched) {
    content.state = "patched-without-moov";
    content.problem ??= "it was marked as closed before its final moov reached the disk";
  } else if (content.problem !== undefined) {
    content.state = "truncated";
  }
  return content;
}

function contentOf(opening: OpeningFacts, movie: ReadMovie, state: SegmentFileState): SegmentContent {
  const { video, audio } = movie;
  if (video === undefined || video.timeScale !== MOVIE_TIME_SCALE) throw invalidFile("it has no video track");
  const origin = video.samples.count === 0 ? 0 : video.samples.presentationTimeAt(0);
  if (audio !== undefined) audio.samples.shift(audioStart(audio, origin));
  return {
    state,
    problem: undefined,
    opening,
    video: {
      format: video.format,
      inBandParameterSets: video.inBandParameterSets,
      samples: video.samples,
    },
    audio: audio && { format: audio.format, samples: audio.samples },
    partsEnd: 0,
    moov: undefined,
    summary: movie.summary,
    holes: [],
  };
}

/** Undoes the edit list: where the first audio sample lies, counted from the first video sample's decoding time. */
function audioStart(audio: ReadTrack<AudioFormat>, origin90k: number): number {
  let start = (origin90k * audio.timeScale) / MOVIE_TIME_SCALE;
  for (const edit of audio.edits) {
    if (edit.mediaTime >= 0) {
      start -= edit.mediaTime;
      break;
    }
    start += (edit.duration * audio.timeScale) / MOVIE_TIME_SCALE;
  }
  return Math.round(start);
}

function checkPlaces(list: SampleList, end: number): void {
  for (let index = 0; index < list.count; index += 1) {
    const offset = list.offsets[index] as number;
    if (offset < FIRST_MOOV || offset + (list.sizes[index] as number) > end) {
      throw invalidFile("a sample lies outside of it");
    }
  }
}
