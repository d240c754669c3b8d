// Pictures for tests: a scene with detail and noise, and what hands, paint and the night make of it.

interface Size {
  readonly width: number;
  readonly height: number;
}

/** A scene full of detail. */
export function scene({ width, height }: Size, atMs: number): Uint8Array {
  const luma = new Uint8Array(width * height);
  const noise = noiseOf(atMs);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const pattern = 90 + 40 * Math.sin(x / 1.5) + 30 * Math.cos(y / 2) + (((x >> 2) + (y >> 2)) % 2) * 20;
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
  for (let y = 6; y < height - 6; y += 1) {
    for (let x = 6; x < Math.min(width - 6, width * share); x += 1) {
      let sum = 0;
      for (let dy = -6; dy <= 6; dy += 1)
        for (let dx = -6; dx <= 6; dx += 1) sum += sharp[(y + dy) * width + x + dx] as number;
      luma[y * width + x] = Math.round(sum / 169);
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
