// Writes events to the database in batches and tells of them when they are written. An event that changes again before its
// turn is written once; what cannot be written is kept and tried again, within bounds.
import type { Clock, Timer } from "../clock.ts";
import type { Db } from "../db/db.ts";
import { putEvents } from "../db/tables/events-table.ts";
import type { AlarmEvent } from "../domain/alarm-event.ts";
import type { Log } from "../log.ts";

/** What listeners hear of an event: that it began, changed, or is over. */
export type EventPhase = "start" | "update" | "end";

/** Between two batches: at 1 000 events a second one transaction for each 25. */
const PAUSE_MS = 25;
const RETRY_MS = 1_000;
const BATCH = 500;
/** Waiting for a database that does not take them; beyond this the oldest are lost, and that is said. */
export const MOST_WAITING = 100_000;

export interface EventWriterOptions {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  /** They are in the database. `isNew`: not told before. */
  written(event: AlarmEvent, phase: EventPhase, isNew: boolean): void;
}

export class EventWriter {
  readonly #options: EventWriterOptions;
  /** By id, in the order of their last change. */
  readonly #waiting = new Map<number, { readonly event: AlarmEvent; readonly isNew: boolean }>();
  #timer: Timer | undefined;
  #running: Promise<void> | undefined;
  /** Batches are written one after the other. */
  #tail: Promise<unknown> = Promise.resolve();
  #lost = 0;

  constructor(options: EventWriterOptions) {
    this.#options = options;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** How many could not be kept. */
  get lost(): number {
    return this.#lost;
  }

  /** Takes the present state of an event. */
  put(event: AlarmEvent, isNew: boolean): void {
    const known = this.#waiting.get(event.id);
    this.#waiting.delete(event.id);
    this.#waiting.set(event.id, { event, isNew: isNew || known?.isNew === true });
    if (this.#waiting.size > MOST_WAITING) this.#loseOldest();
    if (this.#timer === undefined && this.#running === undefined) this.#run();
  }

  /** Resolves when everything that waits now has been written, or could not be. */
  async settled(): Promise<void> {
    while (this.#waiting.size > 0) if (!(await this.#write())) return;
    await this.#tail;
  }

  /** Stops trying, for good. */
  close(): void {
    this.#timer?.cancel();
  }

  #run(): void {
    this.#running = this.#write()
      .then((wasWritten) => {
        const pauseMs = wasWritten ? PAUSE_MS : RETRY_MS;
        this.#timer = this.#options.clock.after(pauseMs, () => {
          this.#timer = undefined;
          if (this.#waiting.size > 0) this.#run();
        });
      })
      .finally(() => {
        this.#running = undefined;
      });
  }

  #write(): Promise<boolean> {
    const written = this.#tail.then(() => this.#writeBatch());
    this.#tail = written;
    return written;
  }

  /** False if the database did not take it. */
  async #writeBatch(): Promise<boolean> {
    const batch = [...this.#waiting.values()].slice(0, BATCH);
    if (batch.length === 0) return true;
    const added = batch.reduce((sum, { isNew }) => sum + (isNew ? 1 : 0), 0);
    try {
      await putEvents(
        this.#options.db,
        batch.map(({ event }) => event),
        added,
      );
    } catch (error) {
      this.#options.log.warn("events could not be written down and wait", {
        waiting: this.#waiting.size,
        reason: String(error),
      });
      return false;
    }
    for (const entry of batch) {
      const { event, isNew } = entry;
      const now = this.#waiting.get(event.id);
      if (now === entry) this.#waiting.delete(event.id);
      // It has changed meanwhile: what comes is a change of what is there.
      else if (now !== undefined) this.#waiting.set(event.id, { event: now.event, isNew: false });
      const phase = event.endMs !== undefined ? "end" : isNew ? "start" : "update";
      this.#options.written(event, phase, isNew);
    }
    return true;
  }

  #loseOldest(): void {
    const [oldest] = this.#waiting.keys();
    if (oldest === undefined) return;
    this.#waiting.delete(oldest);
    if (this.#lost === 0)
      this.#options.log.error("events are lost: the database has not taken any for too long");
    this.#lost += 1;
  }
}
