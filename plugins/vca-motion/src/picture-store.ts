// The pictures and backgrounds of all cameras, each in a slot of the kernel's memory: given out, taken back, given out again.
// The memory grows with the most cameras that are looked at at a time, and by nothing else.
import { NightjarError } from "@nightjar/core";
import { CELLS, COLUMNS, ROWS } from "./grid.ts";
import {
  CHOSEN_AT,
  COLD_BYTES,
  DEVIATIONS_AT,
  FIT_NUMBERS,
  HOT_BYTES,
  type KernelLayout,
  kernelLayout,
  LANES,
  NOISE_AT,
  STILLNESS_AT,
  writeHead,
} from "./kernel-layout.ts";
import { HALF_LEVEL, HALF_NOISE, type KernelSlot, type PixelKernel } from "./pixel-kernel.ts";

/** Noise that is taken for granted before it is known: two levels, three times. */
const FIRST_NOISE = 6;

/** What the kernel has counted in each cell; valid until the next slot is given out. */
export interface CellSums {
  readonly seen: Uint32Array;
  readonly known: Uint32Array;
  readonly marks: Uint32Array;
  readonly movers: Uint32Array;
}

/** In which cells enough differs, and in which enough moves: for each row of cells a bit for each column; valid until the next slot is given out. */
export interface CellRows {
  readonly active: Int32Array;
  readonly moving: Int32Array;
}

interface Views {
  readonly buffer: ArrayBuffer;
  readonly sums: CellSums;
  /** As `FIT` of kernel-layout.ts names them. */
  readonly fit: Float64Array;
  readonly pictures: readonly Uint8Array[];
  readonly rows: CellRows;
  readonly chosen: Int32Array;
  readonly differing: Float64Array;
}

export class PictureStore {
  readonly kernel: PixelKernel;
  readonly layout: KernelLayout;
  readonly #free: number[] = [];
  #slots = 0;

  /** A store for pictures of one size. */
  constructor(kernel: PixelKernel, width: number, height: number) {
    this.kernel = kernel;
    this.layout = kernelLayout(width, height, COLUMNS, ROWS);
  }

  /** Slots that were ever needed at a time: the memory holds so many. */
  get slots(): number {
    return this.#slots;
  }

  /** Gives out a slot. Throws `NJ_MOTION_MEMORY` where the memory cannot hold one more. */
  take(): CameraPictures {
    const base = this.#free.pop() ?? this.#add();
    writeHead(this.kernel.buffer, base, this.layout);
    return new CameraPictures(this.kernel, { base, layout: this.layout }, () => this.#free.push(base));
  }

  #add(): number {
    const base = this.#slots * this.layout.sizeBytes;
    if (!this.kernel.reach(base + this.layout.sizeBytes)) {
      throw new NightjarError(
        "NJ_MOTION_MEMORY",
        "resource-exhausted",
        `there is no memory to look for motion at more than ${this.#slots} cameras`,
      );
    }
    this.#slots += 1;
    return base;
  }
}

/** One camera's slot. */
export class CameraPictures {
  readonly kernel: PixelKernel;
  readonly slot: KernelSlot;
  readonly #release: () => void;
  #isOpen = true;
  #views: Views;

  constructor(kernel: PixelKernel, slot: KernelSlot, release: () => void) {
    this.kernel = kernel;
    this.slot = slot;
    this.#release = release;
    this.#views = viewsOf(kernel.buffer, slot);
  }

  /** What the kernel counted last. */
  get sums(): CellSums {
    return this.#current.sums;
  }

  /** What a change of light adds up to over the cells, as `FIT` of kernel-layout.ts names it. */
  get fit(): Float64Array {
    return this.#current.fit;
  }

  /** What the kernel judged last. */
  get rows(): CellRows {
    return this.#current.rows;
  }

  /** Sums of what differs in some cells, as `DIFFERING` of kernel-layout.ts names them. */
  get differing(): Float64Array {
    return this.#current.differing;
  }

  /** The cells that `sumDiffering` of the kernel goes through: for each row a bit for each column; valid until the next slot is given out. */
  get chosen(): Int32Array {
    return this.#current.chosen;
  }

  /** Copies a picture in. */
  put(picture: 0 | 1, luma: Uint8Array): void {
    this.#current.pictures[picture]?.set(luma);
  }

  /** Takes a picture for the background. */
  begin(picture: 0 | 1): void {
    const { base, layout } = this.slot;
    const { width, stripLefts, rows, tops, offsets, steps } = layout;
    const { buffer } = this.kernel;
    const luma = new Uint8Array(buffer, base + offsets.pictures[picture], width * layout.height + LANES);
    const hot = new Uint8Array(buffer, base + offsets.hot, steps * HOT_BYTES);
    const cold = new Uint8Array(buffer, base + offsets.cold, steps * COLD_BYTES);
    let step = 0;
    for (let row = 0; row < rows; row += 1) {
      for (const left of stripLefts) {
        for (let y = tops[row] as number; y < (tops[row + 1] as number); y += 1) {
          const known = step * HOT_BYTES;
          const fractions = step * COLD_BYTES;
          for (let lane = 0; lane < LANES; lane += 1) {
            hot[known + lane] = luma[y * width + left + lane] as number;
          }
          hot.fill(FIRST_NOISE, known + NOISE_AT, known + HOT_BYTES);
          cold.fill(2 * HALF_LEVEL, fractions, fractions + DEVIATIONS_AT);
          cold.fill(HALF_NOISE, fractions + DEVIATIONS_AT, fractions + STILLNESS_AT);
          cold.fill(0, fractions + STILLNESS_AT, fractions + COLD_BYTES);
          step += 1;
        }
      }
    }
  }

  /** Gives the slot back; nothing may be asked of it any more. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#release();
  }

  /** Views of a memory end when it grows. */
  get #current(): Views {
    const { buffer } = this.kernel;
    if (this.#views.buffer !== buffer) this.#views = viewsOf(buffer, this.slot);
    return this.#views;
  }
}

function viewsOf(buffer: ArrayBuffer, { base, layout }: KernelSlot): Views {
  const { width, height, offsets } = layout;
  const sumsOf = (kind: number): Uint32Array =>
    new Uint32Array(buffer, base + offsets.sums + 4 * CELLS * kind, CELLS);
  const rowsOf = (kind: number): Int32Array =>
    new Int32Array(buffer, base + offsets.cellRows + 4 * ROWS * kind, ROWS);
  return {
    buffer,
    fit: new Float64Array(buffer, base + offsets.means + 8 * CELLS, FIT_NUMBERS),
    rows: { active: rowsOf(0), moving: rowsOf(1) },
    chosen: new Int32Array(buffer, base + offsets.differing + CHOSEN_AT, ROWS),
    differing: new Float64Array(buffer, base + offsets.differing, CHOSEN_AT / 8),
    sums: { seen: sumsOf(0), known: sumsOf(1), marks: sumsOf(2), movers: sumsOf(3) },
    pictures: [0, 1].map(
      (index) => new Uint8Array(buffer, base + (offsets.pictures[index as 0 | 1] as number), width * height),
    ),
  };
}
