// Publishes events on the stream of changes as they are written: those with a number above the last that was told.
// An event that ends is not told again; it is read with the list of events.
import type { Db } from "../db/db.ts";
import { type EventRow, eventsTable } from "../db/tables/events-table.ts";
import type { EventView } from "../http/wire-schemas.ts";

const AT_ONCE = 200;

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
  #tail: Promise<void> = Promise.resolve();

  constructor(db: Db, tell: (event: EventView) => void) {
    this.#db = db;
    this.#tell = tell;
  }

  /** Begins after the newest event that is there. */
  async start(): Promise<void> {
    const [newest] = await eventsTable(this.#db).list({ limit: 1 });
    this.#last = newest?.number ?? 0;
  }

  /** Something was written: tells what is new. One after the other, so that nothing is told twice. */
  written(): Promise<void> {
    const told = this.#tail.then(() => this.#tellNew());
    this.#tail = told.catch(() => undefined);
    return told;
  }

  async #tellNew(): Promise<void> {
    if (this.#last === undefined) return;
    for (;;) {
      const rows = await eventsTable(this.#db).listAfter(this.#last, AT_ONCE);
      for (const row of rows) {
        this.#last = row.number;
        this.#tell(eventView(row));
      }
      if (rows.length < AT_ONCE) return;
    }
  }
}
