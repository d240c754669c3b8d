// Pictures for tests: a textured scene with the noise of a sensor, under any light, with a box that crosses it. The same for
// the same moment: a noise that can be repeated.

interface Size {
  readonly width: number;
  readonly height: number;
}

interface Scene {
  /** Levels of noise, from end to end. */
  readonly noise?: number;
  /** Brightness by moment: gain and offset. */
  readonly light?: (atMs: number) => { readonly gain: number; readonly offset: number };
  /** When a box begins to cross, and how long it takes. */
  readonly fromMs?: number;
  readonly lastsMs?: number;
  /** Share of the picture's height that it takes. */
  readonly boxHeight?: number;
}

/** A scene in which nothing moves but noise. */
export function still({ width, height }: Size, atMs: number): Uint8Array {
  return picture({ width, height }, atMs, {});
}

/** A scene with a box that crosses it. */
export function box(scene: Scene): (size: Size, atMs: number) => Uint8Array {
  return (size, atMs) => picture(size, atMs, scene);
}

/** One picture. */
export function picture({ width, height }: Size, atMs: number, scene: Scene): Uint8Array {
  const {
    noise = 10,
    light = () => ({ gain: 1, offset: 0 }),
    fromMs,
    lastsMs = 4_000,
    boxHeight = 0.3,
  } = scene;
  const { gain, offset } = light(atMs);
  const luma = new Uint8Array(width * height);
  const along = fromMs === undefined ? -1 : (atMs - fromMs) / lastsMs;
  const boxRows = Math.round(height * boxHeight);
  const boxColumns = Math.round(boxRows * 0.8);
  const left = Math.round(along * (width + boxColumns) - boxColumns);
  const top = Math.round((height - boxRows) / 2);
  const isThere = along >= 0 && along <= 1;
  const scenery = [0, 1].map((row) => sceneryOf(width, row));
  let seed = (atMs * 2_654_435_761) >>> 0 || 1;
  for (let y = 0; y < height; y += 1) {
    const row = scenery[(y >> 4) % 2] as Float64Array;
    const isBoxRow = isThere && y >= top && y < top + boxRows;
    for (let x = 0; x < width; x += 1) {
      // Xorshift: quick, and the same everywhere.
      seed ^= seed << 13;
      seed ^= seed >>> 17;
      seed ^= seed << 5;
      const isBox = isBoxRow && x >= left && x < left + boxColumns;
      const shine = isBox ? 205 + (x % 7) : (row[x] as number);
      const grain = ((seed >>> 8) / 0x100_0000 - 0.5) * noise;
      const level = shine * gain + offset + grain;
      luma[y * width + x] = level <= 0 ? 0 : level >= 255 ? 255 : Math.round(level);
    }
  }
  return luma;
}

/** A row of the scene in even light: brighter to the right, in squares that change with every sixteenth row. */
function sceneryOf(width: number, square: number): Float64Array {
  return Float64Array.from(
    { length: width },
    (_, x) => 60 + (x * 100) / width + (((x >> 4) + square) % 2) * 25,
  );
}
