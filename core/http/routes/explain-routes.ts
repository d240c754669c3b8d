// Why a camera was, or was not, recorded at a moment, and why an event was, or was not, raised.
import { Type } from "typebox";
import { EVENT_TYPE_IDS } from "../../domain/event-types.ts";
import { mayDo, mayDoWith, type Principal } from "../../users/principal.ts";
import { ExplanationSchema } from "../explain-schemas.ts";
import { needsOnCamera, type Route, route } from "../route.ts";
import type { ExplainViewer, HttpServices } from "../services.ts";
import { momentMs } from "../time-range.ts";

const closed = { additionalProperties: false } as const;
const MILLISECONDS = /^\d{1,15}$/;

export function explainRoutes({ explain }: HttpServices): Route[] {
  return [
    route({
      method: "GET",
      path: "/api/v1/cameras/:id/explain",
      policy: needsOnCamera("cameras.view"),
      summary:
        "Why the camera was, or was not, recorded at a moment, and why an event was, or was not, raised: step by step.",
      params: Type.Object({ id: Type.String({ maxLength: 64 }) }),
      query: Type.Object(
        {
          at: Type.Optional(
            Type.String({
              maxLength: 40,
              description: "ISO 8601 with zone, or milliseconds since 1970. Without: now.",
            }),
          ),
          type: Type.Optional(
            Type.Enum(EVENT_TYPE_IDS, { description: "Only of this kind of event. Without: of all." }),
          ),
        },
        closed,
      ),
      response: ExplanationSchema,
      handle({ params, query: { at, type }, principal }) {
        return explain.explain(
          { camera: params.id, atMs: at === undefined ? undefined : readMoment(at), type },
          viewerOf(principal, params.id),
        );
      },
    }),
  ];
}

/** What of the answer is for this account. */
export function viewerOf(principal: Principal, camera: string): ExplainViewer {
  return {
    recordings: mayDoWith(principal, "playback", camera),
    events: mayDoWith(principal, "events.view", camera),
    storage: mayDo(principal, "system.view"),
    arming: mayDo(principal, "status.view"),
    sees: (other) => mayDoWith(principal, "events.view", other),
  };
}

function readMoment(text: string): number {
  return momentMs(MILLISECONDS.test(text) ? isoOf(Number(text)) : text, "/at");
}

/** What is no moment is refused as such. */
function isoOf(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? "" : date.toISOString();
}
