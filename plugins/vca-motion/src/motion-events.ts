// From what moves in each picture to events: begins when something has moved in two of three pictures, ends when nothing has
// for a second. Dated by the pictures. Pure.
import type { DetectorReport } from "@nightjar/core";
import { type Blob, CELLS } from "./grid.ts";

/** Pictures that are looked back upon, and how many of them must show motion. */
const WINDOW = 3;
const NEEDED = 2;
const NEEDED_AT_NIGHT = 3;
/** Without motion for so long, it is over. */
const OVER_MS = 1_000;
/** Changes are told at most so often. */
const UPDATE_MS = 1_000;
const MOST_OBJECTS = 8;

export class MotionEvents {
  /** Moments of the last pictures; undefined where nothing moved. */
  #recent: (number | undefined)[] = [];
  #isOpen = false;
  #lastMovedMs = 0;
  #toldMs = 0;

  /** Takes what moved at a moment. */
  take(blobs: readonly Blob[], timeMs: number, isNight: boolean): DetectorReport[] {
    const moves = blobs.length > 0;
    this.#recent = [...this.#recent, moves ? timeMs : undefined].slice(-WINDOW);
    if (moves) this.#lastMovedMs = timeMs;
    if (!this.#isOpen) {
      const moved = this.#recent.filter((at) => at !== undefined);
      const [first] = moved;
      if (first === undefined || moved.length < (isNight ? NEEDED_AT_NIGHT : NEEDED)) return [];
      this.#isOpen = true;
      this.#toldMs = timeMs;
      return [{ kind: "start", type: "motion", timeMs: first, ...shown(blobs) }];
    }
    if (moves) {
      if (timeMs - this.#toldMs < UPDATE_MS) return [];
      this.#toldMs = timeMs;
      return [{ kind: "update", type: "motion", timeMs, ...shown(blobs) }];
    }
    return timeMs - this.#lastMovedMs < OVER_MS ? [] : this.over(this.#lastMovedMs);
  }

  /** Nothing can be seen any more: what was open is over. */
  over(timeMs = this.#lastMovedMs): DetectorReport[] {
    this.#recent = [];
    if (!this.#isOpen) return [];
    this.#isOpen = false;
    return [{ kind: "end", type: "motion", timeMs }];
  }
}

function shown(blobs: readonly Blob[]): Pick<DetectorReport, "score" | "objects" | "detail"> {
  const cells = blobs.reduce((sum, blob) => sum + blob.cells, 0);
  // A tenth of the picture is as sure as it gets.
  const scoreOf = (count: number): number => Math.min(1, Math.round((1_000 * count) / CELLS) / 100);
  return {
    score: scoreOf(cells),
    objects: blobs
      .slice(0, MOST_OBJECTS)
      .map((blob) => ({ class: "motion", score: scoreOf(blob.cells), box: blob.box })),
    detail: { areaPercent: Math.round((1_000 * cells) / CELLS) / 10 },
  };
}
