// Describes a track of a known codec for a session description: rtpmap, fmtp with the parameter sets or the
// AudioSpecificConfig. RFC 6184 §8.1, RFC 7798 §7.1, RFC 3640 §4.1, RFC 7587 §6.1, RFC 3551 §6 (G.711).
import { parameterSetsOf, readAvcC, readHvcC } from "../codec/decoder-config.ts";
import type { ServedTrack } from "./served-source.ts";

/** A track with the sets that go in band ahead of its key frames. */
export interface DescribedTrack {
  readonly served: ServedTrack;
  readonly parameterSets: readonly Uint8Array[];
}

/** H.264 by its AVCDecoderConfigurationRecord. Throws RangeError if that is damaged. */
export function describeH264(record: Uint8Array, payloadType: number): DescribedTrack {
  if (readAvcC(record) === undefined) throw new RangeError("avcC");
  const sets = parameterSetsOf("h264", record);
  const profile = Buffer.from(record.subarray(1, 4)).toString("hex").toUpperCase();
  return {
    served: {
      kind: "video",
      encoding: "H264",
      clockRate: 90_000,
      payloadType,
      fmtp: `packetization-mode=1;profile-level-id=${profile};sprop-parameter-sets=${base64List(sets)}`,
      form: "h264",
    },
    parameterSets: sets,
  };
}

/** H.265 by its HEVCDecoderConfigurationRecord. Throws RangeError if that is damaged. */
export function describeH265(record: Uint8Array, payloadType: number): DescribedTrack {
  const sets = readHvcC(record);
  if (sets === undefined) throw new RangeError("hvcC");
  const sprops = [
    ["sprop-vps", sets.vps],
    ["sprop-sps", sets.sps],
    ["sprop-pps", sets.pps],
  ] as const;
  return {
    served: {
      kind: "video",
      encoding: "H265",
      clockRate: 90_000,
      payloadType,
      fmtp: sprops
        .filter(([, nals]) => nals.length > 0)
        .map(([name, nals]) => `${name}=${base64List(nals)}`)
        .join(";"),
      form: "h265",
    },
    parameterSets: [...sets.vps, ...sets.sps, ...sets.pps],
  };
}

/** AAC by its AudioSpecificConfig. */
export function describeAac(
  config: Uint8Array,
  sampleRate: number,
  channels: number,
  payloadType: number,
): DescribedTrack {
  const hex = Buffer.from(config).toString("hex").toUpperCase();
  return {
    served: {
      kind: "audio",
      encoding: "MPEG4-GENERIC",
      clockRate: sampleRate,
      channels,
      payloadType,
      fmtp: `streamtype=5;profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3;config=${hex}`,
      form: "aac-hbr",
    },
    parameterSets: [],
  };
}

/** Opus, mono or stereo. */
export function describeOpus(channels: number, payloadType: number): DescribedTrack {
  return {
    served: {
      kind: "audio",
      encoding: "opus",
      clockRate: 48_000,
      // RFC 7587 §4.1: the rtpmap always says two channels.
      channels: 2,
      payloadType,
      fmtp: `sprop-stereo=${channels > 1 ? 1 : 0}`,
      form: "whole",
    },
    parameterSets: [],
  };
}

/** G.711 of either law; 8 kHz mono has a payload type of its own. */
export function describeG711(
  law: "pcmu" | "pcma",
  sampleRate: number,
  channels: number,
  payloadType: number,
): DescribedTrack {
  const isUsual = sampleRate === 8_000 && channels === 1;
  const own = law === "pcmu" ? 0 : 8;
  return {
    served: {
      kind: "audio",
      encoding: law === "pcmu" ? "PCMU" : "PCMA",
      clockRate: sampleRate,
      channels,
      payloadType: isUsual ? own : payloadType,
      form: "whole",
    },
    parameterSets: [],
  };
}

function base64List(sets: readonly Uint8Array[]): string {
  return sets.map((set) => Buffer.from(set).toString("base64")).join(",");
}
