// Reads H.265 sequence parameter sets as far as a recorder needs them (ITU-T H.265 §7.3.2.2, annex E),
// and the ids of picture parameter sets.
import { BitReader } from "./bit-reader.ts";
import { H265_NAL, h265NalType, withoutEmulationPrevention } from "./nal-units.ts";

export interface H265Sps {
  readonly id: number;
  readonly profileSpace: number;
  readonly tier: number;
  readonly profileIdc: number;
  readonly compatibilityFlags: number;
  /** The six bytes of constraint flags. */
  readonly constraintBytes: Uint8Array;
  readonly levelIdc: number;
  readonly maxSubLayers: number;
  readonly temporalIdNested: boolean;
  readonly chromaFormatIdc: number;
  readonly bitDepthLuma: number;
  readonly bitDepthChroma: number;
  readonly width: number;
  readonly height: number;
  /** sps_max_num_reorder_pics of the highest sub-layer. */
  readonly reorderDepth: number;
  readonly frameRate: number | undefined;
}

const MAX_SIDE = 16_384;

/** Parses a whole SPS NAL unit, header bytes included; undefined if it is none or makes no sense. */
export function parseH265Sps(nal: Uint8Array): H265Sps | undefined {
  if (nal.length < 16 || nal.length > 8192 || h265NalType(nal[0] as number) !== H265_NAL.sps)
    return undefined;
  const bytes = withoutEmulationPrevention(nal);
  const bits = new BitReader(bytes, 2);
  bits.skip(4);
  const maxSubLayersMinus1 = bits.bits(3);
  const temporalIdNested = bits.flag();
  const profileSpace = bits.bits(2);
  const tier = bits.bits(1);
  const profileIdc = bits.bits(5);
  const compatibilityFlags = bits.bits(32);
  const constraintBytes = new Uint8Array(6);
  for (let index = 0; index < 6; index += 1) constraintBytes[index] = bits.bits(8);
  const levelIdc = bits.bits(8);
  skipSubLayers(bits, maxSubLayersMinus1);
  const id = bits.ue();
  const chromaFormatIdc = bits.ue();
  const separatePlanes = chromaFormatIdc === 3 ? bits.flag() : false;
  let width = bits.ue();
  let height = bits.ue();
  if (bits.flag()) {
    const unitX = !separatePlanes && (chromaFormatIdc === 1 || chromaFormatIdc === 2) ? 2 : 1;
    const unitY = !separatePlanes && chromaFormatIdc === 1 ? 2 : 1;
    width -= (bits.ue() + bits.ue()) * unitX;
    height -= (bits.ue() + bits.ue()) * unitY;
  }
  const bitDepthLuma = 8 + bits.ue();
  const bitDepthChroma = 8 + bits.ue();
  const log2MaxOrderCount = bits.ue() + 4;
  const everySubLayer = bits.flag();
  let reorderDepth = 0;
  for (let layer = everySubLayer ? 0 : maxSubLayersMinus1; layer <= maxSubLayersMinus1; layer += 1) {
    bits.ue();
    reorderDepth = bits.ue();
    bits.ue();
  }
  if (bits.overrun || maxSubLayersMinus1 > 6 || id > 15 || chromaFormatIdc > 3 || reorderDepth > 16) {
    return undefined;
  }
  if (bitDepthLuma > 16 || bitDepthChroma > 16 || log2MaxOrderCount > 16) return undefined;
  if (width < 1 || height < 1 || width > MAX_SIDE || height > MAX_SIDE) return undefined;
  return {
    id,
    profileSpace,
    tier,
    profileIdc,
    compatibilityFlags,
    constraintBytes,
    levelIdc,
    maxSubLayers: maxSubLayersMinus1 + 1,
    temporalIdNested,
    chromaFormatIdc,
    bitDepthLuma,
    bitDepthChroma,
    width,
    height,
    reorderDepth,
    frameRate: parseFrameRate(bits, log2MaxOrderCount),
  };
}

