// Decoder configuration records: avcC (ISO/IEC 14496-15 §5.3.3.1) and hvcC (§8.3.3.1), written from parameter
// sets and read back into them. NAL lengths are four bytes, always.
import type { H264Sps } from "./h264-parameter-sets.ts";
import type { H265Sps } from "./h265-parameter-sets.ts";
import { H265_NAL } from "./nal-units.ts";

const AVC_HIGH: ReadonlySet<number> = new Set([100, 110, 122, 144, 244]);

/** Writes an AVCDecoderConfigurationRecord. `sps` is the parsed form of the set in use. */
export function buildAvcC(
  sps: H264Sps,
  spsNals: readonly Uint8Array[],
  ppsNals: readonly Uint8Array[],
): Uint8Array {
  const parts: Uint8Array[] = [
    Uint8Array.of(1, sps.profileIdc, sps.constraintFlags, sps.levelIdc, 0xff, 0xe0 | spsNals.length),
  ];
  pushSets(parts, spsNals);
  parts.push(Uint8Array.of(ppsNals.length));
  pushSets(parts, ppsNals);
  if (AVC_HIGH.has(sps.profileIdc)) {
    parts.push(
      Uint8Array.of(
        0xfc | sps.chromaFormatIdc,
        0xf8 | (sps.bitDepthLuma - 8),
        0xf8 | (sps.bitDepthChroma - 8),
        0,
      ),
    );
  }
  return new Uint8Array(Buffer.concat(parts));
}

/** Writes an HEVCDecoderConfigurationRecord. `sps` is the parsed form of the set in use. */
export function buildHvcC(
  sps: H265Sps,
  vpsNals: readonly Uint8Array[],
  spsNals: readonly Uint8Array[],
  ppsNals: readonly Uint8Array[],
): Uint8Array {
  const head = Buffer.alloc(23);
  head[0] = 1;
  head[1] = (sps.profileSpace << 6) | (sps.tier << 5) | sps.profileIdc;
  head.writeUInt32BE(sps.compatibilityFlags, 2);
  head.set(sps.constraintBytes, 6);
  head[12] = sps.levelIdc;
  head.writeUInt16BE(0xf000, 13);
  head[15] = 0xfc;
  head[16] = 0xfc | sps.chromaFormatIdc;
  head[17] = 0xf8 | (sps.bitDepthLuma - 8);
  head[18] = 0xf8 | (sps.bitDepthChroma - 8);
  head.writeUInt16BE(0, 19);
  head[21] = (sps.maxSubLayers << 3) | ((sps.temporalIdNested ? 1 : 0) << 2) | 3;
  head[22] = 3;
  const parts: Uint8Array[] = [head];
  for (const [type, nals] of [
    [H265_NAL.vps, vpsNals],
    [H265_NAL.sps, spsNals],
    [H265_NAL.pps, ppsNals],
  ] as const) {
    parts.push(Uint8Array.of(0x80 | type, nals.length >> 8, nals.length & 0xff));
    pushSets(parts, nals);
  }
  return new Uint8Array(Buffer.concat(parts));
}

/** The bare parameter sets of an avcC record, SPS first; undefined if it is cut or of another version. */
export function readAvcC(
  record: Uint8Array,
): { readonly sps: Uint8Array[]; readonly pps: Uint8Array[] } | undefined {
  if (record.length < 7 || record[0] !== 1) return undefined;
  const sps: Uint8Array[] = [];
  const pps: Uint8Array[] = [];
  let at = takeSets(record, 6, (record[5] as number) & 0x1f, sps);
  if (at < 0 || at >= record.length) return undefined;
  at = takeSets(record, at + 1, record[at] as number, pps);
  return at < 0 ? undefined : { sps, pps };
}

/** The bare parameter sets of an hvcC record; undefined if it is cut or of another version. */
export function readHvcC(
  record: Uint8Array,
): { readonly vps: Uint8Array[]; readonly sps: Uint8Array[]; readonly pps: Uint8Array[] } | undefined {
  if (record.length < 23 || record[0] !== 1) return undefined;
  const sets = { vps: [] as Uint8Array[], sps: [] as Uint8Array[], pps: [] as Uint8Array[] };
  let at = 23;
  for (let array = record[22] as number; array > 0; array -= 1) {
    if (at + 3 > record.length) return undefined;
    const type = (record[at] as number) & 0x3f;
    const count = ((record[at + 1] as number) << 8) | (record[at + 2] as number);
    const into =
      type === H265_NAL.vps
        ? sets.vps
        : type === H265_NAL.sps
          ? sets.sps
          : type === H265_NAL.pps
            ? sets.pps
            : [];
    at = takeSets(record, at + 3, count, into);
    if (at < 0) return undefined;
  }
  return sets;
}

/** All parameter sets of a record in the order in which a decoder wants them. */
export function parameterSetsOf(codec: "h264" | "h265", record: Uint8Array): Uint8Array[] {
  if (codec === "h264") {
    const sets = readAvcC(record);
    return sets === undefined ? [] : [...sets.sps, ...sets.pps];
  }
  const sets = readHvcC(record);
  return sets === undefined ? [] : [...sets.vps, ...sets.sps, ...sets.pps];
}

function pushSets(parts: Uint8Array[], nals: readonly Uint8Array[]): void {
  for (const nal of nals) parts.push(Uint8Array.of(nal.length >> 8, nal.length & 0xff), nal);
}

function takeSets(record: Uint8Array, start: number, count: number, into: Uint8Array[]): number {
  let at = start;
  for (let index = 0; index < count; index += 1) {
    if (at + 2 > record.length) return -1;
    const end = at + 2 + (((record[at] as number) << 8) | (record[at + 1] as number));
    if (end > record.length) return -1;
    into.push(record.subarray(at + 2, end));
    at = end;
  }
  return at;
}
