// AudioSpecificConfig of MPEG-4 audio (ISO/IEC 14496-3 §1.6.2.1): reading it, writing it, and the AudioFormat it means.
import type { AudioFormat } from "../format.ts";
import { BitReader } from "./bit-reader.ts";

export interface AudioSpecificConfig {
  /** 1 Main, 2 LC, 5 SBR (HE-AAC), 29 PS (HE-AAC v2), 39 ELD … as first written. */
  readonly objectType: number;
  /** Core sample rate in Hz. */
  readonly sampleRate: number;
  /** Output sample rate where SBR is signalled explicitly. */
  readonly extensionSampleRate: number | undefined;
  readonly channels: number;
  /** Samples per access unit at the core rate: 1024 or 960 (ELD and LD: 512 or 480). */
  readonly frameLength: number;
  /** Bits read. */
  readonly bitLength: number;
}

const SAMPLE_RATES = [
  96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350,
] as const;
const CHANNELS = [0, 1, 2, 3, 4, 5, 6, 8] as const;

/** Parses a configuration out of a bit string, leaving the reader behind it; undefined if it makes no sense. */
export function readAudioSpecificConfig(bits: BitReader): AudioSpecificConfig | undefined {
  const start = bits.position;
  const objectType = readObjectType(bits);
  const sampleRate = readSampleRate(bits);
  const channelConfiguration = bits.bits(4);
  let coreType = objectType;
  let extensionSampleRate: number | undefined;
  if (objectType === 5 || objectType === 29) {
    extensionSampleRate = readSampleRate(bits);
    coreType = readObjectType(bits);
  }
  let frameLength = 1024;
  if (coreType === 39) {
    frameLength = bits.flag() ? 480 : 512;
  } else {
    const short = bits.flag();
    frameLength = coreType === 23 ? (short ? 480 : 512) : short ? 960 : 1024;
    if (bits.flag()) bits.skip(14);
    bits.skip(1);
  }
  const channels = CHANNELS[channelConfiguration];
  if (bits.overrun || sampleRate === undefined || channels === undefined || channels === 0) return undefined;
  return {
    objectType,
    sampleRate,
    extensionSampleRate,
    channels,
    frameLength,
    bitLength: bits.position - start,
  };
}

/** Parses whole bytes, as `config=` of an SDP or an esds box carries them. */
export function parseAudioSpecificConfig(bytes: Uint8Array): AudioSpecificConfig | undefined {
  return bytes.length < 2 ? undefined : readAudioSpecificConfig(new BitReader(bytes));
}

/** The shortest configuration for AAC-LC of a rate and a number of channels; undefined for an odd rate. */
export function buildAacLcConfig(sampleRate: number, channels: number): Uint8Array | undefined {
  const index = (SAMPLE_RATES as readonly number[]).indexOf(sampleRate);
  const configuration = (CHANNELS as readonly number[]).indexOf(channels);
  if (index < 0 || configuration < 1) return undefined;
  return Uint8Array.of((2 << 3) | (index >> 1), ((index & 1) << 7) | (configuration << 3));
}

/** The format of an AAC track. `clockRate` is that of RTP, which may be the core rate or the extension's. */
export function aacFormat(
  config: AudioSpecificConfig,
  bytes: Uint8Array,
  clockRate: number,
): AudioFormat | undefined {
  const objectType = config.objectType;
  // Main, LC, SSR, LTP, SBR, PS: the AAC family that players know. LD and ELD are another matter.
  if (![1, 2, 3, 4, 5, 29].includes(objectType)) return undefined;
  const sampleRate = clockRate === config.extensionSampleRate ? clockRate : config.sampleRate;
  return {
    codec: "aac",
    codecString: `mp4a.40.${objectType}`,
    sampleRate,
    channels: config.channels,
    decoderConfig: bytes,
  };
}

function readObjectType(bits: BitReader): number {
  const type = bits.bits(5);
  return type === 31 ? 32 + bits.bits(6) : type;
}

function readSampleRate(bits: BitReader): number | undefined {
  const index = bits.bits(4);
  if (index !== 15) return SAMPLE_RATES[index];
  const rate = bits.bits(24);
  return rate >= 1_000 && rate <= 384_000 ? rate : undefined;
}
