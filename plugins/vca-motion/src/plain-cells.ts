// The part of the plain pixel kernel that says of each cell whether enough of its pixels differ, and whether enough move.
import type { KernelSlot } from "./pixel-kernel.ts";

/** Writes a bit for each cell, and gives in how many enough differs. */
export function judge(
  buffer: ArrayBuffer,
  { base, layout }: KernelSlot,
  share: number,
  movingShare: number,
): number {
  const { columns, rows, offsets, pixels } = layout;
  const cells = columns * rows;
  const sums = new Uint32Array(buffer, base + offsets.sums, 4 * cells);
  const cellRows = new Uint32Array(buffer, base + offsets.cellRows, 2 * rows).fill(0);
  let active = 0;
  for (let cell = 0; cell < cells; cell += 1) {
    const count = pixels[cell] as number;
    if (count === 0) continue;
    const row = Math.floor(cell / columns);
    const bit = 1 << (cell % columns);
    if ((sums[2 * cells + cell] as number) >= share * count) {
      cellRows[row] = (cellRows[row] as number) | bit;
      active += 1;
    }
    if ((sums[3 * cells + cell] as number) >= movingShare * count)
      cellRows[rows + row] = (cellRows[rows + row] as number) | bit;
  }
  return active;
}
