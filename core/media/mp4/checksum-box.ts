// The last box of a closed file, where its owner wants one: SHA-256 of its pictures, sound and tables.
//
//   offset size
//        0    4  size, 56
//        4    4  "uuid"
//        8   16  a5e0c2f4-6e1f-4c8e-9d0b-6e696768746c
//       24   32  SHA-256 of all bytes from CHECKSUM_FROM up to this box
//
// What lies before CHECKSUM_FROM changes when a file is closed or claimed; the identity there has a CRC of its own.
import { PATCH_BYTES, PATCH_OFFSET } from "./identity-box.ts";

/** First byte that is summed: behind the 16 bytes that closing turns into the header of the `mdat`. */
export const CHECKSUM_FROM = PATCH_OFFSET + PATCH_BYTES;
export const CHECKSUM_BOX_BYTES = 56;

const HEAD = Buffer.from("0000003875756964a5e0c2f46e1f4c8e9d0b6e696768746c", "hex");

/** The box for a sum of 32 bytes. */
export function checksumBox(sha256: Uint8Array): Uint8Array {
  return Buffer.concat([HEAD, sha256]);
}

/** The sum in a box of exactly these bytes, in hexadecimal; undefined if it is none. */
export function readChecksumBox(bytes: Uint8Array): string | undefined {
  if (bytes.length !== CHECKSUM_BOX_BYTES) return undefined;
  const box = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return HEAD.equals(box.subarray(0, HEAD.length)) ? box.toString("hex", HEAD.length) : undefined;
}
