// Both pixel kernels come to the same bits: over pictures at random and pictures of scenes, sizes of all kinds, and settings of
// all kinds. And the memory that they work on is given out, taken back and bounded.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CELLS, COLUMNS, ROWS } from "../src/grid.ts";
import { COLD_BYTES, HOT_BYTES, kernelLayout, LANES } from "../src/kernel-layout.ts";
import { PictureStore } from "../src/picture-store.ts";
import type { PictureIndex, PixelKernel, PixelParameters } from "../src/pixel-kernel.ts";
import { plainKernel } from "../src/plain-kernel.ts";
import { simdKernel } from "../src/simd-kernel.ts";
import { picture } from "./pictures.ts";

/** Numbers at random, the same each time. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

function simd(): PixelKernel {
  const kernel = simdKernel();
  assert.ok(kernel !== undefined, "this processor has SIMD");
  return kernel;
}

/** What a slot holds from its tables on: the head differs by what only one of the kernels reads. */
function contents({ kernel, slot }: ReturnType<PictureStore["take"]>): Buffer {
  return Buffer.from(
    kernel.buffer,
    slot.base + slot.layout.offsets.tops,
    slot.layout.sizeBytes - slot.layout.offsets.tops,
  );
}

/** Does the same with both, and compares all that is stored after each picture. */
function compare(
  { width, height }: { width: number; height: number },
  pictures: readonly Uint8Array[],
  settings: (count: number) => {
    parameters: PixelParameters;
    step: number;
    gain8192: number;
    offset16: number;
  },
): void {
  const both = [simd(), plainKernel()].map((kernel) => new PictureStore(kernel, width, height).take());
  for (const [count, luma] of pictures.entries()) {
    const index = (count & 1) as PictureIndex;
    const share = (count % 5) / 5;
    const found: number[] = [];
    const { parameters, step, gain8192, offset16 } = settings(count);
    for (const one of both) {
      one.put(index, luma);
      if (count === 0) one.begin(index);
      found.push(one.kernel.sumLight(one.slot, index, step), one.kernel.medianRatio(one.slot, 640));
      one.kernel.fitLight(one.slot, gain8192 / 8_192, offset16 / 16);
      if (gain8192 !== 8_192 || offset16 !== 0) one.kernel.adjust(one.slot, index, gain8192, offset16);
      one.kernel.look(one.slot, index, parameters);
      found.push(one.kernel.judge(one.slot, share, share / 3));
      // Some cells, of all of the picture.
      for (let cell = 0; cell < CELLS; cell += count + 1) {
        const row = Math.floor(cell / COLUMNS);
        one.chosen[row] = (one.chosen[row] as number) | (1 << (cell % COLUMNS));
      }
      one.kernel.sumDiffering(one.slot, index, parameters.threshold, step);
      one.chosen.fill(0);
    }
    assert.deepEqual(found.slice(3), found.slice(0, 3), "what they answer");
    const [left, right] = both.map(contents) as [Buffer, Buffer];
    assert.ok(left.equals(right), `${width} × ${height}, picture ${count}: ${JSON.stringify(parameters)}`);
  }
}

function anyParameters(random: (below: number) => number): PixelParameters {
  const turns = 2 ** random(5);
  const [learnWeight, noiseWeight] = [random(128), random(128)];
  return {
    threshold: random(3) === 0 ? random(256) : random(40),
    stillLevels: random(3) === 0 ? random(256) : random(12),
    absorbAfter: 1 + random(random(2) === 0 ? 4 : 255),
    ...{ turns, turn: random(turns), learnWeight, noiseWeight },
    faintWeight: random(learnWeight + 1),
    slowNoiseWeight: random(noiseWeight + 1),
  };
}

