// Which coded frames no other frame needs, by what H.264 itself says of them (ITU-T H.264 §7.4.1, nal_ref_idc): they can be left
// out before decoding. H.265 says it for one temporal layer only, which is not enough. Pure.

const LENGTH_BYTES = 4;
/** What stands before the picture: delimiters, parameter sets, messages. */
const MOST_UNITS = 16;
const SLICE = 1;
const IDR_SLICE = 5;

/** Whether a frame with these units, each behind its length, can be left out. `codec`: as browsers name it, `avc1.…`. */
export function isDisposable(codec: string, data: Uint8Array): boolean {
  if (!codec.startsWith("avc1") && !codec.startsWith("avc3")) return false;
  let at = 0;
  for (let count = 0; count < MOST_UNITS && at + LENGTH_BYTES < data.length; count += 1) {
    const first = data[at + LENGTH_BYTES] as number;
    const type = first & 0x1f;
    if (type >= SLICE && type <= IDR_SLICE) return (first & 0x60) === 0;
    const view = new DataView(data.buffer, data.byteOffset + at, LENGTH_BYTES);
    at += LENGTH_BYTES + view.getUint32(0);
  }
  return false;
}
