// Where something moved of late: cells of several pictures together, told twice a second while anything moves. Nothing is made
// for a picture; one text for each half second in which something moved.
import type { DetectorActivity } from "@nightjar/core";
import { COLUMNS, ROWS } from "./grid.ts";

const TELL_MS = 500;

export class Activity {
  /** For each row of cells a bit for each column. */
  readonly #rows = new Int32Array(ROWS);
  #beganMs: number | undefined;

  /** Takes the cells in which something moved at a moment; gives what moved before, once its half second is over. */
  take(moved: Int32Array | undefined, timeMs: number): DetectorActivity | undefined {
    const told = this.#isOver(timeMs) ? this.#tell() : undefined;
    if (moved === undefined) return told;
    this.#beganMs ??= timeMs;
    const rows = this.#rows;
    for (let row = 0; row < ROWS; row += 1) (rows[row] as number) |= moved[row] as number;
    return told;
  }

  /** Forgets what was not told. */
  forget(): void {
    this.#beganMs = undefined;
    this.#rows.fill(0);
  }

  #isOver(timeMs: number): boolean {
    const beganMs = this.#beganMs;
    return beganMs !== undefined && Math.floor(timeMs / TELL_MS) !== Math.floor(beganMs / TELL_MS);
  }

  #tell(): DetectorActivity {
    const timeMs = this.#beganMs ?? 0;
    const cells = textOf(this.#rows);
    this.forget();
    return { kind: "activity", timeMs, columns: COLUMNS, rows: ROWS, cells };
  }
}

/** "0" for each cell, or "1" where its bit is set. */
function textOf(rows: Int32Array): string {
  let text = "";
  for (const bits of rows) for (let column = 0; column < COLUMNS; column += 1) text += (bits >> column) & 1;
  return text;
}
