// Events on their way out: the table of events is the queue, and a cursor in the database says how far it was sent. While
// the broker is away nothing is lost and nothing kept twice; each event comes at least once, in order.
import type { Clock, Timer } from "../clock.ts";
import type { Db } from "../db/db.ts";
import { type EventRow, eventsTable } from "../db/tables/events-table.ts";
import { keyValuesTable } from "../db/tables/key-values-table.ts";
import type { Log } from "../log.ts";
import type { OutgoingMessage } from "./broker.ts";
import { type EventMessage, topicOf } from "./topics.ts";

const CURSOR_KEY = "mqtt.events";
const AT_ONCE = 200;
/** Events without an end whose end is waited for, the newest. */
const WATCHED = 1_000;
const AGAIN_MS = 5_000;

interface Cursor {
  readonly last: number;
  /** Sent, and without an end then. */
  readonly open: readonly number[];
}

export class EventOutbox {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #node: string;
  readonly #base: () => string;
  readonly #publish: (message: OutgoingMessage) => Promise<void>;
  #cursor: Cursor | undefined;
  #tail: Promise<void> = Promise.resolve();
  #again: Timer | undefined;
  #isWaiting = false;
  #isClosed = false;

  constructor(options: {
    readonly db: Db;
    readonly clock: Clock;
    readonly log: Log;
    readonly node: string;
    readonly base: () => string;
    readonly publish: (message: OutgoingMessage) => Promise<void>;
  }) {
    this.#db = options.db;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#node = options.node;
    this.#base = options.base;
    this.#publish = options.publish;
  }

  /** Something was written, or the broker is there again: sends what was not sent yet. */
  kick(): void {
    if (this.#isWaiting || this.#isClosed) return;
    this.#isWaiting = true;
    this.#again?.cancel();
    this.#tail = this.#tail.then(async () => {
      this.#isWaiting = false;
      try {
        await this.#send();
      } catch (error) {
        this.#log.debug("events wait for the MQTT broker", { reason: String(error) });
        this.#again = this.#clock.after(AGAIN_MS, () => this.kick());
      }
    });
  }

  /** There is no broker at all: when there is one, it begins with what happens then. */
  async forget(): Promise<void> {
    await this.#tail;
    await keyValuesTable(this.#db).remove(CURSOR_KEY);
    this.#cursor = undefined;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#again?.cancel();
    await this.#tail;
  }

  async #send(): Promise<void> {
    const table = eventsTable(this.#db);
    this.#cursor ??= await this.#load();
    const { open, last } = this.#cursor;
    const ended = open.length === 0 ? [] : await table.listEnded(open);
    if (ended.length > 0) {
      await this.#sendAll(ended);
      const numbers = new Set(ended.map(({ number }) => number));
      await this.#store({ last, open: open.filter((number) => !numbers.has(number)) });
    }
    while (!this.#isClosed) {
      const { last: after, open: still } = this.#cursor;
      const rows = await table.listAfter(after, AT_ONCE);
      if (rows.length === 0) return;
      await this.#sendAll(rows);
      const begun = rows.filter(({ endMs }) => endMs === undefined).map(({ number }) => number);
      await this.#store({ last: rows.at(-1)?.number ?? after, open: [...still, ...begun].slice(-WATCHED) });
      if (rows.length < AT_ONCE) return;
    }
  }

  /** All at once, in order on the one connection; resolves when the broker has them all. */
  async #sendAll(rows: readonly EventRow[]): Promise<void> {
    const answers = await Promise.allSettled(rows.map((row) => this.#publish(this.#message(row))));
    const failed = answers.find((answer) => answer.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  #message(row: EventRow): OutgoingMessage {
    const message = eventMessage(row, this.#node);
    const topic =
      row.camera === undefined
        ? topicOf(this.#base(), "nodeEvent", { node: this.#node })
        : topicOf(this.#base(), "cameraEvent", { camera: row.camera });
    return { topic, payload: JSON.stringify(message), qos: 1, retain: false };
  }

  async #load(): Promise<Cursor> {
    const value = await keyValuesTable(this.#db).get(CURSOR_KEY);
    if (isCursor(value)) return value;
    // The first time: history is for those who ask for it.
    return await this.#store({ last: await this.#newest(), open: [] });
  }

  async #newest(): Promise<number> {
    return (await eventsTable(this.#db).list({ limit: 1 }))[0]?.number ?? 0;
  }

  async #store(cursor: Cursor): Promise<Cursor> {
    await keyValuesTable(this.#db).set(CURSOR_KEY, cursor);
    this.#cursor = cursor;
    return cursor;
  }
}

/** An event as MQTT tells it. */
export function eventMessage(row: EventRow, node: string): EventMessage {
  return {
    v: 1,
    id: row.number,
    event_type: row.type,
    phase: row.endMs === undefined ? "start" : "end",
    time: new Date(row.startMs).toISOString(),
    ...(row.endMs === undefined ? {} : { end_time: new Date(row.endMs).toISOString() }),
    ...(row.camera === undefined ? {} : { camera: row.camera }),
    node,
    detail: { ...row.payload },
  };
}

function isCursor(value: unknown): value is Cursor {
  return (
    typeof value === "object" &&
    value !== null &&
    "last" in value &&
    Number.isSafeInteger(value.last) &&
    "open" in value &&
    Array.isArray(value.open) &&
    value.open.every((number) => Number.isSafeInteger(number))
  );
}
