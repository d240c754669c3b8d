// The recorder itself: state, events and media tickets.
import { Type } from "typebox";
import { NightjarError } from "../../errors.ts";
import { diagnostics } from "../../system/diagnostics.ts";
import { runDoctor } from "../../system/doctor.ts";
import { mayDo, mayDoWith } from "../../users/principal.ts";
import { needs, type Route, route, SIGNED_IN } from "../route.ts";
import { cameraNotFound } from "../router.ts";
import type { HttpServices } from "../services.ts";
import { momentMs } from "../time-range.ts";
import { visibleCameras, wantedCameras } from "../visible-cameras.ts";
import { CheckSchema, EventsPageSchema, StatusSchema, TimeSchema } from "../wire-schemas.ts";
import { changeStream, EVENT_STREAM, Since } from "./change-routes.ts";

const closed = { additionalProperties: false } as const;
const MEDIA_RIGHTS = ["live", "playback", "export", "snapshot"] as const;

const Open = Type.Record(Type.String(), Type.Unknown());
const DiagnosticsSchema = Type.Object({
  product: Type.String(),
  version: Type.String(),
  madeAt: TimeSchema,
  machine: Open,
  config: Open,
  status: Open,
  checks: Type.Array(CheckSchema),
});

export function systemRoutes(services: HttpServices): Route[] {
  const { cameras, users } = services;
  return [
    route({
      method: "GET",
      path: "/api/v1/status",
      policy: needs("status.view"),
      summary: "How the recorder is. Processes, volumes and problems are for those who run it.",
      response: StatusSchema,
      async handle({ principal }) {
        const status = await services.status.status();
        if (mayDo(principal, "system.view")) return status;
        const seen = visibleCameras(cameras, principal, "cameras.view");
        return {
          ...status,
          processes: [],
          volumes: [],
          ports: [],
          problems: [],
          cameras: {
            total: seen.length,
            online: seen.filter((camera) => ["online", "degraded"].includes(camera.state.status)).length,
            recording: seen.filter((camera) => camera.recording.active).length,
          },
        };
      },
    }),
    route({
      method: "GET",
      path: "/api/v1/diagnostics",
      policy: needs("diagnostics.view"),
      summary:
        "Versions, configuration, state and checks in one document without secrets, for whoever helps.",
      response: DiagnosticsSchema,
      async handle({ audit }) {
        const { config, version, clock } = services;
        const status = await services.status.status();
        const checks = await runDoctor({
          dataDir: config.dataDir,
          running: { status, plugins: services.plugins.list() },
        });
        audit("diagnostics-taken");
        return diagnostics({ version, nowMs: clock.wallMs(), config: config.get(), status, checks });
      },
    }),
    route({
      method: "GET",
      path: "/api/v1/events",
      policy: needs("events.view"),
      summary:
        "What happened, newest first. Asked for as text/event-stream, or by WebSocket: what happens from now on.",
      query: Type.Object(
        {
          cameras: Type.Optional(Type.String({ maxLength: 70_000 })),
          types: Type.Optional(
            Type.String({ maxLength: 2_000, description: "Event types, separated by commas." }),
          ),
          start: Type.Optional(TimeSchema),
          end: Type.Optional(TimeSchema),
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
        // Who runs the recorder and sees all cameras sees its own events too; others those of their cameras.
        const everything =
          query.cameras === undefined && mayDo(principal, "system.view") && principal.cameras === "all";
        return services.status.events({
          cameras: everything ? undefined : wantedCameras(cameras, principal, "events.view", query.cameras),
          types: query.types?.split(","),
          startMs: query.start === undefined ? undefined : momentMs(query.start, "/start"),
          endMs: query.end === undefined ? undefined : momentMs(query.end, "/end"),
          cursor: query.cursor,
          limit: query.limit ?? 100,
        });
      },
    }),
    route({
      method: "POST",
      path: "/api/v1/media-tickets",
      policy: SIGNED_IN,
      summary: "A short-lived ticket for the address of a picture or video of one camera.",
      body: Type.Object(
        {
          camera: Type.String({ maxLength: 64 }),
          rights: Type.Array(Type.Enum(MEDIA_RIGHTS), { minItems: 1, maxItems: 4 }),
        },
        closed,
      ),
      response: Type.Object({ ticket: Type.String(), expiresAt: TimeSchema }),
      status: 201,
      async handle({ body, principal }) {
        const missing = body.rights.find((right) => !mayDo(principal, right));
        if (missing !== undefined) {
          throw new NightjarError(
            "NJ_PERMISSION_DENIED",
            "permission-denied",
            `this needs the right ${missing}`,
          );
        }
        const sees = body.rights.every((right) => mayDoWith(principal, right, body.camera));
        if (!sees || cameras.get(body.camera) === undefined) throw cameraNotFound();
        const { ticket, expiresAtMs } = await users.tickets.issue(principal, body.camera, body.rights);
        return { ticket, expiresAt: new Date(expiresAtMs).toISOString() };
      },
    }),
  ];
}