describe("both pixel kernels", () => {
  const sizes = [
    [320, 180],
    [352, 198],
    [333, 187],
    [640, 61],
    [23, 400],
    [22, 18],
    [17, 5],
    [1, 1],
  ] as const;
  for (const [width, height] of sizes) {
    it(`come to the same at ${width} × ${height}, whatever the pictures and the settings`, () => {
      const random = randomFrom(width * 7_919 + height);
      const base = Uint8Array.from({ length: width * height }, () => random(256));
      // Each a little off the one before, so that all that pixels can do happens; now and then another one.
      const pictures = Array.from({ length: 10 }, (_, count) =>
        base.map((value) => (count % 4 === 3 ? random(256) : value + random(17) - 8)),
      );
      compare({ width, height }, pictures, () => ({
        parameters: anyParameters(random),
        step: 1 + random(4),
        gain8192: random(2) === 0 ? 8_192 : 3_277 + random(17_203),
        offset16: random(2) === 0 ? 0 : random(16_384) - 8_192,
      }));
    });
  }

  it("come to the same at the ends of all settings, on black and on white", () => {
    const size = { width: 45, height: 37 };
    const ends = [0, 255];
    const pictures = Array.from({ length: 16 }, (_, count) =>
      new Uint8Array(45 * 37).fill(ends[(count >> 1) & 1] as number),
    );
    const of = (low: number, high: number, bit: boolean): number => (bit ? high : low);
    compare(size, pictures, (count) => ({
      parameters: {
        threshold: of(0, 255, (count & 1) === 1),
        stillLevels: of(0, 255, (count & 2) === 2),
        absorbAfter: of(1, 255, (count & 4) === 4),
        ...{ turns: 1, turn: 0 },
        learnWeight: of(0, 127, (count & 8) === 8),
        noiseWeight: of(0, 127, (count & 4) === 4),
        faintWeight: 0,
        slowNoiseWeight: 0,
      },
      ...{
        step: 1,
        gain8192: of(3_277, 20_480, count % 3 === 0),
        offset16: of(-8_192, 8_192, count % 5 === 0),
      },
    }));
  });

  it("come to the same over a scene in which something moves", () => {
    const size = { width: 320, height: 180 };
    const scene = { fromMs: 2_000, lastsMs: 4_000 };
    const pictures = Array.from({ length: 30 }, (_, count) => picture(size, 200 * count, scene));
    const learning = { learnWeight: 16, faintWeight: 8, noiseWeight: 16, slowNoiseWeight: 1 };
    compare(size, pictures, (count) => ({
      parameters: { threshold: 15, stillLevels: 9, absorbAfter: 3, turns: 4, turn: count % 4, ...learning },
      ...{ step: 3, gain8192: 8_192, offset16: 0 },
    }));
  });
});

describe("each pixel kernel", () => {
  it("counts what differs, by cells, and nothing twice", () => {
    for (const kernel of [simd(), plainKernel()]) {
      const pictures = new PictureStore(kernel, 320, 180).take();
      const parameters = { threshold: 10, stillLevels: 9, absorbAfter: 255, turns: 4, turn: 0 };
      const learning = { learnWeight: 16, faintWeight: 8, noiseWeight: 16, slowNoiseWeight: 1 };
      const luma = new Uint8Array(320 * 180).fill(100);
      pictures.put(0, luma);
      pictures.begin(0);
      // A box of 100 × 50 pixels, wherever the cells' borders run through it.
      for (let y = 33; y < 83; y += 1) luma.fill(200, y * 320 + 51, y * 320 + 151);
      pictures.put(1, luma);
      kernel.look(pictures.slot, 1, { ...parameters, ...learning });
      const { marks, movers } = pictures.sums;
      assert.equal(
        marks.reduce((sum, count) => sum + count, 0),
        5_000,
      );
      assert.deepEqual(movers, marks);
      assert.equal(marks[0], 0);
      assert.equal(
        marks[5 * COLUMNS + 6],
        pictures.slot.layout.pixels[5 * COLUMNS + 6],
        "a cell inside is full",
      );
    }
  });
});

describe("the memory of the kernels", () => {
  it("holds each camera's pictures apart, gives out again what was given back, and grows no further", () => {
    for (const kernel of [simd(), plainKernel()]) {
      const store = new PictureStore(kernel, 320, 180);
      const first = store.take();
      first.put(0, new Uint8Array(320 * 180).fill(7));
      const others = Array.from({ length: 9 }, () => store.take());
      for (const other of others) other.put(0, new Uint8Array(320 * 180).fill(200));
      first.begin(0);
      first.kernel.sumLight(first.slot, 0, 1);
      assert.equal(
        first.sums.seen[0],
        7 * (first.slot.layout.pixels[0] as number),
        "also after it has grown",
      );
      assert.equal(store.slots, 10);
      const grown = kernel.buffer.byteLength;
      for (const each of [first, ...others]) each.close();
      first.close();
      const again = Array.from({ length: 10 }, () => store.take());
      assert.equal(new Set(again.map(({ slot }) => slot.base)).size, 10);
      assert.equal(kernel.buffer.byteLength, grown);
    }
  });

  it("is refused where there is none, and pictures too large to be counted are", () => {
    const kernel: PixelKernel = { ...plainKernel(), reach: () => false };
    assert.throws(() => new PictureStore(kernel, 320, 180).take(), { code: "NJ_MOTION_MEMORY" });
    assert.equal(simd().reach(2 ** 31), false);
    assert.throws(() => kernelLayout(5_000, 100, COLUMNS, ROWS), RangeError);
    assert.throws(() => kernelLayout(320, 0, COLUMNS, ROWS), RangeError);
  });

  it("is as large as it says, for one camera about half a megabyte", () => {
    const { pixels, steps, sizeBytes, stripWidths } = kernelLayout(320, 180, COLUMNS, ROWS);
    assert.equal(
      pixels.reduce((sum, count) => sum + count, 0),
      320 * 180,
    );
    assert.equal(pixels.length, CELLS);
    assert.ok(stripWidths.every((width) => width > 0 && width <= LANES));
    assert.equal(steps, 22 * 180);
    assert.ok(sizeBytes < 600_000, `${sizeBytes}`);
    assert.ok(sizeBytes > steps * (HOT_BYTES + COLD_BYTES));
  });
});
