import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  COUNTER_BOTTOM_CELLS,
  COUNTER_GRID,
  COUNTER_LEFT_CELLS,
  counterTop,
  frameCounterCells,
  readFrameCounter,
} from "../../../core/testing/frame-counter.ts";

/** A grey picture with a counter, as RGBA. */
function picture(
  frameNumber: number,
  width: number,
  height: number,
  white = 235,
  black = 16,
): Uint8ClampedArray {
  const rgba = new Uint8ClampedArray(width * height * 4).fill(128);
  const cellWidth = width / COUNTER_GRID.columns;
  const cellHeight = height / COUNTER_GRID.rows;
  frameCounterCells(frameNumber).forEach((set, cell) => {
    const fromX = Math.round((COUNTER_LEFT_CELLS + cell) * cellWidth);
    const toX = Math.round((COUNTER_LEFT_CELLS + cell + 1) * cellWidth);
    const fromY = Math.round(height - (COUNTER_BOTTOM_CELLS + 1) * cellHeight);
    const toY = Math.round(height - COUNTER_BOTTOM_CELLS * cellHeight);
    for (let y = fromY; y < toY; y += 1)
      for (let x = fromX; x < toX; x += 1)
        rgba.fill(set ? white : black, (y * width + x) * 4, (y * width + x) * 4 + 3);
  });
  return rgba;
}

describe("burnt-in frame counter", () => {
  for (const [width, height] of [
    [1280, 720],
    [640, 360],
    [426, 240],
    [333, 187],
    [240, 135],
  ] as const) {
    it(`is read back at ${width} × ${height}`, () => {
      for (const frameNumber of [0, 1, 2, 959, 0x555555, 0xaaaaaa, 0xffffff])
        assert.equal(readFrameCounter(picture(frameNumber, width, height), width, height), frameNumber);
    });
  }

  it("is read back when the picture is pale", () => {
    assert.equal(readFrameCounter(picture(4242, 640, 360, 170, 80), 640, 360), 4242);
  });

  it("is read back from the picture's lowest rows alone, if they are all there", () => {
    const [width, height] = [1280, 720];
    const top = counterTop(height);
    const rows = picture(77_777, width, height).subarray(top * width * 4);
    assert.equal(readFrameCounter(rows, width, height, top), 77_777);
    assert.equal(readFrameCounter(rows.subarray(width * 4), width, height, top), undefined);
    assert.equal(readFrameCounter(rows, width, height, top + 1), undefined);
  });

  it("is not read from a picture without one", () => {
    assert.equal(readFrameCounter(new Uint8ClampedArray(640 * 360 * 4).fill(90), 640, 360), undefined);
    const noise = Uint8ClampedArray.from(
      { length: 640 * 360 * 4 },
      (_, index) => (index * 2_654_435_761) >>> 24,
    );
    assert.equal(readFrameCounter(noise, 640, 360), undefined);
  });

  it("is not read wrongly when any one cell is damaged", () => {
    for (let cell = 0; cell < 32; cell += 1) {
      const rgba = picture(123_456, 640, 360);
      const set = frameCounterCells(123_456)[cell];
      for (let y = 344; y < 360; y += 1)
        for (let x = (1 + cell) * 8; x < (2 + cell) * 8; x += 1)
          rgba.fill(set ? 16 : 235, (y * 640 + x) * 4, (y * 640 + x) * 4 + 3);
      assert.equal(readFrameCounter(rgba, 640, 360), undefined, `cell ${cell}`);
    }
  });

  it("answers nothing for pixels that are too few", () => {
    assert.equal(readFrameCounter(new Uint8ClampedArray(16), 640, 360), undefined);
    assert.equal(readFrameCounter(new Uint8ClampedArray(40 * 20 * 4), 40, 20), undefined);
  });
});
