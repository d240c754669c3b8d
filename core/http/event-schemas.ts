// The shapes in which the API speaks of events: what was seen, what came of it. Times are ISO 8601 in UTC.
import { type Static, Type } from "typebox";
import { ACTION_STATUSES, END_REASONS } from "../domain/alarm-event.ts";
import { EVENT_GROUPS, EVENT_SEVERITIES } from "../domain/event-types.ts";
import { FactsSchema, TimeSchema } from "./wire-schemas.ts";

export const EventObjectSchema = Type.Object({
  class: Type.String({ description: "`person`, `car` …" }),
  score: Type.Number({ description: "0 to 1." }),
  box: Type.Optional(
    Type.Object(
      { x: Type.Number(), y: Type.Number(), width: Type.Number(), height: Type.Number() },
      { description: "Fractions of the picture, from its upper left corner." },
    ),
  ),
  at: Type.Optional(
    Type.String({
      format: "date-time",
      description: "When it was in its box: `GET /cameras/:id/snapshot.jpg?at=` shows it there.",
    }),
  ),
  track: Type.Optional(Type.String({ description: "The same while it is held to be the same object." })),
  path: Type.Optional(
    Type.Array(Type.Array(Type.Number(), { minItems: 3, maxItems: 3 }), {
      description:
        "The way that what has a track took, at most 64 points, of all objects of an event 256: milliseconds after the event's `start`, then where the middle of its box was, x and y as fractions of the picture from its upper left corner.",
    }),
  ),
});

/** What came of an action. */
export const EventActionSchema = Type.Object({
  rule: Type.String({ description: "Id of the linkage rule." }),
  action: Type.String(),
  status: Type.Enum(ACTION_STATUSES, {
    description:
      "`expired`: it would have been too late; `dropped`: too many waited; `disarmed`: an alarm input kept it from being done.",
  }),
  at: TimeSchema,
  attempts: Type.Integer(),
  note: Type.Optional(Type.String({ description: "For people: what was done, or why not." })),
  code: Type.Optional(Type.String()),
  context: Type.Optional(FactsSchema),
  captures: Type.Optional(
    Type.Array(Type.Object({ file: Type.Integer(), camera: Type.String(), at: TimeSchema }), {
      description: "Pictures that were kept: `GET /events/:event/captures/:file`.",
    }),
  ),
});

export const EventSchema = Type.Object({
  id: Type.Integer(),
  type: Type.String({ description: "Of the catalogue: `GET /event-types`." }),
  group: Type.Optional(Type.Enum(EVENT_GROUPS)),
  severity: Type.Enum(EVENT_SEVERITIES),
  camera: Type.Optional(Type.String({ description: "Absent: of the recorder itself." })),
  rule: Type.Optional(Type.String({ description: "The detector's rule." })),
  source: Type.String({ description: "What reported it." }),
  subject: Type.Optional(Type.String({ description: "What it is about where that is no camera." })),
  start: TimeSchema,
  end: Type.Optional(TimeSchema),
  endReason: Type.Optional(
    Type.Enum(END_REASONS, { description: "Why it ended otherwise than by its reporter's word." }),
  ),
  last: Type.Optional(Type.String({ description: "When it was last reported." })),
  score: Type.Optional(Type.Number({ description: "0 to 1." })),
  objects: Type.Array(EventObjectSchema, { description: "What was seen, the surest first." }),
  pictures: Type.Array(TimeSchema, {
    description: "Moments that show it, the newest first: `GET /cameras/:id/snapshot.jpg?at=`.",
  }),
  acknowledged: Type.Optional(
    Type.Object(
      { at: TimeSchema, by: Type.String(), note: Type.String() },
      { description: "Who has seen it." },
    ),
  ),
  actions: Type.Optional(Type.Array(EventActionSchema, { description: "What was done because of it." })),
  detail: Type.Record(Type.String(), Type.Unknown()),
  revision: Type.Integer({ description: "Rises with every change of any event." }),
});
export type EventView = Static<typeof EventSchema>;

export const EventsPageSchema = Type.Object({
  events: Type.Array(EventSchema),
  next: Type.Optional(Type.String({ description: "Cursor of the next page." })),
});
export type EventsPage = Static<typeof EventsPageSchema>;
