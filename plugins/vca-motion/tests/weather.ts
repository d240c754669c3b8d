// Weather over pictures, for tests: hard shadows that move across, and rain. The same for the same moment.

interface Size {
  readonly width: number;
  readonly height: number;
}
/** A picture of a size as it is at a moment in that weather; the one that is given stays what it is. */
export type Weather = (luma: Uint8Array, size: Size, atMs: number) => Uint8Array;

/** A shadow with hard edges that crosses from the left: `factor` of the light is left in it. */
export function shadow(shape: {
  readonly widthPixels: number;
  readonly heightPixels: number;
  readonly factor: number;
  readonly pixelsPerSecond: number;
  readonly fromMs: number;
}): Weather {
  const { widthPixels, heightPixels, factor, pixelsPerSecond, fromMs } = shape;
  return (luma, { width, height }, atMs) => {
    const right = ((atMs - fromMs) / 1_000) * pixelsPerSecond;
    const top = Math.max(0, Math.round((height - heightPixels) / 2));
    const shaded = luma.slice();
    for (let y = top; y < Math.min(height, top + heightPixels); y += 1) {
      for (let x = 0; x < width; x += 1) {
        // It leans, as shadows do.
        const along = right - (x + (y - top) * 0.3);
        const at = y * width + x;
        if (along >= 0 && along < widthPixels) shaded[at] = Math.round((luma[at] as number) * factor);
      }
    }
    return shaded;
  };
}

/** Drops that are somewhere else in each picture. */
export function rain(shape: {
  readonly drops: number;
  readonly lengthPixels: number;
  readonly brighter: number;
  readonly fromMs: number;
}): Weather {
  const { drops, lengthPixels, brighter, fromMs } = shape;
  return (luma, { width, height }, atMs) => {
    if (atMs < fromMs) return luma;
    const wet = luma.slice();
    let seed = (atMs * 2_246_822_519) >>> 0 || 1;
    const next = (most: number): number => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((seed / 0x1_0000_0000) * most);
    };
    for (let drop = 0; drop < drops; drop += 1) {
      const [x, top] = [next(width), next(height - lengthPixels)];
      const length = Math.ceil(lengthPixels / 2) + next(Math.ceil(lengthPixels / 2));
      for (let y = top; y < top + length; y += 1)
        wet[y * width + x] = Math.min(255, (wet[y * width + x] ?? 0) + brighter);
    }
    return wet;
  };
}
