// Finds in an MP4 sample entry (avc1, hvc1, mp4a, Opus) what describes its track to RTSP clients.
// ISO/IEC 14496-15 §5.3, 14496-1 §7.2.6.
import {
  type DescribedTrack,
  describeAac,
  describeH264,
  describeH265,
  describeOpus,
} from "./track-description.ts";

interface EntryBox {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

export interface EntryDescription extends DescribedTrack {
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
    case "avc3": {
      const record = videoRecord(data, entry, "avcC");
      return record && { ...describeH264(record, payloadType), ...pictureSize(data, entry) };
    }
    case "hvc1":
    case "hev1": {
      const record = videoRecord(data, entry, "hvcC");
      return record && { ...describeH265(record, payloadType), ...pictureSize(data, entry) };
    }
    case "mp4a":
      return aacEntry(data, entry, payloadType);
    case "Opus":
      return describeOpus(data.readUInt16BE(entry.start + 16), payloadType);
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

function videoRecord(data: Buffer, entry: EntryBox, type: "avcC" | "hvcC"): Buffer | undefined {
  const box = inner(data, entry.start + VIDEO_FIELDS_BYTES, entry.end, type);
  return box && data.subarray(box.start, box.end);
}

function aacEntry(data: Buffer, entry: EntryBox, payloadType: number): EntryDescription | undefined {
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
      return describeAac(
        data.subarray(at, at + length),
        data.readUInt16BE(entry.start + 24),
        data.readUInt16BE(entry.start + 16),
        payloadType,
      );
    } else at += length;
  }
  return undefined;
}
