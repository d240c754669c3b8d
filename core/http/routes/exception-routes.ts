// Exceptions by their kinds: what goes on, how often of late, and where people are told of it.
import { Type } from "typebox";
import type { Config } from "../../config/config-schema.ts";
import { EXCEPTION_TYPES, toldIn, withHint } from "../../domain/exception-hints.ts";
import { mayDoWith, type Principal, seesRecorder } from "../../users/principal.ts";
import { ExceptionHintPatchSchema, ExceptionsSchema } from "../alarm-schemas.ts";
import { invalidRequest } from "../request-checks.ts";
import { needs, type Route, route } from "../route.ts";
import type { HttpServices } from "../services.ts";

export function exceptionRoutes(services: HttpServices): Route[] {
  const { config, cameras, events } = services;
  const view = (principal: Principal) => {
    const recorder = seesRecorder(principal);
    const seen = cameras.list().filter(({ id }) => mayDoWith(principal, "events.view", id));
    return events.exceptions({ cameras: recorder ? undefined : seen.map(({ id }) => id), recorder });
  };
  return [
    route({
      method: "GET",
      path: "/api/v1/exceptions",
      policy: needs("system.view"),
      summary:
        "Exceptions by their kinds: what goes on, how often of late, and where people are told of it. Of cameras that the caller may not see nothing is counted.",
      response: ExceptionsSchema,
      handle: ({ principal }) => view(principal),
    }),
    route({
      method: "PATCH",
      path: "/api/v1/exceptions/:type",
      policy: needs("settings.edit"),
      summary: "Sets where people are told of a kind of exceptions; what is left out stays.",
      params: Type.Object({ type: Type.Enum(EXCEPTION_TYPES) }, { additionalProperties: false }),
      body: ExceptionHintPatchSchema,
      response: ExceptionsSchema,
      async handle({ params: { type }, body, principal, audit }) {
        if (body.bar !== undefined && toldIn(type, []).bar === undefined) {
          throw invalidRequest("body", [{ path: "/bar", message: `the bar does not know of ${type}` }]);
        }
        const before = JSON.stringify(config.get().alarms.hints);
        const { alarms } = await config.update(({ alarms: draft }: Config) => {
          draft.hints = withHint(draft.hints, { type, ...body });
        });
        const isOther = JSON.stringify(alarms.hints) !== before;
        if (isOther) audit("exception-hint-changed", { type, ...toldIn(type, alarms.hints) });
        return view(principal);
      },
    }),
  ];
}
