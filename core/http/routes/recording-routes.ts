// What has been recorded: lists, locks, the timeline's coverage and the calendar's days.
import { Type } from "typebox";
import { invalidRequest } from "../request-checks.ts";
import { needs, needsOnCamera, type Route, route } from "../route.ts";
import type { HttpServices } from "../services.ts";
import { rangeMs } from "../time-range.ts";
import { wantedCameras } from "../visible-cameras.ts";
import {
  CalendarSchema,
  CoverageSchema,
  DateSchema,
  RangeLockSchema,
  RecordingsPageSchema,
  StreamSchema,
  TimeSchema,
} from "../wire-schemas.ts";

const closed = { additionalProperties: false } as const;
const DAY_MS = 86_400_000;
/** Longest range that is locked at once: thousands of files, not millions. */
const LOCK_DAYS = 1;
const CALENDAR_DAYS = 800;
const COVERAGE_DAYS = 800;
const Cameras = Type.Optional(
  Type.String({
    maxLength: 70_000,
    description: "Ids separated by commas; without it all that the account may see.",
  }),
);
const LockParams = Type.Object({
  id: Type.String({ maxLength: 64 }),
  segment: Type.String({ pattern: "^[a-z0-9-]{1,128}$" }),
});

const CameraParams = Type.Object({ id: Type.String({ maxLength: 64 }) });
const LockRange = Type.Object(
  { start: TimeSchema, end: TimeSchema, stream: Type.Optional(StreamSchema) },
  closed,
);

export function recordingRoutes(services: HttpServices): Route[] {
  const { cameras, recordings } = services;
  return [
    route({
      method: "GET",
      path: "/api/v1/cameras/:id/recordings",
      policy: needsOnCamera("playback"),
      summary:
        "Recording files of a camera that touch the range, with their SHA-256 where they carry one, and the gaps between them.",
      params: CameraParams,
      query: Type.Object(
        {
          start: TimeSchema,
          end: TimeSchema,
          stream: Type.Optional(StreamSchema),
          cursor: Type.Optional(Type.String({ maxLength: 200 })),
        },
        closed,
      ),
      response: RecordingsPageSchema,
      handle({ params, query }) {
        return recordings.list({
          camera: params.id,
          ...rangeMs(query),
          stream: query.stream,
          cursor: query.cursor,
        });
      },
    }),
    route({
      method: "PUT",
      path: "/api/v1/cameras/:id/recordings/:segment/lock",
      policy: needsOnCamera("recordings.lock"),
      summary: "Keeps a recording file from being deleted.",
      params: LockParams,
      async handle({ params, audit, principal }) {
        await recordings.setLock(params.id, params.segment, true, principal.userName);
        audit("recording-locked", { segment: params.segment }, params.id);
      },
    }),
    route({
      method: "DELETE",
      path: "/api/v1/cameras/:id/recordings/:segment/lock",
      policy: needsOnCamera("recordings.lock"),
      summary: "Lets a recording file be deleted again.",
      params: LockParams,
      async handle({ params, audit, principal }) {
        await recordings.setLock(params.id, params.segment, false, principal.userName);
        audit("recording-unlocked", { segment: params.segment }, params.id);
      },
    }),
    ...([true, false] as const).map((locked) =>
      route({
        method: locked ? "PUT" : "DELETE",
        path: "/api/v1/cameras/:id/recordings/lock",
        policy: needsOnCamera("recordings.lock"),
        summary: locked
          ? "Keeps all recording files that touch a range, a day at most, from being deleted."
          : "Lets all recording files that touch a range, a day at most, be deleted again.",
        params: CameraParams,
        query: LockRange,
        response: RangeLockSchema,
        async handle({ params, query, audit, principal }) {
          const stream = query.stream ?? "main";
          const done = await recordings.setRangeLock({
            camera: params.id,
            stream,
            ...rangeMs(query, LOCK_DAYS * DAY_MS),
            locked,
            by: principal.userName,
          });
          const { files, start, end } = done;
          if (files > 0) {
            const action = locked ? "recordings-locked" : "recordings-unlocked";
            audit(action, { stream, files, start, end }, params.id);
          }
          return done;
        },
      }),
    ),
    route({
      method: "GET",
      path: "/api/v1/recordings/coverage",
      policy: needs("playback"),
      summary: "When the cameras were recorded and why, and where packets were lost: what a timeline draws.",
      query: Type.Object(
        { cameras: Cameras, start: TimeSchema, end: TimeSchema, stream: Type.Optional(StreamSchema) },
        closed,
      ),
      response: CoverageSchema,
      handle({ query, principal }) {
        return recordings.coverage({
          cameras: wantedCameras(cameras, principal, "playback", query.cameras),
          stream: query.stream ?? "main",
          ...rangeMs(query, COVERAGE_DAYS * DAY_MS),
        });
      },
    }),
    route({
      method: "GET",
      path: "/api/v1/recordings/calendar",
      policy: needs("playback"),
      summary: "The days, in the recorder's time zone, on which something was recorded.",
      query: Type.Object({ cameras: Cameras, from: DateSchema, to: DateSchema }, closed),
      response: CalendarSchema,
      handle({ query, principal }) {
        const days = (Date.parse(query.to) - Date.parse(query.from)) / DAY_MS;
        if (Number.isNaN(days) || days < 0 || days > CALENDAR_DAYS) {
          throw invalidRequest("query", [
            { path: "/to", message: `must be a day from \`from\` on, at most ${CALENDAR_DAYS} days later` },
          ]);
        }
        return recordings.calendar({
          cameras: wantedCameras(cameras, principal, "playback", query.cameras),
          from: query.from,
          to: query.to,
        });
      },
    }),
  ];
}
