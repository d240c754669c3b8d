// What differs from the background without being anything: light that falls differently on a part of the picture (the hard shadow
// of a cloud or a pole, a sunbeam), under which the background still shows, times a gain; and rain, which is thin and bright.
// Looked at in cells that differ alone, so that it costs nothing while nothing does; the pixels are summed up by the kernel.
import { ROWS } from "./grid.ts";
import { DIFFERING } from "./kernel-layout.ts";
import type { CameraPictures } from "./picture-store.ts";
import type { PictureIndex } from "./pixel-kernel.ts";

/** Every so manieth row is enough: of areas of up to so many cells, the smallest first. */
const ROW_STEPS = [
  [8, 2],
  [40, 4],
  [Number.POSITIVE_INFINITY, 6],
] as const;
/** Fewer pixels tell nothing. */
const LEAST_PIXELS = 20;
/** Drops are thin, so few of their pixels are thick, and brighter than what is behind them. */
const DROP_THICK_SHARE = 0.3;
const DROP_BRIGHTER_SHARE = 0.8;
/** Gains that light alone makes, and the share of the picture's own variance that the background must explain. */
const LEAST_GAIN = 0.3;
const MOST_GAIN = 3;
const LEAST_EXPLAINED = 0.5;
/** Of less variance, which noise has too, nothing can be said. */
const LEAST_VARIANCE = 9;

/**
 * Whether what differs in an area of `count` cells is light or rain. `cells`: for each row of cells a bit for each column. `threshold`:
 * levels that a pixel must differ by, above its noise.
 */
export function isWeather(
  pictures: CameraPictures,
  picture: PictureIndex,
  threshold: number,
  cells: Int32Array,
  count: number,
): boolean {
  const [, step] = ROW_STEPS.find(([most]) => count <= most) ?? ROW_STEPS[0];
  const { chosen } = pictures;
  for (let row = 0; row < ROWS; row += 1) chosen[row] = cells[row] as number;
  pictures.kernel.sumDiffering(pictures.slot, picture, threshold, step);
  const sums = pictures.differing;
  return (sums[DIFFERING.pixels] as number) >= LEAST_PIXELS && (isRain(sums) || isLight(sums));
}

function isRain(sums: Float64Array): boolean {
  const pixels = sums[DIFFERING.pixels] as number;
  return (
    (sums[DIFFERING.thick] as number) < DROP_THICK_SHARE * pixels &&
    (sums[DIFFERING.brighter] as number) > DROP_BRIGHTER_SHARE * pixels
  );
}

/** Least squares of the picture over the background, through the origin: light has no offset. */
function isLight(sums: Float64Array): boolean {
  const pixels = sums[DIFFERING.pixels] as number;
  const seenSeen = sums[DIFFERING.seenSeen] as number;
  const seenKnown = sums[DIFFERING.seenKnown] as number;
  const gain = seenKnown / Math.max(1, sums[DIFFERING.knownKnown] as number);
  if (gain < LEAST_GAIN || gain > MOST_GAIN) return false;
  const variance = seenSeen / pixels - ((sums[DIFFERING.seen] as number) / pixels) ** 2;
  const left = (seenSeen - gain * seenKnown) / pixels;
  return variance >= LEAST_VARIANCE && left <= (1 - LEAST_EXPLAINED) * variance;
}
