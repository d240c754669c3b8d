// Reads sample entries back into track formats: the inverse of sample-entry.ts. Configuration records stay opaque,
// but for the bytes that the RFC 6381 codec strings are made of.
import type { AudioFormat, VideoFormat } from "../format.ts";
import { type Box, type BoxReader, invalidFile } from "./box-reader.ts";

const VIDEO_FIELDS = 78;
const AUDIO_FIELDS = 28;
const CONFIG_LIMIT_BYTES = 64 * 1024;

/** A video track's format and whether parameter sets may stand in its samples. */
export function readVideoEntry(
  reader: BoxReader,
  entry: Box,
): { format: VideoFormat; inBandParameterSets: boolean } {
  const codec = entry.type === "avc1" || entry.type === "avc3" ? "h264" : "h265";
  if (codec === "h265" && entry.type !== "hvc1" && entry.type !== "hev1") {
    throw invalidFile(`unknown video codec ${JSON.stringify(entry.type)}`);
  }
  const config = reader.need(entry, codec === "h264" ? "avcC" : "hvcC", VIDEO_FIELDS);
  if (config.end - config.body > CONFIG_LIMIT_BYTES) throw invalidFile("a decoder configuration is too long");
  const decoderConfig = reader.copy(config.body, config.end);
  return {
    format: {
      codec,
      codecString:
        codec === "h264" ? avcCodec(entry.type, decoderConfig) : hevcCodec(entry.type, decoderConfig),
      width: reader.u16(entry.body + 24),
      height: reader.u16(entry.body + 26),
      decoderConfig,
    },
    inBandParameterSets: entry.type === "avc3" || entry.type === "hev1",
  };
}

/** An audio track's format. `timeScale`: the track's, which is the true sample rate. */
export function readAudioEntry(reader: BoxReader, entry: Box, timeScale: number): AudioFormat {
  const channels = reader.u16(entry.body + 16);
  const common = { sampleRate: timeScale, channels };
  switch (entry.type) {
    case "ulaw":
      return { codec: "pcmu", codecString: "ulaw", ...common };
    case "alaw":
      return { codec: "pcma", codecString: "alaw", ...common };
    case "Opus": {
      const config = reader.need(entry, "dOps", AUDIO_FIELDS);
      if (config.end - config.body > CONFIG_LIMIT_BYTES)
        throw invalidFile("a decoder configuration is too long");
      const decoderConfig = reader.copy(config.body, config.end);
      return { codec: "opus", codecString: "opus", ...common, decoderConfig };
    }
    case "mp4a": {
      const decoderConfig = readDecoderSpecificInfo(reader, reader.need(entry, "esds", AUDIO_FIELDS));
      return { codec: "aac", codecString: aacCodec(decoderConfig), ...common, decoderConfig };
    }
    default:
      throw invalidFile(`unknown audio codec ${JSON.stringify(entry.type)}`);
  }
}

/** AudioSpecificConfig from esds: descriptors 3, 4 and 5 inside each other (ISO/IEC 14496-1 §7.2.6). */
function readDecoderSpecificInfo(reader: BoxReader, esds: Box): Uint8Array<ArrayBuffer> {
  const es = descriptor(reader, esds.body + 4, esds.end, 3);
  const flags = reader.u8(es.body + 2);
  if (flags !== 0) throw invalidFile("an unusual elementary stream descriptor");
  const decoder = descriptor(reader, es.body + 3, es.end, 4);
  const info = descriptor(reader, decoder.body + 13, decoder.end, 5);
  return reader.copy(info.body, info.end);
}

function descriptor(
  reader: BoxReader,
  at: number,
  limit: number,
  tag: number,
): { body: number; end: number } {
  if (reader.u8(at) !== tag) throw invalidFile("an elementary stream descriptor is missing");
  let length = 0;
  let body = at + 1;
  for (let index = 0; index < 4; index += 1) {
    const byte = reader.u8(body);
    body += 1;
    length = length * 128 + (byte & 127);
    if (byte < 128) break;
  }
  if (body + length > limit) throw invalidFile("an elementary stream descriptor is cut off");
  return { body, end: body + length };
}

function avcCodec(entryType: string, config: Uint8Array): string {
  if (config.length < 4) throw invalidFile("avcC is too short");
  return `${entryType}.${hex(config[1])}${hex(config[2])}${hex(config[3])}`;
}

/** ISO/IEC 14496-15 annex E.3. */
function hevcCodec(entryType: string, config: Uint8Array): string {
  if (config.length < 13) throw invalidFile("hvcC is too short");
  const profile = config[1] as number;
  const space = ["", "A", "B", "C"][profile >> 6] as string;
  let compatibility = 0;
  for (let bit = 0; bit < 32; bit += 1) {
    const set = ((config[2 + (bit >> 3)] as number) >> (7 - (bit & 7))) & 1;
    compatibility += set * 2 ** bit;
  }
  const constraints = Array.from(config.subarray(6, 12));
  while (constraints.length > 0 && constraints.at(-1) === 0) constraints.pop();
  const parts = [
    entryType,
    `${space}${profile & 31}`,
    compatibility.toString(16),
    `${profile & 32 ? "H" : "L"}${config[12]}`,
    ...constraints.map((byte) => byte.toString(16).toUpperCase()),
  ];
  return parts.join(".");
}

function aacCodec(config: Uint8Array): string {
  const first = config[0];
  if (first === undefined) return "mp4a.40.2";
  const objectType = first >> 3;
  if (objectType !== 31) return `mp4a.40.${objectType}`;
  return `mp4a.40.${32 + ((first & 7) << 3) + ((config[1] ?? 0) >> 5)}`;
}

function hex(byte: number | undefined): string {
  return (byte ?? 0).toString(16).padStart(2, "0");
}
