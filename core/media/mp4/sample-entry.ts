// Sample entries, the part of a movie box that tells a decoder what it gets: avc1/avc3/hvc1/hev1
// (ISO/IEC 14496-15), mp4a with esds (14496-14), Opus with dOps (opus-codec.org, "Opus in ISOBMFF" §4.3),
// and QuickTime's ulaw/alaw, which ffmpeg and Chromium read in an ISO file too.
import { NightjarError } from "../../errors.ts";
import type { AudioFormat, VideoFormat } from "../format.ts";
import type { BoxWriter } from "./box-writer.ts";

/** What a sample entry needs of a video format. */
export type VideoEntryFormat = Pick<VideoFormat, "codecString" | "width" | "height" | "decoderConfig">;
/** What a sample entry needs of an audio format. */
export type AudioEntryFormat = Pick<AudioFormat, "codecString" | "sampleRate" | "channels" | "decoderConfig">;

const VIDEO_ENTRIES: Readonly<Record<string, string>> = {
  avc1: "avcC",
  avc3: "avcC",
  hvc1: "hvcC",
  hev1: "hvcC",
};

/** The codec string that belongs to the entry: `avc1.…` becomes `avc3.…` where parameter sets may stand in the samples. */
export function entryCodecString(format: VideoEntryFormat, inBand: boolean): string {
  const type = format.codecString.slice(0, 4);
  const configType = VIDEO_ENTRIES[type];
  if (configType === undefined) throw unsupported(format.codecString);
  if (!inBand) return format.codecString;
  return (configType === "avcC" ? "avc3" : "hev1") + format.codecString.slice(4);
}

/** Writes a video track's entry. `inBand`: parameter sets may also stand in the samples (avc3, hev1). */
export function writeVideoEntry(writer: BoxWriter, format: VideoEntryFormat, inBand = false): void {
  const type = entryCodecString(format, inBand).slice(0, 4);
  const configType = VIDEO_ENTRIES[type] as string;
  writer.begin(type).zeros(6).u16(1).zeros(16).u16(format.width).u16(format.height);
  writer.u32(0x00480000).u32(0x00480000).u32(0).u16(1).zeros(32).u16(0x0018).u16(0xffff);
  writer.begin(configType).bytes(format.decoderConfig).end();
  writer.end();
}

/** Writes an audio track's entry. */
export function writeAudioEntry(writer: BoxWriter, format: AudioEntryFormat): void {
  const { codecString, decoderConfig } = format;
  if (codecString.startsWith("mp4a")) {
    beginAudioEntry(writer, "mp4a", format);
    writeElementaryStreamDescriptor(writer, decoderConfig ?? new Uint8Array(0));
  } else if (codecString === "opus") {
    beginAudioEntry(writer, "Opus", format);
    writer
      .begin("dOps")
      .bytes(decoderConfig ?? defaultOpusConfig(format))
      .end();
  } else if (codecString === "ulaw" || codecString === "alaw") {
    beginAudioEntry(writer, codecString, format);
  } else {
    throw unsupported(codecString);
  }
  writer.end();
}

/** Audio samples that a decoder needs before the one it is to play (sgpd "roll"); 0: none. */
export function rollDistance(format: AudioEntryFormat): number {
  if (format.codecString.startsWith("mp4a")) return -1;
  // 80 ms (RFC 7845 §4.6) in packets of 20 ms, which is what cameras send.
  if (format.codecString === "opus") return -4;
  return 0;
}

function beginAudioEntry(writer: BoxWriter, type: string, format: AudioEntryFormat): void {
  writer.begin(type).zeros(6).u16(1).zeros(8).u16(format.channels).u16(16).zeros(4);
  // 16.16 fixed point cannot express more than 65 535 Hz; readers then go by the media header's time scale.
  writer.u16(format.sampleRate > 0xffff ? 0 : format.sampleRate).u16(0);
}

function writeElementaryStreamDescriptor(writer: BoxWriter, config: Uint8Array): void {
  const decoderSpecificBytes = config.length + 2;
  const decoderConfigBytes = 13 + decoderSpecificBytes;
  if (decoderConfigBytes + 2 + 3 + 3 > 127) throw unsupported("mp4a with a long configuration");
  writer.beginFull("esds", 0, 0);
  writer
    .u8(0x03)
    .u8(3 + decoderConfigBytes + 2 + 3)
    .u16(1)
    .u8(0);
  writer.u8(0x04).u8(decoderConfigBytes).u8(0x40).u8(0x15).zeros(3).u32(0).u32(0);
  writer.u8(0x05).u8(config.length).bytes(config);
  writer.u8(0x06).u8(1).u8(2);
  writer.end();
}

/** Version 0, no pre-skip (the stream is entered in its midst), no gain, mapping family 0. */
function defaultOpusConfig(format: AudioEntryFormat): Uint8Array {
  return Uint8Array.of(0, format.channels, 0, 0, 0, 0, 0xbb, 0x80, 0, 0, 0);
}

function unsupported(codec: string): NightjarError {
  return new NightjarError(
    "NJ_MP4_CODEC_UNSUPPORTED",
    "unimplemented",
    `a recording file cannot hold the codec "${codec.slice(0, 40)}"`,
  );
}
