// G.711 (ITU-T G.711) to floating point: two tables of 256 entries. Browsers' MediaSource takes no G.711,
// and two tables are cheaper than a decoder where they could.

function muLaw(code: number): number {
  const value = ~code & 0xff;
  const magnitude = (((value & 0x0f) << 3) + 0x84) << ((value & 0x70) >> 4);
  return ((value & 0x80) === 0 ? magnitude - 0x84 : 0x84 - magnitude) / 32_768;
}

function aLaw(code: number): number {
  const value = code ^ 0x55;
  const exponent = (value & 0x70) >> 4;
  const mantissa = (value & 0x0f) << 4;
  const magnitude = exponent === 0 ? mantissa + 8 : (mantissa + 0x108) << (exponent - 1);
  return ((value & 0x80) === 0 ? -magnitude : magnitude) / 32_768;
}

const MU_LAW = Float32Array.from({ length: 256 }, (_, code) => muLaw(code));
const A_LAW = Float32Array.from({ length: 256 }, (_, code) => aLaw(code));

/** Decodes G.711 bytes (interleaved over `channels`) to one plane per channel, samples in [-1, 1]. */
export function decodeG711(
  law: "ulaw" | "alaw",
  bytes: Uint8Array,
  channels: number,
): Float32Array<ArrayBuffer>[] {
  const table = law === "ulaw" ? MU_LAW : A_LAW;
  const count = Math.floor(bytes.length / channels);
  return Array.from({ length: channels }, (_, channel) => {
    const plane = new Float32Array(count);
    for (let at = 0; at < count; at += 1) plane[at] = table[bytes[at * channels + channel] ?? 0] ?? 0;
    return plane;
  });
}
