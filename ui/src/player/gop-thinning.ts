// Backwards play shows whole groups of pictures in reverse, so all pictures of a group are held decoded for a moment.
// This decides which of them to keep when they would need too much memory. Pure.

/** Bytes that one group's decoded pictures may take. */
export const GOP_BUDGET_BYTES = 192 * 1024 * 1024;

/**
 * Keep every n-th picture of a group of `count` pictures of `width` × `height` (4 bytes a pixel), so that it fits.
 */
export function keepEvery(
  count: number,
  width: number,
  height: number,
  budgetBytes: number = GOP_BUDGET_BYTES,
): number {
  const fits = Math.max(1, Math.floor(budgetBytes / Math.max(1, width * height * 4)));
  return Math.max(1, Math.ceil(count / fits));
}
