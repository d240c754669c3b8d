// From parameter sets to a VideoFormat: the codec string (RFC 6381, ISO/IEC 14496-15 annex E), the record, the numbers.
import type { VideoFormat } from "../format.ts";
import { buildAvcC, buildHvcC, readAvcC, readHvcC } from "./decoder-config.ts";
import { type H264Sps, parseH264Sps } from "./h264-parameter-sets.ts";
import { type H265Sps, parseH265Sps } from "./h265-parameter-sets.ts";

/** The format of an H.264 track; undefined unless there are a readable SPS (the first is in use) and a PPS. */
export function h264Format(
  spsNals: readonly Uint8Array[],
  ppsNals: readonly Uint8Array[],
): VideoFormat | undefined {
  const first = spsNals[0];
  const sps = first === undefined ? undefined : parseH264Sps(first);
  if (sps === undefined || ppsNals.length === 0) return undefined;
  return {
    codec: "h264",
    codecString: h264CodecString(sps),
    width: sps.width,
    height: sps.height,
    decoderConfig: buildAvcC(sps, spsNals, ppsNals),
    ...(sps.reorderDepth === undefined ? {} : { reorderDepth: sps.reorderDepth }),
    ...(sps.frameRate === undefined ? {} : { frameRate: sps.frameRate }),
  };
}

/** The format of an H.265 track; undefined unless there are a VPS, a readable SPS (the first is in use) and a PPS. */
export function h265Format(
  vpsNals: readonly Uint8Array[],
  spsNals: readonly Uint8Array[],
  ppsNals: readonly Uint8Array[],
): VideoFormat | undefined {
  const first = spsNals[0];
  const sps = first === undefined ? undefined : parseH265Sps(first);
  if (sps === undefined || vpsNals.length === 0 || ppsNals.length === 0) return undefined;
  return {
    codec: "h265",
    codecString: h265CodecString(sps),
    width: sps.width,
    height: sps.height,
    decoderConfig: buildHvcC(sps, vpsNals, spsNals, ppsNals),
    reorderDepth: sps.reorderDepth,
    ...(sps.frameRate === undefined ? {} : { frameRate: sps.frameRate }),
  };
}

/** The format that an avcC or hvcC record describes; undefined if it cannot be read. */
export function formatFromDecoderConfig(codec: "h264" | "h265", record: Uint8Array): VideoFormat | undefined {
  if (codec === "h264") {
    const sets = readAvcC(record);
    return sets === undefined ? undefined : h264Format(sets.sps, sets.pps);
  }
  const sets = readHvcC(record);
  return sets === undefined ? undefined : h265Format(sets.vps, sets.sps, sets.pps);
}

/** `avc1.PPCCLL`. */
export function h264CodecString(sps: H264Sps): string {
  return `avc1.${hex2(sps.profileIdc)}${hex2(sps.constraintFlags)}${hex2(sps.levelIdc)}`;
}

/** `hvc1.<profile>.<compatibility, bits reversed>.<tier and level>.<constraint bytes>`. */
export function h265CodecString(sps: H265Sps): string {
  const space = ["", "A", "B", "C"][sps.profileSpace] ?? "";
  let reversed = 0;
  for (let bit = 0; bit < 32; bit += 1) {
    if (((sps.compatibilityFlags >>> bit) & 1) === 1) reversed += 2 ** (31 - bit);
  }
  let text = `hvc1.${space}${sps.profileIdc}.${reversed.toString(16).toUpperCase()}.${sps.tier === 1 ? "H" : "L"}${sps.levelIdc}`;
  let last = 5;
  while (last >= 0 && sps.constraintBytes[last] === 0) last -= 1;
  for (let index = 0; index <= last; index += 1) {
    text += `.${(sps.constraintBytes[index] as number).toString(16).toUpperCase()}`;
  }
  return text;
}

function hex2(value: number): string {
  return value.toString(16).padStart(2, "0");
}
