// The recorder itself: its state, and media tickets.
import { Type } from "typebox";
import { NightjarError } from "../../errors.ts";
import { diagnostics } from "../../system/diagnostics.ts";
import { runDoctor } from "../../system/doctor.ts";
import { mayDo, mayDoWith } from "../../users/principal.ts";
import { needs, type Route, route, SIGNED_IN } from "../route.ts";
import { cameraRefused } from "../router.ts";
import type { HttpServices } from "../services.ts";
import { visibleCameras } from "../visible-cameras.ts";
import { CheckSchema, StatusSchema, TimeSchema } from "../wire-schemas.ts";

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
  plugins: Open,
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
        const { plugins, secrets } = await services.diagnosticParts();
        const nowMs = clock.wallMs();
        return diagnostics({ version, nowMs, config: config.get(), status, checks, plugins, secrets });
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
        const isThere = cameras.has(body.camera);
        const withheld = body.rights.find((right) => !mayDoWith(principal, right, body.camera));
        if (withheld !== undefined || !isThere)
          throw cameraRefused(principal, withheld ?? "", body.camera, isThere);
        const { ticket, expiresAtMs } = await users.tickets.issue(principal, body.camera, body.rights);
        return { ticket, expiresAt: new Date(expiresAtMs).toISOString() };
      },
    }),
  ];
}
