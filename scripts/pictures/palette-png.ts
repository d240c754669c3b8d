// Writes a picture of few colours as a PNG with a palette (W3C PNG, third edition, §11.2): a third of the size of one
// with a colour for each pixel. Colours beyond the most frequent 256 become the nearest of those.
import { crc32, deflateSync } from "node:zlib";

const SIGNATURE = Buffer.from("89504e470d0a1a0a", "hex");
const MOST_COLOURS = 256;
const DEPTH_BITS = 8;
const TYPE_PALETTE = 3;

/** `rgba`: rows of pixels, four bytes each, from the top. */
export function palettePng(rgba: Uint8Array, width: number, height: number): Buffer {
  // A copy, as the bytes may begin anywhere in their memory.
  const pixels = new Uint32Array(Uint8Array.from(rgba).buffer);
  const counts = new Map<number, number>();
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
  const palette = [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, MOST_COLOURS)
    .map(([colour]) => channels(colour));
  const indexOf = new Map([...counts.keys()].map((colour) => [colour, nearest(palette, channels(colour))]));
  // Each row begins with its filter: none, which suits a palette.
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1)
      rows[y * (width + 1) + 1 + x] = indexOf.get(pixels[y * width + x] ?? 0) ?? 0;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = DEPTH_BITS;
  header[9] = TYPE_PALETTE;
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", header),
    chunk("PLTE", Buffer.from(palette.flatMap((colour) => colour.slice(0, 3)))),
    chunk("tRNS", Buffer.from(palette.map((colour) => colour[3] ?? 0))),
    chunk("IDAT", deflateSync(rows, { level: 9, memLevel: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** Red, green, blue and opacity of a pixel as it lies in memory. */
function channels(pixel: number): readonly number[] {
  return [...new Uint8Array(Uint32Array.of(pixel).buffer)];
}

function nearest(palette: readonly (readonly number[])[], colour: readonly number[]): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (const [index, one] of palette.entries()) {
    const distance = one.reduce((sum, value, at) => sum + (value - (colour[at] ?? 0)) ** 2, 0);
    if (distance < least) [best, least] = [index, distance];
  }
  return best;
}

function chunk(name: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, "latin1"), content]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(content.length, 0);
  body.copy(whole, 4);
  whole.writeUInt32BE(crc32(body), body.length + 4);
  return whole;
}
