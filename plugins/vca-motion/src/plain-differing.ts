// The part of the plain pixel kernel that sums up the pixels that differ in some cells: whoever asks whether they are light or
// rain (weather.ts) needs no more of them.
import { CHOSEN_AT, DIFFERING, HOT_BYTES, NOISE_AT } from "./kernel-layout.ts";
import { type KernelSlot, type PictureIndex, THICK_PIXELS } from "./pixel-kernel.ts";

/** Sums up every `step`th row of the slot's chosen cells. */
export function sumDiffering(
  buffer: ArrayBuffer,
  { base, layout }: KernelSlot,
  picture: PictureIndex,
  threshold: number,
  step: number,
): void {
  const { width, height, columns, rows, tops, offsets, stripLefts, stripColumns, stripWidths } = layout;
  const luma = new Uint8Array(buffer, base + offsets.pictures[picture], width * height);
  const hot = new Uint8Array(buffer, base + offsets.hot, layout.steps * HOT_BYTES);
  const sums = new Float64Array(buffer, base + offsets.differing, CHOSEN_AT / 8).fill(0);
  const chosen = new Uint32Array(buffer, base + offsets.differing + CHOSEN_AT, rows);
  for (let cell = 0; cell < columns * rows; cell += 1) {
    const row = Math.floor(cell / columns);
    const column = cell % columns;
    if ((((chosen[row] as number) >>> column) & 1) === 0) continue;
    const top = tops[row] as number;
    const bottom = tops[row + 1] as number;
    for (let strip = stripColumns.indexOf(column); stripColumns[strip] === column; strip += 1) {
      const block = top * stripLefts.length + strip * (bottom - top);
      for (let y = top; y < bottom; y += step) {
        const from = y * width + (stripLefts[strip] as number);
        addRow(sums, luma, from, hot, (block + y - top) * HOT_BYTES, stripWidths[strip] as number, threshold);
      }
    }
  }
}

/** A row of one strip, in which at most sixteen pixels stand beside each other. Counted in variables of its own: it is the inner loop. */
function addRow(
  sums: Float64Array,
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
  const add = (which: number, value: number): void => {
    sums[which] = (sums[which] as number) + value;
  };
  add(DIFFERING.pixels, pixels);
  add(DIFFERING.seen, sum);
  add(DIFFERING.seenSeen, seenSeen);
  add(DIFFERING.seenKnown, seenKnown);
  add(DIFFERING.knownKnown, knownKnown);
  add(DIFFERING.brighter, brighter);
  add(DIFFERING.thick, thick);
}
