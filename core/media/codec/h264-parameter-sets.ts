// Reads H.264 sequence and picture parameter sets as far as a recorder needs them (ITU-T H.264 §7.3.2.1, annex E).
import { BitReader } from "./bit-reader.ts";
import { H264_NAL, h264NalType, withoutEmulationPrevention } from "./nal-units.ts";

export interface H264Sps {
  readonly id: number;
  readonly profileIdc: number;
  readonly constraintFlags: number;
  readonly levelIdc: number;
  readonly chromaFormatIdc: number;
  readonly bitDepthLuma: number;
  readonly bitDepthChroma: number;
  readonly width: number;
  readonly height: number;
  /** max_num_reorder_frames, or 0 where the profile or the picture order count type rules reordering out. */
  readonly reorderDepth: number | undefined;
  readonly frameRate: number | undefined;
}

export interface H264Pps {
  readonly id: number;
  readonly spsId: number;
}

const HIGH_PROFILES: ReadonlySet<number> = new Set([
  100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135,
]);
/** Profiles in which constraint_set3 says that every picture is intra coded. */
const INTRA_BY_SET3: ReadonlySet<number> = new Set([44, 86, 100, 110, 122, 244]);
const MAX_SIDE = 16_384;

/** Parses a whole SPS NAL unit, header byte included; undefined if it is none or makes no sense. */
export function parseH264Sps(nal: Uint8Array): H264Sps | undefined {
  if (nal.length < 4 || nal.length > 4096 || h264NalType(nal[0] as number) !== H264_NAL.sps) return undefined;
  const bits = new BitReader(withoutEmulationPrevention(nal), 1);
  const profileIdc = bits.bits(8);
  const constraintFlags = bits.bits(8);
  const levelIdc = bits.bits(8);
  const id = bits.ue();
  let chromaFormatIdc = 1;
  let bitDepthLuma = 8;
  let bitDepthChroma = 8;
  let separatePlanes = false;
  if (HIGH_PROFILES.has(profileIdc)) {
    chromaFormatIdc = bits.ue();
    if (chromaFormatIdc === 3) separatePlanes = bits.flag();
    bitDepthLuma = 8 + bits.ue();
    bitDepthChroma = 8 + bits.ue();
    bits.skip(1);
    if (bits.flag()) skipScalingMatrix(bits, chromaFormatIdc === 3 ? 12 : 8);
  }
  bits.ue();
  const orderCountType = bits.ue();
  if (orderCountType === 0) {
    bits.ue();
  } else if (orderCountType === 1) {
    bits.skip(1);
    bits.se();
    bits.se();
    const cycle = bits.ue();
    if (cycle > 255) return undefined;
    for (let index = 0; index < cycle; index += 1) bits.se();
  }
  bits.ue();
  bits.skip(1);
  const widthMbs = bits.ue() + 1;
  const heightUnits = bits.ue() + 1;
  const frameMbsOnly = bits.bit();
  if (frameMbsOnly === 0) bits.skip(1);
  bits.skip(1);
  let cropX = 0;
  let cropY = 0;
  if (bits.flag()) {
    const monochrome = chromaFormatIdc === 0 || separatePlanes;
    const unitX = monochrome || chromaFormatIdc === 3 ? 1 : 2;
    const unitY = (monochrome || chromaFormatIdc !== 1 ? 1 : 2) * (2 - frameMbsOnly);
    cropX = (bits.ue() + bits.ue()) * unitX;
    cropY = (bits.ue() + bits.ue()) * unitY;
  }
  const hasVui = bits.flag();
  const width = widthMbs * 16 - cropX;
  const height = heightUnits * 16 * (2 - frameMbsOnly) - cropY;
  if (bits.overrun || id > 31 || chromaFormatIdc > 3 || bitDepthLuma > 14 || bitDepthChroma > 14) {
    return undefined;
  }
  if (width < 1 || height < 1 || width > MAX_SIDE || height > MAX_SIDE) return undefined;
  const vui = hasVui ? parseVui(bits) : {};
  // Pictures of type 2 come out in decoding order; Baseline knows no B pictures; intra profiles need none.
  const neverReorders =
    orderCountType === 2 ||
    profileIdc === 66 ||
    (INTRA_BY_SET3.has(profileIdc) && (constraintFlags & 0x10) !== 0);
  return {
    id,
    profileIdc,
    constraintFlags,
    levelIdc,
    chromaFormatIdc,
    bitDepthLuma,
    bitDepthChroma,
    width,
    height,
    reorderDepth: vui.reorderDepth ?? (neverReorders ? 0 : undefined),
    frameRate: vui.frameRate,
  };
}

/** Parses the ids of a PPS NAL unit, header byte included; undefined if it is none or makes no sense. */
export function parseH264Pps(nal: Uint8Array): H264Pps | undefined {
  if (nal.length < 2 || h264NalType(nal[0] as number) !== H264_NAL.pps) return undefined;
  const bits = new BitReader(withoutEmulationPrevention(nal.subarray(0, 32)), 1);
  const id = bits.ue();
  const spsId = bits.ue();
  return bits.overrun || id > 255 || spsId > 31 ? undefined : { id, spsId };
}

function skipScalingMatrix(bits: BitReader, lists: number): void {
  for (let list = 0; list < lists; list += 1) {
    if (!bits.flag()) continue;
    const size = list < 6 ? 16 : 64;
    let next = 8;
    for (let index = 0; index < size && next !== 0 && !bits.overrun; index += 1) {
      next = (next + bits.se() + 256) & 0xff;
    }
  }
}

function parseVui(bits: BitReader): { reorderDepth?: number; frameRate?: number } {
  const found: { reorderDepth?: number; frameRate?: number } = {};
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
  if (bits.flag()) {
    const unitsInTick = bits.bits(32);
    const timeScale = bits.bits(32);
    bits.skip(1);
    const rate = timeScale / (2 * unitsInTick);
    if (!bits.overrun && rate >= 0.05 && rate <= 480) found.frameRate = rate;
  }
  const nalHrd = bits.flag();
  if (nalHrd) skipHrd(bits);
  const vclHrd = bits.flag();
  if (vclHrd) skipHrd(bits);
  if (nalHrd || vclHrd) bits.skip(1);
  bits.skip(1);
  if (bits.flag()) {
    bits.skip(1);
    bits.ue();
    bits.ue();
    bits.ue();
    bits.ue();
    const reorder = bits.ue();
    bits.ue();
    if (!bits.overrun && reorder <= 16) found.reorderDepth = reorder;
  }
  return found;
}

function skipHrd(bits: BitReader): void {
  const count = bits.ue() + 1;
  bits.skip(8);
  for (let index = 0; index < count && index < 32; index += 1) {
    bits.ue();
    bits.ue();
    bits.skip(1);
  }
  bits.skip(20);
}
