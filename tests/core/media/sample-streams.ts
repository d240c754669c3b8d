// Real bytes for tests of the media parsers: parameter sets and pictures taken from the clips of the test kit,
// RTP packets made of them in the plainest way, and session descriptions written in the manner of known cameras.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { forEachNal } from "../../../core/media/codec/annex-b.ts";
import { readAvcC, readHvcC } from "../../../core/media/codec/decoder-config.ts";

const CLIPS = join(import.meta.dirname, "../../../core/testing/media");

/** The payload of the first box of a type, searched by its name: enough for files that we made ourselves. */
function boxOf(file: Buffer, type: string): Buffer {
  const at = file.indexOf(type, 0, "latin1");
  const size = file.readUInt32BE(at - 4);
  return file.subarray(at + 4, at - 4 + size);
}

/** Decoder configuration record of a clip of the test kit. */
export function clipRecord(name: "h264-aac" | "h264-bframes-opus" | "h264-small" | "h265-aac"): Buffer {
  const file = readFileSync(join(CLIPS, `${name}.mp4`));
  return Buffer.from(boxOf(file, name.startsWith("h265") ? "hvcC" : "avcC"));
}

export function h264Sets(): { sps: Buffer; pps: Buffer } {
  const sets = readAvcC(clipRecord("h264-aac"));
  return { sps: Buffer.from(sets?.sps[0] ?? []), pps: Buffer.from(sets?.pps[0] ?? []) };
}

export function h265Sets(): { vps: Buffer; sps: Buffer; pps: Buffer } {
  const sets = readHvcC(clipRecord("h265-aac"));
  return {
    vps: Buffer.from(sets?.vps[0] ?? []),
    sps: Buffer.from(sets?.sps[0] ?? []),
    pps: Buffer.from(sets?.pps[0] ?? []),
  };
}

export interface RtpFields {
  readonly sequence: number;
  readonly timestamp: number;
  readonly marker?: boolean;
  readonly payloadType?: number;
  readonly ssrc?: number;
}

/** One RTP packet. */
export function rtpPacket(
  fields: RtpFields,
  ...payload: readonly (Uint8Array | readonly number[])[]
): Buffer {
  const header = Buffer.alloc(12);
  header[0] = 0x80;
  header[1] = (fields.marker === true ? 0x80 : 0) | (fields.payloadType ?? 96);
  header.writeUInt16BE(fields.sequence & 0xffff, 2);
  header.writeUInt32BE(fields.timestamp >>> 0, 4);
  header.writeUInt32BE(fields.ssrc ?? 0x1234, 8);
  return Buffer.concat([header, ...payload.map((part) => Buffer.from(part as Uint8Array))]);
}

/** H.264 fragments (FU-A) of a NAL unit, `size` bytes of it in each. */
export function fuA(nal: Uint8Array, size: number): Buffer[] {
  const out: Buffer[] = [];
  const type = (nal[0] as number) & 0x1f;
  for (let at = 1; at < nal.length; at += size) {
    const start = at === 1 ? 0x80 : 0;
    const end = at + size >= nal.length ? 0x40 : 0;
    const head = Buffer.of(((nal[0] as number) & 0xe0) | 28, start | end | type);
    out.push(Buffer.concat([head, nal.subarray(at, at + size)]));
  }
  return out;
}

/** H.265 fragments (FU) of a NAL unit, `size` bytes of it in each. */
export function fu265(nal: Uint8Array, size: number): Buffer[] {
  const out: Buffer[] = [];
  const type = ((nal[0] as number) >> 1) & 0x3f;
  for (let at = 2; at < nal.length; at += size) {
    const start = at === 2 ? 0x80 : 0;
    const end = at + size >= nal.length ? 0x40 : 0;
    const head = Buffer.of(((nal[0] as number) & 0x81) | (49 << 1), nal[1] as number, start | end | type);
    out.push(Buffer.concat([head, nal.subarray(at, at + size)]));
  }
  return out;
}

/** Several payloads behind one another, each with its length: the form in which fuzz targets take packets. */
export function lengthed(packets: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    packets.flatMap((packet) => [Buffer.of(packet.length >> 8, packet.length & 0xff), packet]),
  );
}

/** NAL units of a length-prefixed access unit. */
export function nalsOf(unit: Uint8Array): Buffer[] {
  const nals: Buffer[] = [];
  forEachNal(unit, (start, end) => nals.push(Buffer.from(unit.subarray(start, end))));
  return nals;
}

/** A picture slice of H.264: `first` begins a picture. The body is filled with `fill`. */
export function slice264(type: 1 | 5, first: boolean, size = 40, fill = 0x55): Buffer {
  const nal = Buffer.alloc(size, fill);
  nal[0] = (type === 5 ? 0x60 : 0x40) | type;
  nal[1] = first ? 0x88 : 0x44;
  return nal;
}

/** A picture slice segment of H.265. */
export function slice265(type: number, first: boolean, size = 40, fill = 0x55): Buffer {
  const nal = Buffer.alloc(size, fill);
  nal[0] = type << 1;
  nal[1] = 1;
  nal[2] = first ? 0x80 : 0x40;
  return nal;
}
