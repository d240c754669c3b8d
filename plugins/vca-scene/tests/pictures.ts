// Pictures for tests: a scene with detail and noise, and what hands, paint and the night make of it.

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Pixels around one that paint makes one of with it, to each side. */
const PAINT = 6;
/** Scenes that were made, by their moments: what is shown after them is tried again and again. */
const made = new Map<string, Uint8Array>();

/** A scene full of detail. Nobody changes what this answers. */
export function scene(size: Size, atMs: number): Uint8Array {
  const key = `${size.width} ${size.height} ${atMs}`;
  const known = made.get(key) ?? newScene(size, atMs);
  made.set(key, known);
  return known;
}

function newScene({ width, height }: Size, atMs: number): Uint8Array {
  const luma = new Uint8Array(width * height);
  const noise = noiseOf(atMs);
  const columns = Float64Array.from({ length: width }, (_, x) => 90 + 40 * Math.sin(x / 1.5));
  for (let y = 0; y < height; y += 1) {
    const row = 30 * Math.cos(y / 2);
    for (let x = 0; x < width; x += 1) {
      const pattern = (columns[x] as number) + row + (((x >> 2) + (y >> 2)) % 2) * 20;
      luma[y * width + x] = Math.min(255, Math.max(0, Math.round(pattern + noise() * 6)));
    }
  }
  return luma;
}

/** A hand before the lens: nearly one brightness, and noise. */
export function covered({ width, height }: Size, atMs: number): Uint8Array {
  const noise = noiseOf(atMs);
  return new Uint8Array(width * height).map(() => Math.round(45 + noise() * 3));
}

/** No light at all. */
export function dark({ width, height }: Size, atMs: number): Uint8Array {
  const noise = noiseOf(atMs);
  return new Uint8Array(width * height).map(() => Math.round(5 + noise() * 3));
}

/** The left `share` of the scene blurred, as by paint. */
export function sprayed(size: Size, atMs: number, share: number): Uint8Array {
  const sharp = scene(size, atMs);
  const { width, height } = size;
  const luma = sharp.slice();
  const end = Math.min(width - PAINT, width * share);
  const edge = 2 * PAINT + 1;
  // Sums of as many pixels of each column as paint takes: each row adds one, and takes one away.
  const sums = new Uint32Array(width);
  const pixel = (x: number, y: number): number => (y < 0 ? 0 : (sharp[y * width + x] as number));
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) sums[x] = (sums[x] as number) + pixel(x, y) - pixel(x, y - edge);
    const middle = y - PAINT;
    if (middle < PAINT) continue;
    let sum = 0;
    for (let x = 0; x < end + PAINT; x += 1) {
      sum += (sums[x] as number) - (x < edge ? 0 : (sums[x - edge] as number));
      const at = x - PAINT;
      if (at >= PAINT && at < end) luma[middle * width + at] = Math.round(sum / edge ** 2);
    }
  }
  return luma;
}

function noiseOf(atMs: number): () => number {
  let seed = (atMs * 2_654_435_761) >>> 0 || 1;
  return () => {
    seed ^= seed << 13;
    seed ^= seed >>> 17;
    seed ^= seed << 5;
    return (seed >>> 8) / 0x100_0000 - 0.5;
  };
}