/** The id of a PPS NAL unit, header bytes included; undefined if it is none or makes no sense. */
export function parseH265PpsId(nal: Uint8Array): number | undefined {
  if (nal.length < 3 || h265NalType(nal[0] as number) !== H265_NAL.pps) return undefined;
  const bits = new BitReader(nal.subarray(0, 16), 2);
  const id = bits.ue();
  return bits.overrun || id > 63 ? undefined : id;
}

function skipSubLayers(bits: BitReader, maxSubLayersMinus1: number): void {
  const present: [boolean, boolean][] = [];
  for (let layer = 0; layer < maxSubLayersMinus1; layer += 1) present.push([bits.flag(), bits.flag()]);
  if (maxSubLayersMinus1 > 0) bits.skip(2 * (8 - maxSubLayersMinus1));
  for (const [profile, level] of present) {
    if (profile) bits.skip(88);
    if (level) bits.skip(8);
  }
}

/** What lies between the reorder depth and the VUI's timing; a stream that lies here merely has no frame rate. */
function parseFrameRate(bits: BitReader, log2MaxOrderCount: number): number | undefined {
  for (let index = 0; index < 6; index += 1) bits.ue();
  if (bits.flag() && bits.flag()) skipScalingLists(bits);
  bits.skip(2);
  if (bits.flag()) {
    bits.skip(8);
    bits.ue();
    bits.ue();
    bits.skip(1);
  }
  if (!skipShortTermSets(bits)) return undefined;
  if (bits.flag()) {
    const count = bits.ue();
    if (count > 32) return undefined;
    for (let index = 0; index < count; index += 1) bits.skip(log2MaxOrderCount + 1);
  }
  bits.skip(2);
  if (!bits.flag()) return undefined;
  if (bits.flag() && bits.bits(8) === 255) bits.skip(32);
  if (bits.flag()) bits.skip(1);
  if (bits.flag()) {
    bits.skip(4);
    if (bits.flag()) bits.skip(24);
  }
  if (bits.flag()) {
    bits.ue();
    bits.ue();
  }
  bits.skip(3);
  if (bits.flag()) for (let index = 0; index < 4; index += 1) bits.ue();
  if (!bits.flag()) return undefined;
  const unitsInTick = bits.bits(32);
  const timeScale = bits.bits(32);
  const rate = timeScale / unitsInTick;
  return !bits.overrun && rate >= 0.05 && rate <= 480 ? rate : undefined;
}

function skipScalingLists(bits: BitReader): void {
  for (let sizeId = 0; sizeId < 4; sizeId += 1) {
    for (let matrix = 0; matrix < 6; matrix += sizeId === 3 ? 3 : 1) {
      if (!bits.flag()) {
        bits.ue();
        continue;
      }
      if (sizeId > 1) bits.se();
      const count = Math.min(64, 1 << (4 + (sizeId << 1)));
      for (let index = 0; index < count && !bits.overrun; index += 1) bits.se();
    }
  }
}

/** §7.3.7. Returns false where the counts cannot be true. */
function skipShortTermSets(bits: BitReader): boolean {
  const sets = bits.ue();
  if (sets > 64) return false;
  let previous = 0;
  for (let set = 0; set < sets; set += 1) {
    if (set > 0 && bits.flag()) {
      bits.skip(1);
      bits.ue();
      let count = 0;
      for (let index = 0; index <= previous; index += 1) {
        const used = bits.flag();
        const useDelta = used ? true : bits.flag();
        if (useDelta) count += 1;
      }
      previous = count;
    } else {
      const negative = bits.ue();
      const positive = bits.ue();
      if (negative > 16 || positive > 16) return false;
      for (let index = 0; index < negative + positive; index += 1) {
        bits.ue();
        bits.skip(1);
      }
      previous = negative + positive;
    }
    if (bits.overrun) return false;
  }
  return true;
}
