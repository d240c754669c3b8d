// Events: their list, also as a file, one of them, and who has seen it.
import { type Static, Type } from "typebox";
import { toldKinds } from "../../domain/event-hints.ts";
import { EVENT_TYPE_IDS, eventType } from "../../domain/event-types.ts";
import type { CameraRight } from "../../domain/roles.ts";
import { NightjarError } from "../../errors.ts";
import { mayDoWithEvent, type Principal, seesRecorder } from "../../users/principal.ts";
import { AcknowledgeSchema } from "../alarm-schemas.ts";
import { EVENT_EXPORT_LIMIT, eventFile } from "../event-export.ts";
import { EventSchema, EventsPageSchema, type EventView } from "../event-schemas.ts";
import { ListFormatSchema, listFile } from "../list-file.ts";
import { invalidRequest } from "../request-checks.ts";
import { needs, type Route, route } from "../route.ts";
import type { HttpServices } from "../services.ts";
import { momentMs } from "../time-range.ts";
import { wantedCameras } from "../visible-cameras.ts";
import { TimeSchema } from "../wire-schemas.ts";
import { changeStream, EVENT_STREAM, Since } from "./change-routes.ts";

const closed = { additionalProperties: false } as const;
const MOST_NAMES = 100;

/** What is looked for. */
const WANTED = {
  cameras: Type.Optional(Type.String({ maxLength: 70_000 })),
  types: Type.Optional(Type.String({ maxLength: 2_000, description: "Event types, separated by commas." })),
  objects: Type.Optional(
    Type.String({
      maxLength: 500,
      description: "Kinds of objects, separated by commas: events in which one of them was seen.",
    }),
  ),
  severities: Type.Optional(
    Type.String({
      maxLength: 40,
      pattern: "^(?:info|warning|alarm)(?:,(?:info|warning|alarm))*$",
      description: "Events whose type is of one of these, separated by commas: info, warning, alarm.",
    }),
  ),
  bell: Type.Optional(
    Type.Literal(true, {
      description:
        "Only those that the bell tells of: alarms, unless set otherwise (`PATCH /event-types/{type}`).",
    }),
  ),
  acknowledged: Type.Optional(
    Type.Boolean({ description: "Only those that somebody has seen, or that nobody has." }),
  ),
  start: Type.Optional(TimeSchema),
  end: Type.Optional(TimeSchema),
};
const WantedSchema = Type.Object(WANTED, closed);

const EventParams = Type.Object(
  { event: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }) },
  closed,
);

export function eventRoutes(services: HttpServices): Route[] {
  const { cameras } = services;

  /** The event, if the account may see it; for others there is none. */
  async function visible(principal: Principal, id: number, right: CameraRight): Promise<EventView> {
    const event = await services.events.find(id);
    if (event === undefined || !mayDoWithEvent(principal, right, event.camera))
      throw new NightjarError("NJ_EVENT_NOT_FOUND", "not-found", "there is no such event");
    return event;
  }

  /** What a query asks for, of what the account may see. */
  function wantedOf(query: Static<typeof WantedSchema>, principal: Principal) {
    // Who runs the recorder and sees all cameras sees its own events too; others those of their cameras.
    const everything = query.cameras === undefined && seesRecorder(principal);
    return {
      cameras: everything ? undefined : wantedCameras(cameras, principal, "events.view", query.cameras),
      types: ofBell(ofSeverities(namesIn(query.types, "/types"), query.severities?.split(",")), query.bell),
      objects: namesIn(query.objects, "/objects"),
      acknowledged: query.acknowledged,
      startMs: query.start === undefined ? undefined : momentMs(query.start, "/start"),
      endMs: query.end === undefined ? undefined : momentMs(query.end, "/end"),
    };
  }

  /** The types that are asked for, of those that the bell tells of. */
  function ofBell(types: readonly string[] | undefined, bell: boolean | undefined) {
    if (bell !== true) return types;
    const { bell: told } = toldKinds(services.config.get().alarms.hints);
    return types === undefined ? told : told.filter((type) => types.includes(type));
  }

  return [
    route({
      method: "GET",
      path: "/api/v1/events",
      policy: needs("events.view"),
      summary:
        "What happened, newest first. Asked for as text/event-stream, or by WebSocket: what happens from now on.",
      query: Type.Object(
        {
          ...WANTED,
          cursor: Type.Optional(Type.String({ maxLength: 200 })),
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
          since: Since,
        },
        closed,
      ),
      response: EventsPageSchema,
      handle(request) {
        const { query, principal } = request;
        if (request.header("accept").split(",")[0]?.trim() === EVENT_STREAM) {
          return changeStream(services, request, new Set(["event"]));
        }
        return services.events.search({
          ...wantedOf(query, principal),
          cursor: query.cursor,
          limit: query.limit ?? 100,
        });
      },
    }),
    route({
      method: "GET",
      path: "/api/v1/events/export",
      policy: needs("events.view"),
      summary: `What happened as a file, newest first: CSV, or a JSON object a line. At most ${EVENT_EXPORT_LIMIT} events; the older ones with \`end\`.`,
      query: Type.Object({ ...WANTED, format: Type.Optional(ListFormatSchema) }, closed),
      contentType: "text/csv",
      response: Type.String({ description: "`application/jsonl` where that was asked for." }),
      handle({ query, principal, audit }) {
        const { format = "csv", ...wanted } = query;
        const file = eventFile((asked) => services.events.search(asked), wantedOf(wanted, principal), format);
        audit("events-exported", { type: format });
        return listFile("events", format, file);
      },
    }),
    route({
      method: "GET",
      path: "/api/v1/events/:event",
      policy: needs("events.view"),
      summary: "One event.",
      params: EventParams,
      response: EventSchema,
      handle: ({ params, principal }) => visible(principal, params.event, "events.view"),
    }),
    route({
      method: "POST",
      path: "/api/v1/events/:event/acknowledge",
      policy: needs("events.acknowledge"),
      summary: "Says that the caller has seen an event, with a note; what was said before is replaced.",
      params: EventParams,
      body: AcknowledgeSchema,
      response: EventSchema,
      async handle({ params, body, principal, audit }) {
        const { camera, type } = await visible(principal, params.event, "events.acknowledge");
        const event = await services.events.acknowledge(params.event, principal.userName, body.note ?? "");
        audit("event-acknowledged", { event: params.event, type, note: body.note ?? "" }, camera);
        return event;
      },
    }),
  ];
}

/** The types that are asked for, of these severities. */
function ofSeverities(
  types: readonly string[] | undefined,
  severities: readonly string[] | undefined,
): readonly string[] | undefined {
  if (severities === undefined) return types;
  const known = EVENT_TYPE_IDS.filter((id) => severities.includes(eventType(id).severity));
  return types === undefined ? known : known.filter((id) => types.includes(id));
}

function namesIn(list: string | undefined, path: string): readonly string[] | undefined {
  if (list === undefined || list === "") return undefined;
  const names = [...new Set(list.split(","))];
  if (names.length > MOST_NAMES) {
    throw invalidRequest("query", [{ path, message: `names more than ${MOST_NAMES}` }]);
  }
  return names;
}
