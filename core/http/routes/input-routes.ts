// Alarm inputs: how they are, setting the virtual ones, being called by devices that hold a token, and their settings.
import { Type } from "typebox";
import { mayDoWith, type Principal } from "../../users/principal.ts";
import {
  ContactSchema,
  InputSettingsBodySchema,
  InputSettingsSchema,
  InputsSchema,
  InputTokenSchema,
  SignalQuerySchema,
} from "../alarm-io-schemas.ts";
import { needs, PUBLIC, type Route, route } from "../route.ts";
import type { HttpServices } from "../services.ts";

const closed = { additionalProperties: false } as const;
const params = Type.Object({ input: Type.String({ minLength: 1, maxLength: 64 }) }, closed);

export function inputRoutes({ alarmIo, config }: HttpServices): Route[] {
  const list = (principal: Principal) => ({
    inputs: alarmIo.inputs().map((input) => ({
      ...input,
      cameras: input.cameras.filter((camera) => mayDoWith(principal, "events.view", camera)),
    })),
  });
  return [
    route({
      method: "GET",
      path: "/api/v1/inputs",
      policy: needs("system.view"),
      summary: "The alarm inputs, and how they are.",
      response: InputsSchema,
      handle: ({ principal }) => list(principal),
    }),
    route({
      method: "PUT",
      path: "/api/v1/inputs/:input/contact",
      policy: needs("inputs.set"),
      summary: "Closes or opens the contact of a virtual alarm input.",
      params,
      body: ContactSchema,
      response: InputsSchema,
      handle({ params: { input }, body, audit, principal }) {
        alarmIo.setInput(input, body.contact === "closed", principal.userName);
        audit("input-set", { input, contact: body.contact });
        return list(principal);
      },
    }),
    route({
      method: "POST",
      path: "/api/v1/inputs/:input/signal",
      policy: PUBLIC,
      summary:
        "A device that holds an alarm input's token says how its contact is: closed, unless told otherwise.",
      params,
      query: SignalQuerySchema,
      handle({ params: { input }, query }) {
        alarmIo.signalInput(input, query.token, query.contact !== "open");
      },
    }),
    route({
      method: "POST",
      path: "/api/v1/inputs/:input/token",
      policy: needs("settings.edit"),
      summary: "Makes another token for an alarm input that devices call. The one before holds no more.",
      params,
      response: InputTokenSchema,
      async handle({ params: { input }, audit }) {
        const token = await alarmIo.newToken(input);
        audit("settings-changed", { changed: ["inputs"], input, token: true });
        const path = `${config.get().network.basePath}/api/v1/inputs/${input}/signal?token=${token}`;
        return { token, path };
      },
    }),
    route({
      method: "GET",
      path: "/api/v1/inputs/settings",
      policy: needs("settings.edit"),
      summary: "The settings of all alarm inputs.",
      response: InputSettingsSchema,
      handle: () => alarmIo.inputSettings(),
    }),
    route({
      method: "PUT",
      path: "/api/v1/inputs/settings",
      policy: needs("settings.edit"),
      summary:
        "Changes the settings of alarm inputs: the list as a whole. Those that stay as they are go on.",
      body: InputSettingsBodySchema,
      response: InputSettingsSchema,
      async handle({ body, audit }) {
        await alarmIo.changeInputs(body.inputs, body.stamp);
        audit("settings-changed", { changed: ["inputs"] });
        return alarmIo.inputSettings();
      },
    }),
  ];
}
