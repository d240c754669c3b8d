// Pictures of H.265 that lead the one at which a run begins: they refer to what was before it, which nobody has, so no
// decoder can ever show them (RASL pictures, ITU-T H.265 §3.129 and §8.1.3). Within a run they stay: the file before holds
// what they need, and a decoder that begins at the key frame leaves them out by itself (docs/decisions/0023).
import { h265NalType, isH265Picture, isH265Radl, isH265Rasl } from "../codec/nal-units.ts";
import type { Frame } from "../format.ts";

const LENGTH_BYTES = 4;

/** Tells, for one run of H.265, which frames at its start cannot be decoded. */
export class LeadingPictures {
  #isStart = true;

  /** True for a frame that is to be left out. Asked of each video frame in decoding order, the first one included. */
  drops(frame: Frame): boolean {
    if (!this.#isStart) return false;
    const type = pictureType(frame);
    if (type === undefined) return false;
    if (isH265Rasl(type)) return true;
    // Others that lead (RADL) come in between; what follows in showing order ends them.
    this.#isStart = frame.keyFrame || isH265Radl(type);
    return false;
  }
}

/** NAL unit type of the picture in a frame; undefined where it holds none. */
function pictureType({ slab, offset, length }: Frame): number | undefined {
  const end = offset + length;
  let at = offset;
  while (at + LENGTH_BYTES < end) {
    const type = h265NalType(slab.data[at + LENGTH_BYTES] as number);
    if (isH265Picture(type)) return type;
    at += LENGTH_BYTES + slab.data.readUInt32BE(at);
  }
  return undefined;
}
