// Where something moved of late: cells of several pictures together, told twice a second while anything moves. Nothing is made
// for a picture; one text for each half second in which something moved.
import type { DetectorActivity } from "@nightjar/core";
import { CELLS, COLUMNS, ROWS } from "./grid.ts";

const TELL_MS = 500;

export class Activity {
  /** As the text that is told: "0", or "1" where something moved. */
  readonly #cells = Buffer.alloc(CELLS, "0");
  #beganMs: number | undefined;

  /** Takes the cells in which something moved at a moment; gives what moved before, once its half second is over. */
  take(moved: Uint8Array | undefined, timeMs: number): DetectorActivity | undefined {
    const told = this.#isOver(timeMs) ? this.#tell() : undefined;
    if (moved === undefined) return told;
    this.#beganMs ??= timeMs;
    const cells = this.#cells;
    for (let cell = 0; cell < CELLS; cell += 1) (cells[cell] as number) |= moved[cell] as number;
    return told;
  }

  /** Forgets what was not told. */
  forget(): void {
    this.#beganMs = undefined;
    this.#cells.fill("0");
  }

  #isOver(timeMs: number): boolean {
    const beganMs = this.#beganMs;
    return beganMs !== undefined && Math.floor(timeMs / TELL_MS) !== Math.floor(beganMs / TELL_MS);
  }

  #tell(): DetectorActivity {
    const timeMs = this.#beganMs ?? 0;
    const cells = this.#cells.toString("latin1");
    this.forget();
    return { kind: "activity", timeMs, columns: COLUMNS, rows: ROWS, cells };
  }
}
