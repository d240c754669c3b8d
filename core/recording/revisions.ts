// Numbers for the documents that `media` keeps (desired state, eviction lists): each higher than any before, also
// after a restart, and also when the database was lost, since they begin at the wall clock.
import type { Clock } from "../clock.ts";
import type { Db } from "../db/db.ts";
import { keyValuesTable } from "../db/tables/key-values-table.ts";

const KEY = "recording.revision";
/** Numbers taken at once, so that not each of them costs a write. */
const BLOCK = 1_000;

export class Revisions {
  readonly #db: Db;
  readonly #clock: Clock;
  #next = 0;
  #end = 0;
  #taking: Promise<void> | undefined;

  constructor(db: Db, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  async next(): Promise<number> {
    while (this.#next >= this.#end) {
      this.#taking ??= this.#take().finally(() => {
        this.#taking = undefined;
      });
      await this.#taking;
    }
    const revision = this.#next;
    this.#next += 1;
    return revision;
  }

  async #take(): Promise<void> {
    const values = keyValuesTable(this.#db);
    const stored = await values.get(KEY);
    const last = typeof stored === "number" && Number.isSafeInteger(stored) ? stored : 0;
    const first = Math.max(last, this.#end, Math.floor(this.#clock.wallMs()));
    await values.set(KEY, first + BLOCK);
    this.#next = first;
    this.#end = first + BLOCK;
  }
}
