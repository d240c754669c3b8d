// Settings of plugins over HTTP: what they are, whether they would fit, and storing them. Secrets come in, never out.
import { Type } from "typebox";
import { languageSchema, PluginSettingsSchema } from "../plugin-schemas.ts";
import { needs, type Route, route } from "../route.ts";
import type { HttpServices } from "../services.ts";

const closed = { additionalProperties: false } as const;
const PluginName = Type.String({ minLength: 1, maxLength: 214 });
const Given = Type.Object(
  {
    name: PluginName,
    config: Type.Record(Type.String(), Type.Unknown(), {
      description: "All settings. A secret that is left out stays, `null` removes it.",
    }),
  },
  closed,
);

export function pluginSettingsRoutes({ pluginSettings }: HttpServices): Route[] {
  return [
    route({
      method: "GET",
      path: "/api/v1/plugins/settings",
      policy: needs("settings.view"),
      summary: "Settings of a plugin with their schema; of secrets only which are set.",
      query: Type.Object(
        {
          name: PluginName,
          language: Type.Optional(
            languageSchema("Titles and descriptions in this language, where the plugin brings them."),
          ),
        },
        closed,
      ),
      response: PluginSettingsSchema,
      handle: ({ query }) => pluginSettings.view(query.name, query.language),
    }),
    route({
      method: "PUT",
      path: "/api/v1/plugins/settings",
      policy: needs("settings.edit"),
      summary: "Checks and stores a plugin's settings, and restarts that plugin with them.",
      body: Given,
      response: PluginSettingsSchema,
      async handle({ body, audit }) {
        const view = await pluginSettings.put(body.name, body.config);
        // Which, never their values: they may hold addresses and secrets.
        audit("plugin-settings-changed", { plugin: body.name, given: Object.keys(body.config).slice(0, 50) });
        return view;
      },
    }),
    route({
      method: "POST",
      path: "/api/v1/plugins/settings/check",
      policy: needs("settings.edit"),
      summary: "What would be wrong with a plugin's settings; stores nothing.",
      body: Given,
      response: Type.Object({
        problems: Type.Array(
          Type.Object({
            path: Type.String(),
            message: Type.String(),
            rule: Type.Optional(
              Type.String({ description: "Which rule is broken, to say it in other languages." }),
            ),
            bound: Type.Optional(Type.String({ description: "What the rule names." })),
          }),
        ),
      }),
      async handle({ body }) {
        return { problems: [...(await pluginSettings.check(body.name, body.config))] };
      },
    }),
  ];
}
