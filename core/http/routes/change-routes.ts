// The stream of changes: what it may be asked for, and how it is answered. The gateway carries it over WebSocket too.
import { Type } from "typebox";
import { NightjarError } from "../../errors.ts";
import { WALL_NAME } from "../../linkage/screen-actions.ts";
import { mayDo, type Principal } from "../../users/principal.ts";
import { CHANGE_TYPES, SCREEN_TYPES } from "../change.ts";
import type { Screen } from "../change-feed.ts";
import { unauthenticated } from "../credentials.ts";
import { invalidRequest } from "../request-checks.ts";
import { answer, type Route, type RouteRequest, route, SIGNED_IN } from "../route.ts";
import type { HttpServices } from "../services.ts";
import { wantedCameras } from "../visible-cameras.ts";

export const EVENT_STREAM = "text/event-stream";
const ALL_TYPES: readonly string[] = [...CHANGE_TYPES, ...SCREEN_TYPES];

/** The id of the last change that was got, wherever a listener may say it. */
export const Since = Type.Optional(
  Type.String({
    maxLength: 100,
    description:
      "The id of the last message that was got, as the header Last-Event-ID: what was missed comes first, or `reset` if that is not known any more.",
  }),
);
const ChangesQuery = Type.Object(
  {
    cameras: Type.Optional(
      Type.String({
        maxLength: 70_000,
        description: "Changes of these cameras only: ids separated by commas.",
      }),
    ),
    types: Type.Optional(
      Type.String({
        maxLength: 200,
        description: `Some of ${ALL_TYPES.join(", ")}, separated by commas.`,
      }),
    ),
    since: Since,
    wall: Type.Optional(
      Type.String({
        pattern: WALL_NAME,
        maxLength: 40,
        description: `The listener is a wall of this name while it listens, and is told ${SCREEN_TYPES.join(", ")} that are for walls.`,
      }),
    ),
    page: Type.Optional(
      Type.Boolean({ description: "The listener is an open page, and is told `sound` that is for pages." }),
    ),
  },
  { additionalProperties: false },
);

export function changeRoutes(services: HttpServices): Route[] {
  return [
    route({
      method: "GET",
      path: "/api/v1/changes",
      policy: SIGNED_IN,
      summary: `Server-Sent Events, or the same by WebSocket: ${ALL_TYPES.join(", ")}, reset, session-ended.`,
      query: ChangesQuery,
      contentType: EVENT_STREAM,
      response: Type.String(),
      handle(request) {
        const { wall, page, types } = request.query;
        const screen: Screen | undefined =
          wall !== undefined ? { kind: "wall", name: wall } : page === true ? { kind: "page" } : undefined;
        if (wall !== undefined && !mayDo(request.principal, "live")) {
          throw new NightjarError("NJ_PERMISSION_DENIED", "permission-denied", "a wall needs the right live");
        }
        return changeStream(services, request, typesOf(types), screen);
      },
    }),
  ];
}

/** The answer that goes on until the caller leaves or the session ends. */
export async function changeStream(
  services: HttpServices,
  request: Pick<RouteRequest<unknown, unknown, unknown>, "header" | "signal"> & {
    readonly principal: Principal;
    readonly query: { readonly cameras?: string | undefined; readonly since?: string | undefined };
  },
  types: ReadonlySet<string> | undefined,
  screen?: Screen,
) {
  const { query, principal, signal } = request;
  const since = query.since ?? (request.header("last-event-id") || undefined);
  const stream = services.changes.listen(principal, {
    cameras:
      query.cameras === undefined || query.cameras === ""
        ? undefined
        : new Set(wantedCameras(services.cameras, principal, "cameras.view", query.cameras)),
    types,
    since,
    screen,
  });
  if (screen?.kind === "wall") {
    try {
      stream.once("close", services.walls.opened(screen.name));
    } catch (error) {
      stream.destroy();
      throw error;
    }
  }
  signal.addEventListener("abort", () => stream.destroy());
  // An end that was told between the check of the request and here has not met this listener.
  if ((await services.users.callers.find(principal.sessionId)) === undefined) {
    stream.destroy();
    throw unauthenticated();
  }
  return answer(200, stream, { "content-type": EVENT_STREAM, "x-accel-buffering": "no" });
}

function typesOf(list: string | undefined): ReadonlySet<string> | undefined {
  if (list === undefined || list === "") return undefined;
  const types = list.split(",");
  const unknown = types.find((type) => !ALL_TYPES.includes(type));
  if (unknown !== undefined) {
    throw invalidRequest("query", [
      { path: "/types", message: `names what there is not: give some of ${ALL_TYPES.join(", ")}` },
    ]);
  }
  return new Set(types);
}
