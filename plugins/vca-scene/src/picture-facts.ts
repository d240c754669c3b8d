// What a picture is like, block by block: how bright, and how much of detail it holds. Pure.

export const BLOCK_COLUMNS = 16;
export const BLOCK_ROWS = 9;
export const BLOCKS = BLOCK_COLUMNS * BLOCK_ROWS;

export interface PictureFacts {
  /** Mean brightness, 0 to 255. */
  readonly brightness: number;
  /** Of each block: mean step from pixel to pixel, in levels. What is blurred or covered has little. */
  readonly detail: Float32Array;
  /** Of each block: mean brightness. */
  readonly means: Float32Array;
}

/** Looks at a picture. */
export function factsOf(luma: Uint8Array, width: number, height: number): PictureFacts {
  const detail = new Float32Array(BLOCKS);
  const means = new Float32Array(BLOCKS);
  const blockWidth = Math.floor(width / BLOCK_COLUMNS);
  const blockHeight = Math.floor(height / BLOCK_ROWS);
  let total = 0;
  for (let block = 0; block < BLOCKS; block += 1) {
    const left = (block % BLOCK_COLUMNS) * blockWidth;
    const top = Math.floor(block / BLOCK_COLUMNS) * blockHeight;
    let [steps, sum] = [0, 0];
    for (let y = top; y < top + blockHeight - 1; y += 1) {
      for (let x = left; x < left + blockWidth - 1; x += 1) {
        const at = y * width + x;
        const value = luma[at] as number;
        sum += value;
        steps += Math.abs(value - (luma[at + 1] as number)) + Math.abs(value - (luma[at + width] as number));
      }
    }
    const pixels = (blockWidth - 1) * (blockHeight - 1);
    detail[block] = steps / pixels / 2;
    means[block] = sum / pixels;
    total += sum / pixels;
  }
  return { brightness: total / BLOCKS, detail, means };
}
