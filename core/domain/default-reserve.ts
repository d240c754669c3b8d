// How much of a disk stays free where its owner has said nothing of it. Pure.

const GIB = 1024 ** 3;

/**
 * What stays free by default: the larger of 10 GiB and 5 % of the disk, but on a small disk a quarter of it at
 * most, where 10 GiB would leave no room to record.
 */
export function defaultReserveBytes(totalBytes: number | undefined): number {
  if (totalBytes === undefined) return 10 * GIB;
  return Math.floor(Math.min(Math.max(10 * GIB, totalBytes * 0.05), totalBytes / 4));
}
