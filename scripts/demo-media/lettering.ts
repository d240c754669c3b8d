// Writes the frame number into the picture, for people (digits) and for machines (the row of cells that
// core/testing/frame-counter.ts reads), on a black strip along the lower edge.
import {
  COUNTER_BOTTOM_CELLS,
  COUNTER_GRID,
  COUNTER_LEFT_CELLS,
  frameCounterCells,
} from "../../core/testing/frame-counter.ts";
import { DRAWING_HEIGHT, DRAWING_WIDTH, type Raster } from "./raster.ts";

/** Rows of five bits. */
const GLYPHS: Readonly<Record<string, readonly number[]>> = {
  "0": [14, 17, 19, 21, 25, 17, 14],
  "1": [4, 12, 4, 4, 4, 4, 14],
  "2": [14, 17, 1, 2, 4, 8, 31],
  "3": [31, 2, 4, 2, 1, 17, 14],
  "4": [2, 6, 10, 18, 31, 2, 2],
  "5": [31, 16, 30, 1, 1, 17, 14],
  "6": [6, 8, 16, 30, 17, 17, 14],
  "7": [31, 1, 2, 4, 8, 8, 8],
  "8": [14, 17, 17, 14, 17, 17, 14],
  "9": [14, 17, 17, 15, 1, 2, 12],
  A: [14, 17, 17, 31, 17, 17, 17],
  D: [28, 18, 17, 17, 17, 18, 28],
  E: [31, 16, 16, 30, 16, 16, 31],
  F: [31, 16, 16, 30, 16, 16, 16],
  M: [17, 27, 21, 21, 17, 17, 17],
  O: [14, 17, 17, 17, 17, 17, 14],
  R: [30, 17, 17, 30, 20, 18, 17],
  Y: [17, 17, 10, 4, 4, 4, 4],
};

const CELL_WIDTH = DRAWING_WIDTH / COUNTER_GRID.columns;
const CELL_HEIGHT = DRAWING_HEIGHT / COUNTER_GRID.rows;
const STRIP_CELLS = COUNTER_BOTTOM_CELLS * 2 + 1;

/** Draws the strip with a frame's number. */
export function drawCounter(picture: Raster, frameNumber: number): void {
  const top = DRAWING_HEIGHT - STRIP_CELLS * CELL_HEIGHT;
  picture.rectangle(0, top, DRAWING_WIDTH, STRIP_CELLS * CELL_HEIGHT, [8, 8, 10]);
  const cellTop = DRAWING_HEIGHT - (COUNTER_BOTTOM_CELLS + 1) * CELL_HEIGHT;
  frameCounterCells(frameNumber).forEach((white, cell) => {
    if (!white) return;
    picture.rectangle(
      (COUNTER_LEFT_CELLS + cell) * CELL_WIDTH,
      cellTop,
      CELL_WIDTH,
      CELL_HEIGHT,
      [240, 240, 240],
    );
  });
  const text = `FRAME ${String(frameNumber).padStart(5, "0")}`;
  write(picture, text, DRAWING_WIDTH - 20 - text.length * 18, top + 5, 3);
  write(picture, "DEMO YARD", 36 * CELL_WIDTH, top + 5, 3);
}

function write(picture: Raster, text: string, x: number, y: number, dot: number): void {
  [...text].forEach((letter, index) => {
    (GLYPHS[letter] ?? []).forEach((bits, row) => {
      for (let column = 0; column < 5; column += 1) {
        if (((bits >> (4 - column)) & 1) === 0) continue;
        picture.rectangle(x + (index * 6 + column) * dot, y + row * dot, dot, dot, [222, 222, 216]);
      }
    });
  });
}
