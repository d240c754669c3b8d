// Arming: which profile is in force, what is armed, and the rules that say so.
import { createHash } from "node:crypto";
import type { Config } from "../../config/config-schema.ts";
import type { FrozenConfig } from "../../config/config-store.ts";
import { NightjarError } from "../../errors.ts";
import {
  ArmingChangeSchema,
  ArmingRulesPatchSchema,
  ArmingRulesSchema,
  ArmingSchema,
} from "../alarm-schemas.ts";
import { needs, type Route, route } from "../route.ts";
import type { HttpServices } from "../services.ts";

export function armingRoutes(services: HttpServices): Route[] {
  const { config } = services;
  return [
    route({
      method: "GET",
      path: "/api/v1/arming",
      policy: needs("status.view"),
      summary: "The arming profile in force, those that there are, and which rules arm now.",
      response: ArmingSchema,
      handle: () => services.events.arming(),
    }),
    route({
      method: "PUT",
      path: "/api/v1/arming",
      policy: needs("arming.set"),
      summary: "Puts another arming profile in force.",
      body: ArmingChangeSchema,
      response: ArmingSchema,
      async handle({ body, audit }) {
        const before = config.get().alarms.profile;
        await config.update("/alarms/profile", body.profile);
        if (before !== body.profile) audit("arming-changed", { profile: body.profile, before });
        return services.events.arming();
      },
    }),
    route({
      method: "GET",
      path: "/api/v1/arming/rules",
      policy: needs("settings.view"),
      summary: "Rules, profiles and holidays, and how events are put together and kept.",
      response: ArmingRulesSchema,
      handle: () => rulesView(config.get()),
    }),
    route({
      method: "PATCH",
      path: "/api/v1/arming/rules",
      policy: needs("settings.edit"),
      summary: "Changes them: each list as a whole; what is left out stays.",
      body: ArmingRulesPatchSchema,
      response: ArmingRulesSchema,
      async handle({ body, audit }) {
        const { stamp, profiles, rules, holidays, place, ...timing } = body;
        // Compared where changes are made one after the other: nobody comes in between.
        const next = await config.update((draft: Config) => {
          if (stamp !== undefined && stamp !== stampOf(draft.alarms)) {
            throw new NightjarError(
              "NJ_ARMING_CHANGED",
              "failed-precondition",
              "the rules and holidays of arming have been changed meanwhile; nothing was changed now",
            );
          }
          const { arming } = draft.alarms;
          Object.assign(draft.alarms, timing);
          if (profiles !== undefined) arming.profiles = profiles;
          if (rules !== undefined) arming.rules = rules;
          if (holidays !== undefined) arming.holidays = holidays;
          if (place === null) delete arming.place;
          else if (place !== undefined) arming.place = place;
        });
        audit("arming-rules-changed", { changed: Object.keys(body).filter((name) => name !== "stamp") });
        return rulesView(next);
      },
    }),
  ];
}

function rulesView({ alarms }: FrozenConfig) {
  const { profile: _, hints: _hints, arming, ...timing } = alarms;
  return { stamp: stampOf(alarms), ...timing, ...arming };
}

/** Of all but the profile in force and the hints: switching those changes no rule. */
function stampOf({ profile: _, hints: _hints, ...rest }: FrozenConfig["alarms"]): string {
  return createHash("sha256").update(JSON.stringify(rest)).digest("hex").slice(0, 32);
}
