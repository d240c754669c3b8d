// The box at a fixed place of every recording file that says whose picture it is, so that the index can be
// rebuilt from files alone. It follows ftyp, has always the same size, and is never changed.
//
//   offset in the file
//     32   4  size, 188
//     36   4  "uuid"
//     40  16  a5e0c2f4-6e1f-4c8e-9d0b-6e696768746a
//     56   1  layout version, 1
//     57   1  clock source: 0 node, 1 unsynchronised
//     58   1  record reasons at the time of opening (REASON_BITS)
//     59   1  stream name's length, then camera's, then node's (60, 61)
//     62   2  0
//     64   8  start time, 90 kHz since 1970 (u64)
//     72   8  run (u64)
//     80   8  write sequence on the volume (u64)
//     88   4  sequence in the run
//     92   8  stream, ASCII, padded with zeros
//    100  64  camera
//    164  32  node
//    196  20  0, reserved
//    216   4  CRC-32 of offsets 56 to 215
import { type CameraId, isId, isStreamName } from "../../domain/ids.ts";
import { NightjarError } from "../../errors.ts";
import type { SegmentIdentity } from "../segment.ts";
import { BoxWriter } from "./box-writer.ts";
import { crc32 } from "./crc32.ts";
import { FILE_TYPE_BYTES } from "./init-segment.ts";

export const IDENTITY_OFFSET = FILE_TYPE_BYTES;
export const IDENTITY_BYTES = 188;
/** Where the `free` box lies that closing turns into the header of a 64-bit `mdat`. */
export const PATCH_OFFSET = IDENTITY_OFFSET + IDENTITY_BYTES;
export const PATCH_BYTES = 16;

const UUID = Uint8Array.of(
  0xa5,
  0xe0,
  0xc2,
  0xf4,
  0x6e,
  0x1f,
  0x4c,
  0x8e,
  0x9d,
  0x0b,
  0x6e,
  0x69,
  0x67,
  0x68,
  0x74,
  0x6a,
);
const BODY = 24;
const CRC_AT = IDENTITY_BYTES - 4;
const VERSION = 1;

/** What the identity box holds beyond the identity. */
export interface OpeningFacts {
  readonly identity: SegmentIdentity;
  /** Order of eviction on the volume; 0 if unknown. */
  readonly writeSequence: number;
  /** Why it is recorded, as of its opening: a file cut by a crash knows no more. */
  readonly reasonBits: number;
}

/** Writes the identity box. Throws `NJ_MP4_INVALID` if a name does not fit. */
export function identityBox(facts: OpeningFacts): Uint8Array<ArrayBuffer> {
  const { identity } = facts;
  if (!isId(identity.camera) || !isId(identity.node) || identity.node.length > 32) {
    throw new NightjarError(
      "NJ_MP4_INVALID",
      "invalid-argument",
      "a segment's camera or node name does not fit its identity",
      { camera: identity.camera, node: identity.node },
    );
  }
  const writer = new BoxWriter(IDENTITY_BYTES);
  writer.begin("uuid").bytes(UUID).u8(VERSION);
  writer.u8(identity.clockSource === "node" ? 0 : 1).u8(facts.reasonBits & 0xff);
  writer.u8(identity.stream.length).u8(identity.camera.length).u8(identity.node.length).u16(0);
  writer.u64(identity.startTime90k).u64(identity.run).u64(facts.writeSequence).u32(identity.sequence);
  text(writer, identity.stream, 8);
  text(writer, identity.camera, 64);
  text(writer, identity.node, 32);
  writer.zeros(20).u32(0).end();
  const bytes = writer.toBytes();
  new DataView(bytes.buffer).setUint32(CRC_AT, crc32(bytes, BODY, CRC_AT));
  return bytes;
}

/** Reads an identity box that starts at `at`; undefined if none is there or it is damaged. */
export function readIdentityBox(bytes: Uint8Array, at = 0): OpeningFacts | undefined {
  if (bytes.length < at + IDENTITY_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, IDENTITY_BYTES);
  if (view.getUint32(0) !== IDENTITY_BYTES || view.getUint32(4) !== 0x75756964) return undefined;
  for (let index = 0; index < UUID.length; index += 1) {
    if (view.getUint8(8 + index) !== UUID[index]) return undefined;
  }
  if (view.getUint8(BODY) !== VERSION) return undefined;
  if (view.getUint32(CRC_AT) !== crc32(bytes, at + BODY, at + CRC_AT)) return undefined;
  const stream = readText(view, 60, view.getUint8(27), 8);
  const camera = readText(view, 68, view.getUint8(28), 64);
  const node = readText(view, 132, view.getUint8(29), 32);
  if (!isStreamName(stream) || !isId(camera) || !isId(node)) return undefined;
  return {
    identity: {
      camera: camera as CameraId,
      stream,
      node,
      run: u64(view, 40),
      sequence: view.getUint32(56),
      startTime90k: u64(view, 32),
      clockSource: view.getUint8(25) === 0 ? "node" : "unsynchronised",
    },
    writeSequence: u64(view, 48),
    reasonBits: view.getUint8(26),
  };
}

function text(writer: BoxWriter, value: string, width: number): void {
  writer.ascii(value).zeros(width - value.length);
}

function readText(view: DataView, at: number, length: number, width: number): string {
  let value = "";
  for (let index = 0; index < Math.min(length, width); index += 1) {
    value += String.fromCharCode(view.getUint8(at + index));
  }
  return value;
}

function u64(view: DataView, at: number): number {
  return view.getUint32(at) * 0x100000000 + view.getUint32(at + 4);
}
