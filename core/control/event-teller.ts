// Publishes events on the stream of changes as they are written: those with a number above the last that was told, and
// once more those that were told without an end when they have one.
import type { Db } from "../db/db.ts";
import { type EventRow, eventsTable } from "../db/tables/events-table.ts";
import type { EventView } from "../http/wire-schemas.ts";

const AT_ONCE = 200;
/** Events without an end whose end is waited for, the newest; many kinds never have one. */
const WATCHED = 500;

/** An event as the API shows it. */
export function eventView(row: EventRow): EventView {
  return {
    id: row.number,
    type: row.type,
    ...(row.camera === undefined ? {} : { camera: row.camera }),
    start: new Date(row.startMs).toISOString(),
    ...(row.endMs === undefined ? {} : { end: new Date(row.endMs).toISOString() }),
    detail: { ...row.payload },
  };
}

export class EventTeller {
  readonly #db: Db;
  readonly #tell: (event: EventView) => void;
  #last: number | undefined;
  readonly #open = new Set<number>();
  #tail: Promise<void> = Promise.resolve();

  constructor(db: Db, tell: (event: EventView) => void) {
    this.#db = db;
    this.#tell = tell;
  }

  /** Begins after the newest event that is there. */
  async start(): Promise<void> {
    const rows = await eventsTable(this.#db).list({ limit: WATCHED });
    for (const row of rows.toReversed()) this.#watch(row);
    this.#last = rows[0]?.number ?? 0;
  }

  /** Something was written: tells what is new. One after the other, so that nothing is told twice. */
  written(): Promise<void> {
    const told = this.#tail.then(() => this.#tellNew());
    this.#tail = told.catch(() => undefined);
    return told;
  }

  async #tellNew(): Promise<void> {
    if (this.#last === undefined) return;
    for (const row of this.#open.size === 0 ? [] : await eventsTable(this.#db).listEnded([...this.#open])) {
      this.#open.delete(row.number);
      this.#tell(eventView(row));
    }
    for (;;) {
      const rows = await eventsTable(this.#db).listAfter(this.#last, AT_ONCE);
      for (const row of rows) {
        this.#last = row.number;
        this.#watch(row);
        this.#tell(eventView(row));
      }
      if (rows.length < AT_ONCE) return;
    }
  }

  #watch(row: EventRow): void {
    if (row.endMs !== undefined) return;
    this.#open.add(row.number);
    const [oldest] = this.#open;
    if (this.#open.size > WATCHED && oldest !== undefined) this.#open.delete(oldest);
  }
}
