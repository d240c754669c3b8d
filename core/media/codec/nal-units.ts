// NAL units of H.264 (ITU-T H.264 table 7-1) and H.265 (ITU-T H.265 table 7-1): types, key-frame predicates,
// emulation prevention, and what an SEI says that a recorder must know.

export const H264_NAL = {
  slice: 1,
  idr: 5,
  sei: 6,
  sps: 7,
  pps: 8,
  accessUnitDelimiter: 9,
  endOfSequence: 10,
  endOfStream: 11,
  filler: 12,
} as const;

export const H265_NAL = {
  rsvIrap: 23,
  radlN: 6,
  radlR: 7,
  raslN: 8,
  raslR: 9,
  blaWLp: 16,
  idrWRadl: 19,
  idrNLp: 20,
  cra: 21,
  vps: 32,
  sps: 33,
  pps: 34,
  accessUnitDelimiter: 35,
  endOfSequence: 36,
  endOfStream: 37,
  filler: 38,
  prefixSei: 39,
  suffixSei: 40,
} as const;

/** Type of an H.264 NAL unit from its first byte. */
export function h264NalType(firstByte: number): number {
  return firstByte & 0x1f;
}

/** Type of an H.265 NAL unit from its first byte. */
export function h265NalType(firstByte: number): number {
  return (firstByte >> 1) & 0x3f;
}

/** True for coded slices and slice data partitions of H.264. */
export function isH264Picture(type: number): boolean {
  return type >= 1 && type <= 5;
}

/** True for coded slice segments of H.265. */
export function isH265Picture(type: number): boolean {
  return type <= 9 || (type >= 16 && type <= 21);
}

/** True for IDR. (A recovery point is told by an SEI: {@link readSei}.) */
export function isH264KeyFrame(type: number): boolean {
  return type === H264_NAL.idr;
}

/** True for BLA, IDR and CRA: pictures where a decoder can start. */
export function isH265KeyFrame(type: number): boolean {
  return type >= 16 && type <= 21;
}

/** True for RADL pictures, which come after the key frame that they are shown before, and refer to nothing before it. */
export function isH265Radl(type: number): boolean {
  return type === H265_NAL.radlN || type === H265_NAL.radlR;
}

/** True for RASL pictures, which cannot be decoded when decoding starts at the CRA before them. */
export function isH265Rasl(type: number): boolean {
  return type === H265_NAL.raslN || type === H265_NAL.raslR;
}

export interface SeiContent {
  /** It announces a recovery point: a decoder can start at this picture. */
  readonly recoveryPoint: boolean;
  /** Nothing in it but filler payload. */
  readonly onlyFiller: boolean;
}

const SEI_FILLER = 3;
const SEI_RECOVERY_POINT = 6;

/** Walks the messages of an SEI NAL unit whose header is `headerBytes` long (H.264: 1, H.265: 2). */
export function readSei(data: Uint8Array, start: number, end: number, headerBytes: number): SeiContent {
  let recoveryPoint = false;
  let messages = 0;
  let fillers = 0;
  let at = start + headerBytes;
  // Two bytes are the shortest message; the trailing bits alone are one.
  while (at + 2 <= end) {
    let type = 0;
    while (at < end && data[at] === 0xff) {
      type += 255;
      at += 1;
    }
    if (at >= end) break;
    type += data[at] as number;
    at += 1;
    let size = 0;
    while (at < end && data[at] === 0xff) {
      size += 255;
      at += 1;
    }
    if (at >= end) break;
    size += data[at] as number;
    at += 1;
    messages += 1;
    if (type === SEI_RECOVERY_POINT) recoveryPoint = true;
    if (type === SEI_FILLER) fillers += 1;
    // Emulation prevention bytes are not counted in the size. They matter in long messages only, which
    // come after the recovery point in practice, and a misread message costs a hint, not a picture.
    at += size;
  }
  return { recoveryPoint, onlyFiller: messages > 0 && messages === fillers };
}

/** A NAL unit's bytes without emulation prevention (00 00 03 → 00 00); the input itself where there is none. */
export function withoutEmulationPrevention(nal: Uint8Array): Uint8Array {
  let first = -1;
  for (let at = 2; at < nal.length; at += 1) {
    if (nal[at] === 3 && nal[at - 1] === 0 && nal[at - 2] === 0) {
      first = at;
      break;
    }
  }
  if (first === -1) return nal;
  const bytes = new Uint8Array(nal.length);
  bytes.set(nal.subarray(0, first));
  let length = first;
  let zeros = 0;
  for (let at = first + 1; at < nal.length; at += 1) {
    const byte = nal[at] as number;
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    bytes[length] = byte;
    length += 1;
    zeros = byte === 0 ? zeros + 1 : 0;
  }
  return bytes.subarray(0, length);
}
