// Exceptions by their kinds: what goes on, how often of late, and where people are told of it.
import { mayDoWith, type Principal, seesRecorder } from "../../users/principal.ts";
import { ExceptionsSchema } from "../alarm-schemas.ts";
import { needs, type Route, route } from "../route.ts";
import type { HttpServices } from "../services.ts";

export function exceptionRoutes(services: HttpServices): Route[] {
  const { cameras, events } = services;
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
  ];
}
