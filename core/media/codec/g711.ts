// G.711 (ITU-T G.711): both laws as tables to and from 16-bit linear samples.
import type { AudioFormat } from "../format.ts";

/** The format of a G.711 track. */
export function g711Format(
  law: "pcmu" | "pcma",
  sampleRate: number,
  channels: number,
  note?: string,
): AudioFormat {
  return {
    codec: law,
    codecString: law === "pcmu" ? "ulaw" : "alaw",
    sampleRate,
    channels,
    ...(note === undefined ? {} : { note }),
  };
}

/** Linear sample → µ-law byte. */
export function ulawFromLinear(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(32_635, sample < 0 ? -sample : sample) + 132;
  // Position of the leading bit above bit 7 is the segment.
  const exponent = 24 - Math.clz32(magnitude);
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
  return ~(sign | (exponent << 4) | mantissa) & 0xff;
}

/** Linear sample → A-law byte. */
export function alawFromLinear(sample: number): number {
  const sign = sample >= 0 ? 0x80 : 0;
  const magnitude = Math.min(32_767, sample >= 0 ? sample : -sample - 1) >> 3;
  let code: number;
  if (magnitude < 32) {
    code = magnitude >> 1;
  } else {
    const exponent = 27 - Math.clz32(magnitude);
    code = (exponent << 4) | ((magnitude >> exponent) & 0x0f);
  }
  return (code | sign) ^ 0x55;
}

/** µ-law byte → linear sample. */
export const LINEAR_FROM_ULAW: Int16Array = Int16Array.from({ length: 256 }, (_, byte) => {
  const code = ~byte & 0xff;
  const magnitude = ((((code & 0x0f) << 3) + 132) << ((code >> 4) & 7)) - 132;
  return (code & 0x80) === 0 ? magnitude : -magnitude;
});

/** A-law byte → linear sample. */
export const LINEAR_FROM_ALAW: Int16Array = Int16Array.from({ length: 256 }, (_, byte) => {
  const code = byte ^ 0x55;
  const exponent = (code >> 4) & 7;
  const mantissa = ((code & 0x0f) << 4) + 8;
  const magnitude = exponent === 0 ? mantissa : (mantissa + 256) << (exponent - 1);
  return (code & 0x80) === 0 ? -magnitude : magnitude;
});
