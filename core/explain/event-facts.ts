// Events around a moment: those that were going on, the one before and the one after, those that asked for recording, and
// what the recorder noted of its own trouble then.
import type { AlarmConfig } from "../config/alarm-config.ts";
import type { DeepReadonly } from "../config/config-store.ts";
import type { Db } from "../db/db.ts";
import { countEvents, oldestEventMs, searchEvents } from "../db/tables/events-table.ts";
import type { AlarmEvent } from "../domain/alarm-event.ts";
import { EVENT_TYPE_IDS, type EventTypeId, isArmable, isEventType } from "../domain/event-types.ts";
import type { RecordSettings } from "../recording/recorded-camera.ts";
import type { EventFacts, ExplainFacts, TroubleFacts } from "./facts.ts";

const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** A second after its end an event still counts as going on: moments are picked by hand. */
const SLACK_MS = 1_000;
const MOST_FOUND = 200;
const MOST_TROUBLES = 50;
const DEFAULT_POST_RECORD_SECONDS = 5;

const ARMABLE: readonly EventTypeId[] = EVENT_TYPE_IDS.filter(isArmable);
const VOLUME_TYPES = EVENT_TYPE_IDS.filter((type) => type.startsWith("exception-volume-"));

export interface EventsQuestion {
  readonly camera: { readonly id: string; readonly record: RecordSettings };
  /** Other cameras whose events record it. */
  readonly linked: readonly string[];
  readonly atMs: number;
  readonly nowMs: number;
  readonly type: EventTypeId | undefined;
  readonly alarms: DeepReadonly<AlarmConfig>;
}

export type FoundEvents = NonNullable<ExplainFacts["events"]> & {
  /** Those of the moment as they are kept. */
  readonly whole: readonly AlarmEvent[];
};

/** Asks the database. */
export async function eventsAround(db: Db, question: EventsQuestion): Promise<FoundEvents> {
  const { camera, atMs, type, alarms } = question;
  const cameras = [camera.id];
  const fromMs = atMs - longestMs(alarms) - SLACK_MS;
  const armable = type === undefined ? ARMABLE : [type];
  const [isKept, around, troubles, before, after, recording] = await Promise.all([
    areKept(db, question),
    searchEvents(db, { cameras, types: armable, startMs: fromMs, endMs: atMs + 1, limit: MOST_FOUND }),
    // The recorder's own trouble may last for days.
    searchEvents(db, {
      cameras,
      types: ["exception-camera-link", "exception-record", "exception-codec-mismatch"],
      endMs: atMs + 1,
      limit: MOST_TROUBLES,
    }),
    searchEvents(db, { cameras, types: armable, endMs: atMs, limit: MOST_FOUND }),
    searchEvents(db, {
      cameras,
      types: armable,
      startMs: atMs + 1,
      endMs: atMs + HOUR_MS,
      limit: MOST_FOUND,
    }),
    recordingEvents(db, question, fromMs),
  ]);
  const isOn = isGoingOn(atMs);
  const wrong = troubles.filter(isOn);
  // What was asked for by its kind is not answered with another.
  const own = type === undefined ? wrong : wrong.filter((event) => event.type === type);
  const whole = [...new Map([...around.filter(isOn), ...own].map((event) => [event.id, event])).values()];
  const outage = wrong.find((event) => event.type === "exception-camera-link");
  const failure = wrong.find((event) => event.type === "exception-record");
  const last = before.find(({ id }) => !whole.some((event) => event.id === id));
  // More than that within the hour: which was the first is not worth the search.
  const next = after.length < MOST_FOUND ? after.at(-1) : undefined;
  return {
    isKept,
    whole,
    at: whole.map(factsOf),
    ...(last === undefined ? {} : { before: factsOf(last) }),
    ...(next === undefined ? {} : { after: factsOf(next) }),
    recording: recording.map(factsOf),
    ...(outage === undefined ? {} : { outage: troubleOf(outage) }),
    ...(failure === undefined ? {} : { failure: troubleOf(failure) }),
  };
}

/** What was wrong with volumes at a moment. */
export async function volumeTroubles(
  db: Db,
  atMs: number,
): Promise<NonNullable<ExplainFacts["storage"]>["troubles"]> {
  const found = await searchEvents(db, { types: VOLUME_TYPES, endMs: atMs + 1, limit: MOST_TROUBLES });
  return found.filter(isGoingOn(atMs)).map((event) => ({
    path: event.subject ?? "",
    status: text(event.detail["status"]) || event.type.replace("exception-volume-", ""),
    fromMs: event.startMs,
    toMs: event.endMs,
  }));
}

/** Events that asked for the camera's recording at the moment. */
async function recordingEvents(
  db: Db,
  { camera: { id, record }, linked, atMs }: EventsQuestion,
  fromMs: number,
): Promise<AlarmEvent[]> {
  if (record.mode !== "event") return [];
  const beforeMs = record.preRecordSeconds * SECOND_MS;
  const afterMs = (record.postRecordSeconds ?? DEFAULT_POST_RECORD_SECONDS) * SECOND_MS;
  const chosen = (record.eventTypes ?? []).filter(isEventType).filter(isArmable);
  const found = await searchEvents(db, {
    cameras: [id, ...linked],
    types: chosen.length === 0 ? ARMABLE : chosen,
    startMs: fromMs - afterMs,
    endMs: atMs + beforeMs + 1,
    limit: MOST_FOUND,
  });
  return found.filter(({ endMs }) => (endMs ?? Number.POSITIVE_INFINITY) + afterMs >= atMs);
}

/** False where events of the moment may have been forgotten. */
async function areKept(db: Db, { atMs, nowMs, alarms }: EventsQuestion): Promise<boolean> {
  if (atMs < nowMs - alarms.keepDays * DAY_MS) return false;
  const [oldestMs, count] = await Promise.all([oldestEventMs(db), countEvents(db)]);
  return count < alarms.keepCount || (oldestMs !== undefined && oldestMs <= atMs);
}

/** No armable event lasts longer. */
function longestMs({ maxOpenSeconds, arming }: EventsQuestion["alarms"]): number {
  const seconds = arming.rules.flatMap((rule) => rule.maxOpenSeconds ?? []);
  return Math.max(maxOpenSeconds, ...seconds) * SECOND_MS;
}

function isGoingOn(atMs: number): (event: AlarmEvent) => boolean {
  return ({ startMs, endMs }) => startMs <= atMs && (endMs ?? Number.POSITIVE_INFINITY) + SLACK_MS >= atMs;
}

function factsOf({ id, type, camera, startMs, endMs, actions = [] }: AlarmEvent): EventFacts {
  return { id, type, camera, fromMs: startMs, toMs: endMs, actions };
}

function troubleOf({ startMs, endMs, detail }: AlarmEvent): TroubleFacts {
  return {
    fromMs: startMs,
    toMs: endMs,
    code: text(detail["code"]),
    said: text(detail["reason"]) || text(detail["message"]),
  };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
