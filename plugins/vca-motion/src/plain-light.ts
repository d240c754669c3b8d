// The part of the plain pixel kernel that says how light the cells are, and how well a change of light explains them. Cells with even numbers and those
// with odd ones are added up apart, as the other kernel does, so that both round alike.
import { FIT, FIT_NUMBERS } from "./kernel-layout.ts";
import { type KernelSlot, NEAR_LEVELS, ROUGH_LEVELS } from "./pixel-kernel.ts";

/** Means of light of each cell, by sums over every `step`th row; gives the sum of those that are seen. */
export function meanLight(buffer: ArrayBuffer, { base, layout }: KernelSlot, step: number): number {
  const { columns, rows, tops, columnWidths, offsets } = layout;
  const cells = columns * rows;
  const sums = new Uint32Array(buffer, base + offsets.sums, 2 * cells);
  const means = new Float32Array(buffer, base + offsets.means, 2 * cells);
  const totals = [0, 0];
  for (let cell = 0; cell < cells; cell += 1) {
    const row = Math.floor(cell / columns);
    const looked = Math.ceil(((tops[row + 1] as number) - (tops[row] as number)) / step);
    const pixels = Math.max(1, (columnWidths[cell % columns] as number) * looked);
    const seen = (sums[cell] as number) / pixels;
    means[cell] = seen;
    means[cells + cell] = (sums[cells + cell] as number) / pixels;
    totals[cell & 1] = (totals[cell & 1] as number) + seen;
  }
  return (totals[0] as number) + (totals[1] as number);
}

/** By halves: the least ratio that more than half of the cells are at, rounded. Nothing is rounded before it is compared. */
export function medianRatio(buffer: ArrayBuffer, { base, layout }: KernelSlot, most: number): number {
  const cells = layout.columns * layout.rows;
  const means = new Float32Array(buffer, base + layout.offsets.means, 2 * cells);
  let low = 0;
  let high = most;
  while (low < high) {
    const middle = (low + high) >> 1;
    let below = 0;
    for (let cell = 0; cell < cells; cell += 1) {
      const isBelow =
        ((means[cells + cell] as number) + 1) * 256 < ((means[cell] as number) + 1) * (middle + 0.5);
      below += isBelow ? 1 : 0;
    }
    if (2 * below > cells) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Sums over the slot's means, for a gain and an offset. Cells that lie nearer count for more: a small drift is taken back too. */
export function fitLight(
  buffer: ArrayBuffer,
  { base, layout }: KernelSlot,
  gain: number,
  offset: number,
): void {
  const cells = layout.columns * layout.rows;
  const at = base + layout.offsets.means;
  const seen = new Float32Array(buffer, at, cells);
  const known = new Float32Array(buffer, at + 4 * cells, cells);
  const sums = new Float64Array(buffer, at + 8 * cells, FIT_NUMBERS);
  const even = sumsOf(seen, known, gain, offset, 0);
  const odd = sumsOf(seen, known, gain, offset, 1);
  sums[FIT.fit] = (even.near + odd.near - (even.off + odd.off) / NEAR_LEVELS / 2) / cells;
  sums[FIT.count] = even.count + odd.count;
  sums[FIT.sx] = even.sx + odd.sx;
  sums[FIT.sy] = even.sy + odd.sy;
  sums[FIT.sxx] = even.sxx + odd.sxx;
  sums[FIT.sxy] = even.sxy + odd.sxy;
}

function sumsOf(seen: Float32Array, known: Float32Array, gain: number, offset: number, first: 0 | 1) {
  const sums = { near: 0, off: 0, count: 0, sx: 0, sy: 0, sxx: 0, sxy: 0 };
  for (let cell = first; cell < seen.length; cell += 2) {
    const x = seen[cell] as number;
    const y = known[cell] as number;
    const apart = Math.abs(x * gain + offset - y);
    if (apart < NEAR_LEVELS) sums.near += 1;
    sums.off += Math.min(apart, NEAR_LEVELS);
    if (apart >= ROUGH_LEVELS) continue;
    sums.count += 1;
    sums.sx += x;
    sums.sy += y;
    sums.sxx += x * x;
    sums.sxy += x * y;
  }
  return sums;
}
