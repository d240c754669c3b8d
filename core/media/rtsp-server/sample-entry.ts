// Turns an MP4 sample entry (avc1, hvc1, mp4a, Opus) into a served track: rtpmap, fmtp with the parameter
// sets or AudioSpecificConfig, and the sets to send in band. ISO/IEC 14496-15 §5.3, 14496-1 §7.2.6; RFC 7587.
import type { ServedTrack } from "./served-source.ts";

interface EntryBox {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

export interface EntryDescription {
  readonly served: ServedTrack;
  readonly parameterSets: readonly Uint8Array[];
  readonly width?: number;
  readonly height?: number;
}

const VIDEO_FIELDS_BYTES = 78;
const AUDIO_FIELDS_BYTES = 28;

/** Describes a sample entry, or undefined for a codec that is not served. Throws RangeError on damaged boxes. */
export function describeSampleEntry(
  data: Buffer,
  entry: EntryBox,
  payloadType: number,
): EntryDescription | undefined {
  switch (entry.type) {
    case "avc1":
    case "avc3":
      return describeAvc(data, entry, payloadType);
    case "hvc1":
    case "hev1":
      return describeHevc(data, entry, payloadType);
    case "mp4a":
      return describeAac(data, entry, payloadType);
    case "Opus":
      return {
        served: {
          kind: "audio",
          encoding: "opus",
          clockRate: 48_000,
          // RFC 7587 §4.1: the rtpmap always says two channels.
          channels: 2,
          payloadType,
          fmtp: `sprop-stereo=${data.readUInt16BE(entry.start + 16) > 1 ? 1 : 0}`,
          form: "whole",
        },
        parameterSets: [],
      };
    default:
      return undefined;
  }
}

function inner(data: Buffer, from: number, end: number, type: string): EntryBox | undefined {
  let at = from;
  while (at + 8 <= end) {
    const size = data.readUInt32BE(at);
    if (size < 8 || at + size > end) throw new RangeError("box size");
    if (data.toString("latin1", at + 4, at + 8) === type) return { type, start: at + 8, end: at + size };
    at += size;
  }
  return undefined;
}

function pictureSize(data: Buffer, entry: EntryBox): { width: number; height: number } {
  return { width: data.readUInt16BE(entry.start + 24), height: data.readUInt16BE(entry.start + 26) };
}

function describeAvc(data: Buffer, entry: EntryBox, payloadType: number): EntryDescription | undefined {
  const box = inner(data, entry.start + VIDEO_FIELDS_BYTES, entry.end, "avcC");
  if (box === undefined) return undefined;
  const sets: Uint8Array[] = [];
  let at = box.start + 5;
  for (const mask of [0x1f, 0xff]) {
    let count = data.readUInt8(at) & mask;
    at += 1;
    for (; count > 0; count -= 1) {
      const length = data.readUInt16BE(at);
      if (at + 2 + length > box.end) throw new RangeError("parameter set");
      sets.push(data.subarray(at + 2, at + 2 + length));
      at += 2 + length;
    }
  }
  const profile = data.toString("hex", box.start + 1, box.start + 4).toUpperCase();
  const sprop = sets.map((set) => Buffer.from(set).toString("base64")).join(",");
  return {
    served: {
      kind: "video",
      encoding: "H264",
      clockRate: 90_000,
      payloadType,
      fmtp: `packetization-mode=1;profile-level-id=${profile};sprop-parameter-sets=${sprop}`,
      form: "h264",
    },
    parameterSets: sets,
    ...pictureSize(data, entry),
  };
}

const HEVC_SPROP: Readonly<Record<number, string>> = { 32: "sprop-vps", 33: "sprop-sps", 34: "sprop-pps" };

function describeHevc(data: Buffer, entry: EntryBox, payloadType: number): EntryDescription | undefined {
  const box = inner(data, entry.start + VIDEO_FIELDS_BYTES, entry.end, "hvcC");
  if (box === undefined) return undefined;
  const sets: Uint8Array[] = [];
  const sprops: string[] = [];
  let at = box.start + 23;
  for (let arrays = data.readUInt8(box.start + 22); arrays > 0; arrays -= 1) {
    const name = HEVC_SPROP[data.readUInt8(at) & 0x3f];
    const values: string[] = [];
    let count = data.readUInt16BE(at + 1);
    at += 3;
    for (; count > 0; count -= 1) {
      const length = data.readUInt16BE(at);
      if (at + 2 + length > box.end) throw new RangeError("parameter set");
      const set = data.subarray(at + 2, at + 2 + length);
      if (name !== undefined) {
        sets.push(set);
        values.push(set.toString("base64"));
      }
      at += 2 + length;
    }
    if (name !== undefined) sprops.push(`${name}=${values.join(",")}`);
  }
  return {
    served: {
      kind: "video",
      encoding: "H265",
      clockRate: 90_000,
      payloadType,
      fmtp: sprops.join(";"),
      form: "h265",
    },
    parameterSets: sets,
    ...pictureSize(data, entry),
  };
}

function describeAac(data: Buffer, entry: EntryBox, payloadType: number): EntryDescription | undefined {
  const box = inner(data, entry.start + AUDIO_FIELDS_BYTES, entry.end, "esds");
  if (box === undefined) return undefined;
  // Descriptors: ES (3) › DecoderConfig (4) › DecoderSpecificInfo (5), each with a length of 1 to 4 bytes.
  let at = box.start + 4;
  while (at < box.end) {
    const tag = data.readUInt8(at);
    at += 1;
    let length = 0;
    for (let more = 0x80; more === 0x80; at += 1) {
      const byte = data.readUInt8(at);
      more = byte & 0x80;
      length = (length << 7) | (byte & 0x7f);
    }
    if (tag === 3) at += 3;
    else if (tag === 4) at += 13;
    else if (tag === 5) {
      if (length < 2 || at + length > box.end) throw new RangeError("AudioSpecificConfig");
      const config = data.toString("hex", at, at + length).toUpperCase();
      return {
        served: {
          kind: "audio",
          encoding: "MPEG4-GENERIC",
          clockRate: data.readUInt16BE(entry.start + 24),
          channels: data.readUInt16BE(entry.start + 16),
          payloadType,
          fmtp: `streamtype=5;profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3;config=${config}`,
          form: "aac-hbr",
        },
        parameterSets: [],
      };
    } else at += length;
  }
  return undefined;
}
