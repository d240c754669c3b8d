// Finds how the light of the whole picture has changed against the background: by a gain and an offset that fit the means of
// most cells. What the camera's exposure does to the picture is no motion. Pure.

/** A picture's cell is to be multiplied and shifted so, to be compared with the background. */
export interface LightChange {
  readonly gain: number;
  readonly offset: number;
  /** Share of the cells that it explains. */
  readonly fit: number;
}

/** Cells nearer than so many levels are explained. */
const NEAR = 8;
const ROUNDS = 4;
const LEAST_GAIN = 0.4;
const MOST_GAIN = 2.5;

/** The change that explains most cells. Both lists are as long; cells that `counts` leaves out have no say. */
export function lightChange(
  seen: Float32Array,
  known: Float32Array,
  counts: (cell: number) => boolean,
): LightChange {
  const cells = [...seen.keys()].filter((cell) => counts(cell));
  if (cells.length < 4) return { gain: 1, offset: 0, fit: 1 };
  const same = score(seen, known, cells, 1, 0);
  const ratios = cells.map((cell) => ((known[cell] as number) + 1) / ((seen[cell] as number) + 1));
  let best = { gain: 1, offset: 0, fit: same };
  let [gain, offset] = [clamp(median(ratios)), 0];
  for (let round = 0; round < ROUNDS; round += 1) {
    const fit = score(seen, known, cells, gain, offset);
    // Without need nothing is turned: a change must explain clearly more.
    if (fit > best.fit + 0.02) best = { gain, offset, fit };
    const near = cells.filter(
      (cell) => Math.abs((seen[cell] as number) * gain + offset - (known[cell] as number)) < NEAR * 2,
    );
    if (near.length < Math.max(4, cells.length / 5)) break;
    [gain, offset] = line(seen, known, near);
  }
  const fit = score(seen, known, cells, gain, offset);
  if (fit > best.fit + 0.02) best = { gain, offset, fit };
  return best;
}

function score(
  seen: Float32Array,
  known: Float32Array,
  cells: readonly number[],
  gain: number,
  offset: number,
): number {
  let near = 0;
  let off = 0;
  for (const cell of cells) {
    const distance = Math.abs((seen[cell] as number) * gain + offset - (known[cell] as number));
    if (distance < NEAR) near += 1;
    off += Math.min(distance, NEAR);
  }
  // Cells that lie nearer count for more: a small drift is taken back too.
  return (near - off / NEAR / 2) / cells.length;
}

/** Least squares. */
function line(seen: Float32Array, known: Float32Array, cells: readonly number[]): [number, number] {
  let [sx, sy, sxx, sxy] = [0, 0, 0, 0];
  for (const cell of cells) {
    const [x, y] = [seen[cell] as number, known[cell] as number];
    sx += x;
    sy += y;
    sxx += x * x;
    sxy += x * y;
  }
  const count = cells.length;
  const spread = count * sxx - sx * sx;
  if (spread < 1) return [1, (sy - sx) / count];
  const gain = clamp((count * sxy - sx * sy) / spread);
  return [gain, (sy - gain * sx) / count];
}

function clamp(gain: number): number {
  return Math.min(MOST_GAIN, Math.max(LEAST_GAIN, gain));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[sorted.length >> 1] ?? 1;
}
