// The last box of a closed file, where its owner wants one: SHA-256 of its pictures, sound and tables.
//
//   offset size
//        0    4  size, 56
//        4    4  "uuid"
//        8   16  a5e0c2f4-6e1f-4c8e-9d0b-6e696768746c
//       24   32  SHA-256 of all bytes from CHECKSUM_FROM up to this box
//
// Runs in browsers too, which build fragments with what stands beside it.
//
// What lies before CHECKSUM_FROM changes when a file is closed or claimed; the identity there has a CRC of its own.
import { BoxReader } from "./box-reader.ts";
import { BoxWriter } from "./box-writer.ts";
import { PATCH_BYTES, PATCH_OFFSET } from "./identity-box.ts";

/** First byte that is summed: behind the 16 bytes that closing turns into the header of the `mdat`. */
export const CHECKSUM_FROM = PATCH_OFFSET + PATCH_BYTES;
export const CHECKSUM_BOX_BYTES = 56;

const HEAD_BYTES = 24;
const UUID = [
  0xa5, 0xe0, 0xc2, 0xf4, 0x6e, 0x1f, 0x4c, 0x8e, 0x9d, 0x0b, 0x6e, 0x69, 0x67, 0x68, 0x74, 0x6c,
] as const;

/** The box for a sum of 32 bytes. */
export function checksumBox(sha256: Uint8Array): Uint8Array {
  return new BoxWriter(CHECKSUM_BOX_BYTES)
    .begin("uuid")
    .bytes(Uint8Array.from(UUID))
    .bytes(sha256)
    .end()
    .toBytes();
}

/** The sum in a box of exactly these bytes, in hexadecimal; undefined if it is none. */
export function readChecksumBox(bytes: Uint8Array): string | undefined {
  if (bytes.length !== CHECKSUM_BOX_BYTES) return undefined;
  const box = new BoxReader(bytes);
  if (box.u32(0) !== CHECKSUM_BOX_BYTES || box.type(4) !== "uuid") return undefined;
  if (UUID.some((byte, index) => bytes[8 + index] !== byte)) return undefined;
  return Array.from(bytes.subarray(HEAD_BYTES), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
