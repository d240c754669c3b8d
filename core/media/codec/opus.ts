// Opus outside its container: the OpusSpecificBox payload (Opus in ISOBMFF §4.3.2) and packet durations (RFC 6716 §3.1).
import type { AudioFormat } from "../format.ts";

export const OPUS_RATE = 48_000;
const PRE_SKIP = 3_840;

/** The `dOps` payload for a stream that RTP carries: mapping family 0, 80 ms pre-skip, no gain. */
export function buildDOps(channels: 1 | 2, inputSampleRate: number = OPUS_RATE): Uint8Array {
  const box = Buffer.alloc(11);
  box[0] = 0;
  box[1] = channels;
  box.writeUInt16BE(PRE_SKIP, 2);
  box.writeUInt32BE(inputSampleRate, 4);
  box.writeInt16BE(0, 8);
  box[10] = 0;
  return new Uint8Array(box);
}

/** The format of an Opus track. RTP's rtpmap always says two channels; `sprop-stereo` tells the truth. */
export function opusFormat(channels: 1 | 2): AudioFormat {
  return {
    codec: "opus",
    codecString: "opus",
    sampleRate: OPUS_RATE,
    channels,
    decoderConfig: buildDOps(channels),
  };
}

const SILK_MS = [10, 20, 40, 60] as const;
const CELT_MS = [2.5, 5, 10, 20] as const;

/** Samples at 48 kHz in a packet; 0 for one that cannot be. */
export function opusSamples(data: Uint8Array, start: number, end: number): number {
  if (end <= start) return 0;
  const toc = data[start] as number;
  const config = toc >> 3;
  const frameMs =
    config < 12
      ? (SILK_MS[config & 3] as number)
      : config < 16
        ? (config & 1) === 0
          ? 10
          : 20
        : (CELT_MS[config & 3] as number);
  const code = toc & 3;
  const frames = code === 0 ? 1 : code < 3 ? 2 : end - start > 1 ? (data[start + 1] as number) & 0x3f : 0;
  const samples = frames * frameMs * 48;
  return samples > 5_760 ? 0 : samples;
}
