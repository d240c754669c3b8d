// From what moves in each picture to events: begins when something has moved in two of three pictures, ends when it has gone for
// a second, or is there and has not moved for some: what was put down or taken away moves no more. Dated by the pictures.
import type { DetectorReport } from "@nightjar/core";
import { type Blob, CELLS } from "./grid.ts";
import type { Region } from "./regions.ts";

/** Pictures that are looked back upon, and how many of them must show motion. */
const WINDOW = 3;
const NEEDED = 2;
const NEEDED_AT_NIGHT = 3;
/** Gone for so long, it is over. */
const OVER_MS = 1_000;
/** There, and without any motion for so long: people stand still, but not quite. */
const REST_MS = 4_000;
/** Only little of it is there, and without motion, for so long: a rest of shadow or light. */
const REMNANT_MS = 2_000;
/** Share of the largest that it was, below which that is little. */
const REMNANT_SHARE = 0.15;
/** Changes are told at most so often. */
const UPDATE_MS = 1_000;
const MOST_OBJECTS = 8;

export class MotionEvents {
  readonly #region: Region | undefined;
  /** Moments of the last pictures; undefined where nothing moved. */
  #recent: (number | undefined)[] = [];
  #isOpen = false;
  #lastThereMs = 0;
  #lastMovedMs = 0;
  /** Cells of the largest, and when more than a remnant of it was there. */
  #peak = 0;
  #lastWholeMs = 0;
  #toldMs = 0;

  /** Of a region, or of what lies in none. */
  constructor(region?: Region) {
    this.#region = region;
  }

  /** Something has begun that is not over. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Takes what moved at a moment, and since when. */
  take(blobs: readonly Blob[], timeMs: number, isNight: boolean, sinceMs = timeMs): DetectorReport[] {
    const moves = blobs.some((blob) => blob.moves);
    this.#recent = [...this.#recent, moves ? sinceMs : undefined].slice(-WINDOW);
    if (blobs.length > 0) this.#lastThereMs = timeMs;
    if (moves) this.#lastMovedMs = timeMs;
    const largest = blobs[0]?.cells ?? 0;
    this.#peak = Math.max(this.#peak, largest);
    if (moves || (largest > 0 && largest >= REMNANT_SHARE * this.#peak)) this.#lastWholeMs = timeMs;
    if (!this.#isOpen) {
      const moved = this.#recent.filter((at) => at !== undefined);
      const [first] = moved;
      if (first === undefined || moved.length < (isNight ? NEEDED_AT_NIGHT : NEEDED)) return [];
      this.#isOpen = true;
      this.#peak = largest;
      this.#toldMs = timeMs;
      return [{ kind: "start", timeMs: first, ...this.#about(blobs) }];
    }
    if (moves) {
      if (timeMs - this.#toldMs < UPDATE_MS) return [];
      this.#toldMs = timeMs;
      return [{ kind: "update", timeMs, ...this.#about(blobs) }];
    }
    if (timeMs - this.#lastMovedMs >= REST_MS) return this.over(this.#lastMovedMs);
    if (timeMs - this.#lastWholeMs >= REMNANT_MS) return this.over(this.#lastWholeMs);
    return timeMs - this.#lastThereMs < OVER_MS ? [] : this.over(this.#lastThereMs);
  }

  /** Nothing can be seen any more: what was open is over. */
  over(timeMs = this.#lastThereMs): DetectorReport[] {
    this.#recent = [];
    if (!this.#isOpen) return [];
    this.#isOpen = false;
    return [{ kind: "end", type: "motion", ...this.#rule(), timeMs }];
  }

  #about(blobs: readonly Blob[]): Omit<DetectorReport, "kind"> {
    const { detail, ...seen } = shown(blobs);
    const zone = this.#region === undefined ? {} : { zone: this.#region.name };
    return { type: "motion", ...this.#rule(), ...seen, detail: { ...detail, ...zone } };
  }

  #rule(): { readonly rule?: string } {
    return this.#region === undefined ? {} : { rule: this.#region.id };
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
