// The catalogue of event types, with where people are told of each: in the bell, by a sound, in the bar.
import { Type } from "typebox";
import type { Config } from "../../config/config-schema.ts";
import { toldIn, withHint } from "../../domain/event-hints.ts";
import { EVENT_TYPE_IDS, eventType, isArmable } from "../../domain/event-types.ts";
import { EventHintPatchSchema, EventTypesSchema } from "../alarm-schemas.ts";
import { invalidRequest } from "../request-checks.ts";
import { needs, type Route, route } from "../route.ts";
import type { HttpServices } from "../services.ts";

export function eventTypeRoutes({ config }: Pick<HttpServices, "config">): Route[] {
  const view = () => {
    const { hints } = config.get().alarms;
    return {
      types: EVENT_TYPE_IDS.map((id) => {
        const { name, group, severity, scope } = eventType(id);
        const { bell, sound, bar } = toldIn(id, hints);
        return {
          ...{ id, name, group, severity, about: scope, armedBySchedule: isArmable(id), bell, sound },
          ...(bar === undefined ? {} : { bar }),
        };
      }),
    };
  };
  return [
    route({
      method: "GET",
      path: "/api/v1/event-types",
      policy: needs("events.view"),
      summary: "The catalogue of event types, and where people are told of each.",
      response: EventTypesSchema,
      handle: view,
    }),
    route({
      method: "PATCH",
      path: "/api/v1/event-types/:type",
      policy: needs("settings.edit"),
      summary: "Sets where people are told of a kind of event; what is left out stays.",
      params: Type.Object({ type: Type.Enum(EVENT_TYPE_IDS) }, { additionalProperties: false }),
      body: EventHintPatchSchema,
      response: EventTypesSchema,
      async handle({ params: { type }, body, audit }) {
        if (body.bar !== undefined && toldIn(type, []).bar === undefined) {
          throw invalidRequest("body", [{ path: "/bar", message: `the bar does not know of ${type}` }]);
        }
        const before = JSON.stringify(config.get().alarms.hints);
        const { alarms } = await config.update(({ alarms: draft }: Config) => {
          draft.hints = withHint(draft.hints, { type, ...body });
        });
        const isOther = JSON.stringify(alarms.hints) !== before;
        if (isOther) audit("event-hint-changed", { type, ...toldIn(type, alarms.hints) });
        return view();
      },
    }),
  ];
}
