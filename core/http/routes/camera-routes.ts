// Cameras: listing, adding, testing, changing, removing, and recording by hand.
import { Type } from "typebox";
import {
  CameraPatchSchema,
  CameraSchema,
  DriverSchema,
  NewCameraSchema,
  ProbeAnswerSchema,
  ProbeSchema,
  SearchOutcomeSchema,
} from "../camera-schemas.ts";
import { answer, needs, needsOnCamera, type Route, route } from "../route.ts";
import type { HttpServices } from "../services.ts";
import { momentMs } from "../time-range.ts";
import { cameraFor, visibleCameras } from "../visible-cameras.ts";
import { TimeSchema } from "../wire-schemas.ts";

const closed = { additionalProperties: false } as const;
const IdParams = Type.Object({ id: Type.String({ maxLength: 64 }) });

export function cameraRoutes(services: HttpServices): Route[] {
  const { cameras } = services;
  return [
    route({
      method: "GET",
      path: "/api/v1/cameras",
      policy: needs("cameras.view"),
      summary: "The cameras that the account may see, with their state.",
      response: Type.Object({ cameras: Type.Array(CameraSchema) }),
      handle({ principal }) {
        return { cameras: visibleCameras(cameras, principal, "cameras.view") };
      },
    }),
    route({
      method: "POST",
      path: "/api/v1/cameras",
      policy: needs("cameras.edit"),
      summary: "Adds a camera.",
      body: NewCameraSchema,
      response: CameraSchema,
      status: 201,
      async handle({ body, audit }) {
        const camera = await cameras.create(body);
        audit("camera-added", { name: camera.name, driver: camera.driver }, camera.id);
        return answer(201, camera, { location: `/api/v1/cameras/${camera.id}` });
      },
    }),
    route({
      method: "POST",
      path: "/api/v1/cameras/probe",
      policy: needs("cameras.edit"),
      summary: "Connects to a camera once, stores nothing, and answers what it sends, with a picture.",
      body: ProbeSchema,
      response: ProbeAnswerSchema,
      handle({ body, signal }) {
        return cameras.probe({ ...body, signal });
      },
    }),
    route({
      method: "POST",
      path: "/api/v1/cameras/search",
      policy: needs("cameras.edit"),
      summary:
        "Searches the network for cameras, five seconds long, and answers what it found; nothing is connected to or added.",
      response: SearchOutcomeSchema,
      async handle({ signal, audit }) {
        const outcome = await cameras.search(signal);
        audit("cameras-searched", { found: outcome.found.length });
        return outcome;
      },
    }),
    route({
      method: "GET",
      path: "/api/v1/camera-drivers",
      policy: needs("cameras.edit"),
      summary: "The kinds of cameras that can be added, with the schema of their settings and known brands.",
      response: Type.Array(DriverSchema),
      handle: () => cameras.drivers(),
    }),
    route({
      method: "GET",
      path: "/api/v1/cameras/:id",
      policy: needsOnCamera("cameras.view"),
      summary: "One camera with its state.",
      params: IdParams,
      response: CameraSchema,
      handle({ params, principal }) {
        const camera = cameras.get(params.id);
        return camera === undefined ? undefined : cameraFor(principal, camera);
      },
    }),
    route({
      method: "PATCH",
      path: "/api/v1/cameras/:id",
      policy: needs("cameras.edit"),
      summary:
        "Changes a camera; secrets that are left out stay, unless another address or account is named.",
      params: IdParams,
      body: CameraPatchSchema,
      response: CameraSchema,
      async handle({ params, body, audit }) {
        const camera = await cameras.update(params.id, body);
        // Which settings, never their values: they may hold addresses and secrets.
        audit("camera-changed", { changed: Object.keys(body) }, params.id);
        return camera;
      },
    }),
    route({
      method: "DELETE",
      path: "/api/v1/cameras/:id",
      policy: needs("cameras.edit"),
      summary: "Removes a camera; its footage stays until its time, or goes at once.",
      params: IdParams,
      query: Type.Object(
        { footage: Type.Optional(Type.Enum(["keep", "remove"] as const, { default: "keep" })) },
        closed,
      ),
      async handle({ params, query, audit }) {
        const footage = query.footage ?? "keep";
        await cameras.remove(params.id, footage);
        audit("camera-removed", { footage }, params.id);
      },
    }),
    route({
      method: "PUT",
      path: "/api/v1/cameras/:id/manual-recording",
      policy: needsOnCamera("recordings.manual"),
      summary: "Records from now on, until a moment or until stopped.",
      params: IdParams,
      body: Type.Object({ until: Type.Optional(TimeSchema) }, closed),
      async handle({ params, body, audit }) {
        const untilMs = body.until === undefined ? undefined : momentMs(body.until, "/until");
        await cameras.startManualRecording(params.id, untilMs);
        audit("manual-recording-started", body.until === undefined ? {} : { until: body.until }, params.id);
      },
    }),
    route({
      method: "DELETE",
      path: "/api/v1/cameras/:id/manual-recording",
      policy: needsOnCamera("recordings.manual"),
      summary: "Stops recording by hand.",
      params: IdParams,
      async handle({ params, audit }) {
        await cameras.stopManualRecording(params.id);
        audit("manual-recording-stopped", {}, params.id);
      },
    }),
  ];
}
