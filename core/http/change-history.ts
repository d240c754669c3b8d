// The last changes of the recorder, for listeners that come back: bounded in number and bytes. Their ids tell one run of
// the process from another, so that nobody takes up where another run left off.
import type { Change } from "./change.ts";

const KEPT_CHANGES = 2_000;
const KEPT_BYTES = 2 * 1024 * 1024;

export interface KeptChange {
  readonly number: number;
  readonly id: string;
  readonly change: Change;
  /** What listeners get, as JSON. */
  readonly data: string;
}

export class ChangeHistory {
  readonly #run: string;
  readonly #kept: KeptChange[] = [];
  #bytes = 0;
  #last = 0;

  /** `startMs` tells this run from others. */
  constructor(startMs: number) {
    this.#run = Math.round(startMs).toString(36);
  }

  /** The id of the newest change; of none yet, where listeners may begin. */
  get lastId(): string {
    return this.#id(this.#last);
  }

  add(change: Change, data: string): KeptChange {
    this.#last += 1;
    const kept = { number: this.#last, id: this.lastId, change, data };
    this.#kept.push(kept);
    this.#bytes += data.length;
    while (this.#kept.length > KEPT_CHANGES || this.#bytes > KEPT_BYTES) {
      const oldest = this.#kept.shift();
      if (oldest === undefined) break;
      this.#bytes -= oldest.data.length;
    }
    return kept;
  }

  /** What came after the change of this id; undefined if that cannot be told without gaps. */
  after(id: string): readonly KeptChange[] | undefined {
    const [run, text = ""] = id.split("-");
    const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (run !== this.#run || Number.isNaN(number) || number > this.#last) return undefined;
    const oldest = this.#kept[0]?.number ?? this.#last + 1;
    if (number < oldest - 1) return undefined;
    return this.#kept.filter((kept) => kept.number > number);
  }

  #id(number: number): string {
    return `${this.#run}-${number}`;
  }
}
