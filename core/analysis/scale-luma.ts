// Makes a picture's brightness smaller, for detectors that ask for less than the largest. Each pixel is the mean of those that
// it covers; pure.

/** Scales `source` into `target`; neither side may be larger than that of the source. */
export function scaleLuma(
  source: Uint8Array,
  width: number,
  height: number,
  target: Uint8Array,
  targetWidth: number,
  targetHeight: number,
): void {
  for (let row = 0; row < targetHeight; row += 1) {
    const top = Math.floor((row * height) / targetHeight);
    const bottom = Math.max(top + 1, Math.floor(((row + 1) * height) / targetHeight));
    for (let column = 0; column < targetWidth; column += 1) {
      const left = Math.floor((column * width) / targetWidth);
      const right = Math.max(left + 1, Math.floor(((column + 1) * width) / targetWidth));
      let sum = 0;
      for (let y = top; y < bottom; y += 1)
        for (let x = left; x < right; x += 1) sum += source[y * width + x] as number;
      target[row * targetWidth + column] = Math.round(sum / ((bottom - top) * (right - left)));
    }
  }
}
