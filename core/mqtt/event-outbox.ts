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
/** Events that are remembered as going on, in the cursor; and as sent, in memory. */
const MOST_GOING_ON = 2_000;
const MOST_SENT = 20_000;
const AGAIN_MS = 5_000;

interface Cursor {
  /** Of the last change that was sent. */
  readonly revision: number;
  /** The highest number of an event that was sent: what comes of lower ones in a later process has begun before. */
  readonly id: number;
  /** Numbers of those that were told as going on. */
  readonly goingOn: readonly number[];
  /** Of events up to this number that are not among them it is not known whether their end was told: there were too many. */
  readonly unsure: number;
}

export class EventOutbox {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #node: string;
  readonly #topics: EventTopics;
  readonly #publish: (message: OutgoingMessage) => Promise<void>;
  #cursor: Cursor | undefined;
  readonly #goingOn = new Set<number>();
  /** Sent by this process. Numbers are no order: one that plugins are asked about comes behind later ones. */
  readonly #sent = new Set<number>();
  /** Up to this number all count as sent. */
  #sentUpTo = 0;
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
      const { revision, id, unsure } = this.#cursor;
      const events = await eventsAfter(this.#db, revision, AT_ONCE);
      const newest = events.at(-1);
      if (newest === undefined) return;
      await this.#sendAll(events);
      const crowdedOut = this.#remember(events);
      await this.#store({
        revision: newest.revision,
        id: events.reduce((highest, event) => Math.max(highest, event.id), id),
        goingOn: [...this.#goingOn],
        unsure: Math.max(unsure, crowdedOut),
      });
      if (events.length < AT_ONCE) return;
    }
  }

  /** All at once, in order on the one connection; resolves when the broker has them all. */
  async #sendAll(events: readonly AlarmEvent[]): Promise<void> {
    const answers = await Promise.allSettled(
      events.flatMap((event) => this.#messages(event)).map((message) => this.#publish(message)),
    );
    const failed = answers.find((answer) => answer.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  /** Answers the highest number that is not remembered as going on any more. */
  #remember(events: readonly AlarmEvent[]): number {
    let crowdedOut = 0;
    for (const { id, endMs } of events) {
      this.#sent.add(id);
      if (endMs === undefined) this.#goingOn.add(id);
      else this.#goingOn.delete(id);
    }
    for (const id of this.#goingOn) {
      if (this.#goingOn.size <= MOST_GOING_ON) break;
      this.#goingOn.delete(id);
      crowdedOut = Math.max(crowdedOut, id);
    }
    for (const id of this.#sent) {
      if (this.#sent.size <= MOST_SENT) break;
      this.#sent.delete(id);
      this.#sentUpTo = Math.max(this.#sentUpTo, id);
    }
    return crowdedOut;
  }

  /** Whether its end was told already: what is done because of it, or noted on it, after that is no second end. */
  #isEndTold({ id, endMs, acknowledged }: AlarmEvent): boolean {
    if (endMs === undefined || this.#goingOn.has(id)) return false;
    // Whoever has acknowledged it after its end has seen it over.
    return id > (this.#cursor?.unsure ?? 0) || (acknowledged !== undefined && acknowledged.atMs >= endMs);
  }

  #messages(event: AlarmEvent): OutgoingMessage[] {
    const isKnown = event.id <= this.#sentUpTo || this.#sent.has(event.id);
    const message = eventMessage(event, this.#node, isKnown, isKnown && this.#isEndTold(event));
    return this.#topics.messages(event, message);
  }

  async #load(): Promise<Cursor> {
    const value = await keyValuesTable(this.#db).get(CURSOR_KEY);
    // The first time: history is for those who ask for it.
    const cursor = readCursor(value) ?? (await this.#begin());
    this.#sent.clear();
    this.#sentUpTo = cursor.id;
    this.#goingOn.clear();
    for (const id of cursor.goingOn) this.#goingOn.add(id);
    return cursor;
  }

  async #begin(): Promise<Cursor> {
    const { id, revision } = await lastEventNumbers(this.#db);
    return await this.#store({ id, revision, goingOn: [], unsure: id });
  }

  async #store(cursor: Cursor): Promise<Cursor> {
    await keyValuesTable(this.#db).set(CURSOR_KEY, cursor);
    this.#cursor = cursor;
    return cursor;
  }
}

/**
 * An event as MQTT tells it. `isKnown`: it was sent before; `isEndTold`: its end, too, so this is a change of it. Paths are left
 * out: each change would send them whole again, to everybody who listens; who wants one asks for the event by its id.
 */
export function eventMessage(
  event: AlarmEvent,
  node: string,
  isKnown: boolean,
  isEndTold: boolean,
): EventMessage {
  const isChange = isKnown && (event.endMs === undefined || isEndTold);
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
    ...zoneOf(event.detail),
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

/** Where it was seen, as its reporter says. */
export function zoneOf({ zone }: Readonly<Record<string, unknown>>): { readonly zone?: string } {
  return typeof zone === "string" && zone !== "" ? { zone: zone.slice(0, 80) } : {};
}

/** What stands in the database, also of recorders that did not remember what goes on. */
function readCursor(value: unknown): Cursor | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { revision, id, goingOn, unsure } = value as { readonly [name in keyof Cursor]?: unknown };
  if (!Number.isSafeInteger(revision) || !Number.isSafeInteger(id)) return undefined;
  const known = Array.isArray(goingOn) ? goingOn.filter((one) => Number.isSafeInteger(one)) : [];
  return {
    ...{ revision: revision as number, id: id as number },
    goingOn: known.slice(-MOST_GOING_ON),
    unsure: Number.isSafeInteger(unsure) ? (unsure as number) : (id as number),
  };
}
