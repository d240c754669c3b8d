// Keeps a small value in the database as it changes: one write at a time, the newest value with the next one, so that a storm
// of changes is no storm of writes.
import type { Db } from "../db/db.ts";
import { keyValuesTable } from "../db/tables/key-values-table.ts";
import type { Log } from "../log.ts";

export interface KeptValueOptions {
  readonly db: Db;
  readonly log: Log;
  readonly key: string;
  value(): unknown;
}

export class KeptValue {
  readonly #options: KeptValueOptions;
  #work: Promise<void> = Promise.resolve();
  #isAsked = false;
  #written = "";
  #isClosed = false;

  constructor(options: KeptValueOptions) {
    this.#options = options;
  }

  /** The value may be another one now. Returns at once. */
  changed(): void {
    if (this.#isAsked || this.#isClosed) return;
    this.#isAsked = true;
    this.#work = this.#work.then(() => this.#write());
  }

  /** Resolves when what was asked for is written; after that nothing is. */
  close(): Promise<void> {
    this.#isClosed = true;
    return this.#work;
  }

  async #write(): Promise<void> {
    this.#isAsked = false;
    const { db, log, key, value } = this.#options;
    const now = value();
    const text = JSON.stringify(now);
    if (text === this.#written) return;
    try {
      await keyValuesTable(db).set(key, now);
      this.#written = text;
    } catch (error) {
      log.warn("a state was not kept for the next start", { key, reason: String(error) });
    }
  }
}
