// What differs from the background without being anything: light that falls differently on a part of the picture (the hard shadow
// of a cloud or a pole, a sunbeam), under which the background still shows, times a gain; and rain, which is thin and bright.
// Looked at in cells that differ alone, so that it costs nothing while nothing does.
import { HOT_BYTES, type KernelLayout, NOISE_AT } from "./kernel-layout.ts";
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
/** So many beside each other are no drop; drops have few that are, and are brighter than what is behind them. */
const THICK_PIXELS = 5;
const DROP_THICK_SHARE = 0.3;
const DROP_BRIGHTER_SHARE = 0.8;
/** Gains that light alone makes, and the share of the picture's own variance that the background must explain. */
const LEAST_GAIN = 0.3;
const MOST_GAIN = 3;
const LEAST_EXPLAINED = 0.5;
/** Of less variance, which noise has too, nothing can be said. */
const LEAST_VARIANCE = 9;

/** What the pixels that differ add up to. */
class Sums {
  pixels = 0;
  seen = 0;
  seenSeen = 0;
  seenKnown = 0;
  knownKnown = 0;
  brighter = 0;
  thick = 0;

  clear(): void {
    this.pixels = 0;
    this.seen = 0;
    this.seenSeen = 0;
    this.seenKnown = 0;
    this.knownKnown = 0;
    this.brighter = 0;
    this.thick = 0;
  }
}

/** Used again for each area. */
const SUMS = new Sums();

/**
 * Whether what differs in an area is light or rain. `cells`: the numbers of its cells, the first `count` of a list. `threshold`: levels
 * that a pixel must differ by, above its noise.
 */
export function isWeather(
  pictures: CameraPictures,
  picture: PictureIndex,
  threshold: number,
  cells: Uint16Array,
  count: number,
): boolean {
  SUMS.clear();
  const [, step] = ROW_STEPS.find(([most]) => count <= most) ?? ROW_STEPS[0];
  const { luma, hot } = pictures.bytes(picture);
  const { layout } = pictures.slot;
  for (let index = 0; index < count; index += 1)
    addCell(luma, hot, layout, threshold, cells[index] as number, step);
  return SUMS.pixels >= LEAST_PIXELS && (isRain(SUMS) || isLight(SUMS));
}

function isRain({ pixels, thick, brighter }: Sums): boolean {
  return thick < DROP_THICK_SHARE * pixels && brighter > DROP_BRIGHTER_SHARE * pixels;
}

/** Least squares of the picture over the background, through the origin: light has no offset. */
function isLight({ pixels, seen, seenSeen, seenKnown, knownKnown }: Sums): boolean {
  const gain = seenKnown / Math.max(1, knownKnown);
  if (gain < LEAST_GAIN || gain > MOST_GAIN) return false;
  const variance = seenSeen / pixels - (seen / pixels) ** 2;
  const left = (seenSeen - gain * seenKnown) / pixels;
  return variance >= LEAST_VARIANCE && left <= (1 - LEAST_EXPLAINED) * variance;
}

function addCell(
  luma: Uint8Array,
  hot: Uint8Array,
  { width, columns, tops, stripLefts, stripColumns, stripWidths }: KernelLayout,
  threshold: number,
  cell: number,
  step: number,
): void {
  const row = Math.floor(cell / columns);
  const column = cell % columns;
  const top = tops[row] as number;
  const bottom = tops[row + 1] as number;
  for (let strip = stripColumns.indexOf(column); stripColumns[strip] === column; strip += 1) {
    const block = top * stripLefts.length + strip * (bottom - top);
    for (let y = top; y < bottom; y += step) {
      const from = y * width + (stripLefts[strip] as number);
      addRow(luma, from, hot, (block + y - top) * HOT_BYTES, stripWidths[strip] as number, threshold);
    }
  }
}

/** A row of one strip, in which at most sixteen pixels stand beside each other. Counted in variables of its own: it is the inner loop. */
function addRow(
  luma: Uint8Array,
  from: number,
  hot: Uint8Array,
  block: number,
  lanes: number,
  threshold: number,
): void {
  let pixels = 0;
  let sum = 0;
  let seenSeen = 0;
  let seenKnown = 0;
  let knownKnown = 0;
  let brighter = 0;
  let thick = 0;
  let run = 0;
  for (let lane = 0; lane < lanes; lane += 1) {
    const seen = luma[from + lane] as number;
    const known = hot[block + lane] as number;
    const off = seen - known;
    if (Math.abs(off) <= threshold + (hot[block + NOISE_AT + lane] as number)) {
      if (run >= THICK_PIXELS) thick += run;
      run = 0;
      continue;
    }
    run += 1;
    pixels += 1;
    sum += seen;
    seenSeen += seen * seen;
    seenKnown += seen * known;
    knownKnown += known * known;
    if (off > 0) brighter += 1;
  }
  if (pixels === 0) return;
  if (run >= THICK_PIXELS) thick += run;
  SUMS.pixels += pixels;
  SUMS.seen += sum;
  SUMS.seenSeen += seenSeen;
  SUMS.seenKnown += seenKnown;
  SUMS.knownKnown += knownKnown;
  SUMS.brighter += brighter;
  SUMS.thick += thick;
}
