// Alarm outputs: how they are, switching them by hand, one or all, and their settings.
import { Type } from "typebox";
import {
  AuthorizationSchema,
  OutputSettingsBodySchema,
  OutputSettingsSchema,
  OutputsSchema,
  TriggerSchema,
} from "../alarm-io-schemas.ts";
import { needs, type Route, route } from "../route.ts";
import type { HttpServices } from "../services.ts";

const closed = { additionalProperties: false } as const;
const params = Type.Object({ output: Type.String({ minLength: 1, maxLength: 64 }) }, closed);

export function outputRoutes({ alarmIo }: HttpServices): Route[] {
  const list = () => ({ outputs: [...alarmIo.outputs()] });
  return [
    route({
      method: "GET",
      path: "/api/v1/outputs",
      policy: needs("system.view"),
      summary: "The alarm outputs, and how they are.",
      response: OutputsSchema,
      handle: list,
    }),
    route({
      method: "POST",
      path: "/api/v1/outputs/trigger",
      policy: needs("outputs.set"),
      summary: "Switches all alarm outputs on that are enabled.",
      response: OutputsSchema,
      async handle({ audit, principal }) {
        audit("outputs-triggered", { outputs: "all" });
        await alarmIo.setAllOutputs(true, principal.userName);
        return list();
      },
    }),
    route({
      method: "POST",
      path: "/api/v1/outputs/clear",
      policy: needs("outputs.set"),
      summary: "Switches all alarm outputs off that are enabled.",
      response: OutputsSchema,
      async handle({ audit, principal }) {
        audit("outputs-cleared", { outputs: "all" });
        await alarmIo.setAllOutputs(false, principal.userName);
        return list();
      },
    }),
    route({
      method: "POST",
      path: "/api/v1/outputs/:output/trigger",
      policy: needs("outputs.set"),
      summary: "Switches an alarm output on, by hand: its schedule has no say.",
      params,
      body: TriggerSchema,
      response: OutputsSchema,
      async handle({ params: { output }, body, audit, principal }) {
        // Before it is done: a command that fails may have worked all the same.
        audit("output-triggered", { output });
        await alarmIo.setOutput(output, true, principal.userName, body.dwellSeconds);
        return list();
      },
    }),
    route({
      method: "POST",
      path: "/api/v1/outputs/:output/clear",
      policy: needs("outputs.set"),
      summary: "Switches an alarm output off.",
      params,
      response: OutputsSchema,
      async handle({ params: { output }, audit, principal }) {
        audit("output-cleared", { output });
        await alarmIo.setOutput(output, false, principal.userName);
        return list();
      },
    }),
    route({
      method: "GET",
      path: "/api/v1/outputs/settings",
      policy: needs("settings.edit"),
      summary: "The settings of all alarm outputs.",
      response: OutputSettingsSchema,
      handle: () => alarmIo.outputSettings(),
    }),
    route({
      method: "PUT",
      path: "/api/v1/outputs/settings",
      policy: needs("settings.edit"),
      summary:
        "Changes the settings of alarm outputs: the list as a whole. Those that stay as they are go on.",
      body: OutputSettingsBodySchema,
      response: OutputSettingsSchema,
      async handle({ body, audit }) {
        await alarmIo.changeOutputs(body.outputs, body.stamp);
        audit("settings-changed", { changed: ["outputs"] });
        return alarmIo.outputSettings();
      },
    }),
    route({
      method: "PUT",
      path: "/api/v1/outputs/:output/authorization",
      policy: needs("settings.edit"),
      summary: "Says what the requests of an alarm output carry in the header `Authorization`.",
      params,
      body: AuthorizationSchema,
      async handle({ params: { output }, body, audit }) {
        await alarmIo.setAuthorization(output, body.authorization ?? undefined);
        audit("settings-changed", {
          changed: ["outputs"],
          output,
          authorization: body.authorization !== null,
        });
      },
    }),
  ];
}
