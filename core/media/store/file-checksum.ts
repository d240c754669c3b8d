// The checksum of a recording file on disk: what its last box says, and what its bytes are. Synchronous, for sync
// threads and jobs: a file is read as a whole.
import { createHash } from "node:crypto";
import { CHECKSUM_BOX_BYTES, CHECKSUM_FROM, readChecksumBox } from "../mp4/checksum-box.ts";
import type { ByteSource } from "../mp4/read-segment.ts";

const READ_BYTES = 1024 * 1024;

/** The sum that stands at the end of a file whose moov ends at `moovEnd`; undefined if it carries none. */
export function statedChecksum(source: ByteSource, moovEnd: number): string | undefined {
  if (source.size < moovEnd + CHECKSUM_BOX_BYTES) return undefined;
  return readChecksumBox(source.read(moovEnd, CHECKSUM_BOX_BYTES));
}

/** The sum of what a file holds up to `end`, usually the end of its moov. */
export function measuredChecksum(source: ByteSource, end: number): Buffer {
  const sum = createHash("sha256");
  let at = CHECKSUM_FROM;
  while (at < end) {
    const bytes = source.read(at, Math.min(READ_BYTES, end - at));
    if (bytes.length === 0) break;
    sum.update(bytes);
    at += bytes.length;
  }
  return sum.digest();
}
