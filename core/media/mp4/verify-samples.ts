// Tells written pictures from pages that never reached the disk: the NAL lengths of an access unit must add up.
import type { SampleList } from "./sample-list.ts";

/** Larger than any access unit that a source hands on. */
const ACCESS_UNIT_LIMIT_BYTES = 16 * 1024 * 1024;

/** True if the samples from `first` on consist of NAL units with 4-byte lengths from end to end. */
export function wholeAccessUnits(
  source: { read(offset: number, length: number): Uint8Array },
  samples: SampleList,
  first: number,
): boolean {
  for (let index = first; index < samples.count; index += 1) {
    const size = samples.sizes[index] as number;
    if (size > ACCESS_UNIT_LIMIT_BYTES) return false;
    const bytes = source.read(samples.offsets[index] as number, size);
    if (bytes.length !== size || !isAccessUnit(bytes)) return false;
  }
  return true;
}

/** True for one or more NAL units, each after its length in four bytes, none empty. */
export function isAccessUnit(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  while (at + 4 < bytes.length) {
    const length = view.getUint32(at);
    if (length === 0) return false;
    at += 4 + length;
  }
  return bytes.length > 0 && at === bytes.length;
}
