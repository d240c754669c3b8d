// The initialization segment of a fragmented MP4 (ftyp, moov with mvex): what MSE and fragmented downloads begin with.
import { BoxWriter } from "./box-writer.ts";
import { type MovieTrack, writeMovieBox } from "./movie-box.ts";
import type { AudioEntryFormat, VideoEntryFormat } from "./sample-entry.ts";

/** Bytes of {@link writeFileType}. */
export const FILE_TYPE_BYTES = 32;

/** Writes `ftyp`: iso5 brings default-base-is-moof, iso6 tfdt and signed composition offsets. */
export function writeFileType(writer: BoxWriter): void {
  writer.begin("ftyp").ascii("isom").u32(0x200).ascii("isomiso5iso6mp41").end();
}

/** The initialization segment for these tracks; video is track 1 at 90 000, audio track 2 at its sample rate. */
export function initSegment(formats: {
  readonly video?: VideoEntryFormat;
  readonly audio?: AudioEntryFormat;
}): Uint8Array<ArrayBuffer> {
  const tracks: MovieTrack[] = [];
  if (formats.video !== undefined) tracks.push({ kind: "video", format: formats.video });
  if (formats.audio !== undefined) tracks.push({ kind: "audio", format: formats.audio });
  const writer = new BoxWriter();
  writeFileType(writer);
  writeMovieBox(writer, { tracks, fragmented: true });
  return writer.toBytes();
}
