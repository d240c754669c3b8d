// Events on their way out: the table of events is the queue, and a cursor in the database says how far it was sent. While
// the broker is away nothing is lost and nothing kept twice; each event comes at least once, in order.
import type { Clock, Timer } from "../clock.ts";
import type { Db } from "../db/db.ts";
import { eventsAfter, lastEventNumbers } from "../db/tables/events-table.ts";
import { keyValuesTable } from "../db/tables/key-values-table.ts";
import type { AlarmEvent } from "../domain/alarm-event.ts";
import type { Log } from "../log.ts";
import type { OutgoingMessage } from "./broker.ts";
import { EventTopics } from "./event-topics.ts";
import type { EventMessage } from "./payloads.ts";

const CURSOR_KEY = "mqtt.events";
const AT_ONCE = 200;
const AGAIN_MS = 5_000;

interface Cursor {
  /** Of the last change that was sent. */
  readonly revision: number;
  /** The highest number of an event that was sent: what comes of lower ones has begun before. */
  readonly id: number;
}

export class EventOutbox {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #node: string;
  readonly #topics: EventTopics;
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
    /** What links begin with; empty: with `/`. */
    readonly webAddress: () => string;
    readonly publish: (message: OutgoingMessage) => Promise<void>;
  }) {
    this.#db = options.db;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#node = options.node;
    this.#topics = new EventTopics(options);
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
    this.#cursor ??= await this.#load();
    while (!this.#isClosed) {
      const { revision, id } = this.#cursor;
      const events = await eventsAfter(this.#db, revision, AT_ONCE);
      const newest = events.at(-1);
      if (newest === undefined) return;
      await this.#sendAll(events, id);
      await this.#store({
        revision: newest.revision,
        id: events.reduce((highest, event) => Math.max(highest, event.id), id),
      });
      if (events.length < AT_ONCE) return;
    }
  }

  /** All at once, in order on the one connection; resolves when the broker has them all. */
  async #sendAll(events: readonly AlarmEvent[], sentId: number): Promise<void> {
    const answers = await Promise.allSettled(
      events
        .flatMap((event) => this.#messages(event, event.id <= sentId))
        .map((message) => this.#publish(message)),
    );
    const failed = answers.find((answer) => answer.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  #messages(event: AlarmEvent, isKnown: boolean): OutgoingMessage[] {
    return this.#topics.messages(event, eventMessage(event, this.#node, isKnown));
  }

  async #load(): Promise<Cursor> {
    const value = await keyValuesTable(this.#db).get(CURSOR_KEY);
    if (isCursor(value)) return value;
    // The first time: history is for those who ask for it.
    return await this.#store(await lastEventNumbers(this.#db));
  }

  async #store(cursor: Cursor): Promise<Cursor> {
    await keyValuesTable(this.#db).set(CURSOR_KEY, cursor);
    this.#cursor = cursor;
    return cursor;
  }
}

/** An event as MQTT tells it. `isKnown`: it was sent before, so this is a change of it. */
export function eventMessage(event: AlarmEvent, node: string, isKnown: boolean): EventMessage {
  // What somebody notes on an event that is over is no second end.
  const isChange = isKnown && (event.endMs === undefined || event.acknowledged !== undefined);
  return {
    v: 1,
    id: event.id,
    event_type: event.type,
    ...(isKnown ? {} : { first: true }),
    phase: isChange ? "update" : event.endMs === undefined ? "start" : "end",
    time: new Date(event.startMs).toISOString(),
    ...(event.endMs === undefined ? {} : { end_time: new Date(event.endMs).toISOString() }),
    ...(event.camera === undefined ? {} : { camera: event.camera }),
    node,
    ...(event.rule === undefined ? {} : { rule: event.rule }),
    source: event.source,
    ...(event.score === undefined ? {} : { score: event.score }),
    objects: event.objects.map(({ class: kind, score, box, track }) => ({
      class: kind,
      score,
      ...(box === undefined ? {} : { box }),
      ...(track === undefined ? {} : { track }),
    })),
    detail: { ...event.detail },
  };
}

function isCursor(value: unknown): value is Cursor {
  return (
    typeof value === "object" &&
    value !== null &&
    "revision" in value &&
    Number.isSafeInteger(value.revision) &&
    "id" in value &&
    Number.isSafeInteger(value.id)
  );
}
