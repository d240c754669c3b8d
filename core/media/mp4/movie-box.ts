// The movie box (moov, ISO/IEC 14496-12 §8.2): tracks with their sample tables, or, for a fragmented file,
// with empty ones. One implementation for segments, their final form, MSE and clips.
import type { BoxWriter } from "./box-writer.ts";
import {
  type AudioEntryFormat,
  rollDistance,
  type VideoEntryFormat,
  writeAudioEntry,
  writeVideoEntry,
} from "./sample-entry.ts";
import type { SampleList } from "./sample-list.ts";
import { writeEmptySampleTables, writeSampleTables } from "./sample-table.ts";

/** The movie's time scale and that of every video track. */
export const MOVIE_TIME_SCALE = 90_000;
export const VIDEO_TRACK_ID = 1;
export const AUDIO_TRACK_ID = 2;
/** Seconds between 1904, where this format counts from, and 1970. */
const EPOCH_1904_SECONDS = 2_082_844_800;

/** One entry of an edit list: what of the media is shown next. */
export interface Edit {
  /** In the movie's time scale. */
  readonly duration: number;
  /** In the track's time scale; -1: nothing is shown (an empty edit). */
  readonly mediaTime: number;
}

/** One track as a movie box describes it. Without `samples` the tables are empty, as in a fragmented file. */
export type MovieTrack = (
  | { readonly kind: "video"; readonly format: VideoEntryFormat; readonly inBandParameterSets?: boolean }
  | { readonly kind: "audio"; readonly format: AudioEntryFormat }
) & { readonly samples?: SampleList; readonly edits?: readonly Edit[] };

export interface Movie {
  readonly tracks: readonly MovieTrack[];
  /** Samples follow in fragments (mvex). */
  readonly fragmented: boolean;
  /** Creation time in seconds since 1970; unknown if absent. */
  readonly createdAtSeconds?: number;
  /** Writes the children of `udta`. */
  readonly writeUserData?: (writer: BoxWriter) => void;
}

/** The time scale of a track. */
export function timeScaleOf(track: MovieTrack): number {
  return track.kind === "video" ? MOVIE_TIME_SCALE : track.format.sampleRate;
}

/** Length of a track on the movie's line: that of its edits where it has some. */
function movieDuration(track: MovieTrack): number {
  if (track.edits !== undefined && track.edits.length > 0) {
    return track.edits.reduce((sum, edit) => sum + edit.duration, 0);
  }
  if (track.samples === undefined) return 0;
  return Math.round((track.samples.duration * MOVIE_TIME_SCALE) / timeScaleOf(track));
}

/** Writes `moov`. */
export function writeMovieBox(writer: BoxWriter, movie: Movie): void {
  const created = Math.max(0, Math.floor(movie.createdAtSeconds ?? -EPOCH_1904_SECONDS) + EPOCH_1904_SECONDS);
  writer.begin("moov");
  writer.beginFull("mvhd", 1, 0).u64(created).u64(created).u32(MOVIE_TIME_SCALE);
  writer.u64(Math.max(0, ...movie.tracks.map(movieDuration)));
  writer.u32(0x00010000).u16(0x0100).zeros(10);
  writeMatrix(writer);
  writer
    .zeros(24)
    .u32(AUDIO_TRACK_ID + 1)
    .end();
  for (const track of movie.tracks) writeTrack(writer, track, created);
  if (movie.fragmented) {
    writer.begin("mvex");
    for (const track of movie.tracks) {
      writer.beginFull("trex", 0, 0).u32(trackId(track)).u32(1).u32(0).u32(0).u32(0).end();
    }
    writer.end();
  }
  if (movie.writeUserData !== undefined) {
    writer.begin("udta");
    movie.writeUserData(writer);
    writer.end();
  }
  writer.end();
}

function trackId(track: MovieTrack): number {
  return track.kind === "video" ? VIDEO_TRACK_ID : AUDIO_TRACK_ID;
}

function writeTrack(writer: BoxWriter, track: MovieTrack, created: number): void {
  const isVideo = track.kind === "video";
  writer.begin("trak");
  writer.beginFull("tkhd", 1, 3).u64(created).u64(created).u32(trackId(track)).u32(0);
  writer.u64(movieDuration(track)).zeros(8).u16(0).u16(0);
  writer.u16(isVideo ? 0 : 0x0100).u16(0);
  writeMatrix(writer);
  writer
    .u16(isVideo ? track.format.width : 0)
    .u16(0)
    .u16(isVideo ? track.format.height : 0)
    .u16(0)
    .end();
  if (track.edits !== undefined && track.edits.length > 0) {
    writer.begin("edts").beginFull("elst", 0, 0).u32(track.edits.length);
    for (const edit of track.edits) writer.u32(edit.duration).i32(edit.mediaTime).u32(0x00010000);
    writer.end().end();
  }
  writer.begin("mdia");
  writer.beginFull("mdhd", 1, 0).u64(created).u64(created).u32(timeScaleOf(track));
  // 0x55c4: language undetermined.
  writer
    .u64(track.samples?.duration ?? 0)
    .u16(0x55c4)
    .u16(0)
    .end();
  writer
    .beginFull("hdlr", 0, 0)
    .u32(0)
    .ascii(isVideo ? "vide" : "soun")
    .zeros(12)
    .u8(0)
    .end();
  writer.begin("minf");
  if (isVideo) writer.beginFull("vmhd", 0, 1).zeros(8).end();
  else writer.beginFull("smhd", 0, 0).zeros(4).end();
  writer.begin("dinf").beginFull("dref", 0, 0).u32(1).beginFull("url ", 0, 1).end().end().end();
  writer.begin("stbl").beginFull("stsd", 0, 0).u32(1);
  if (isVideo) writeVideoEntry(writer, track.format, track.inBandParameterSets);
  else writeAudioEntry(writer, track.format);
  writer.end();
  const roll = isVideo ? 0 : rollDistance(track.format);
  if (track.samples === undefined) writeEmptySampleTables(writer, roll);
  else writeSampleTables(writer, track.samples, isVideo, roll);
  writer.end().end().end().end();
}

function writeMatrix(writer: BoxWriter): void {
  writer.u32(0x00010000).zeros(12).u32(0x00010000).zeros(12).u32(0x40000000);
}
