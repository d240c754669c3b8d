// Plugins: what was found, how each is, and starting one anew.
import { Type } from "typebox";
import { needs, type Route, route } from "../route.ts";
import type { HttpServices } from "../services.ts";
import { PluginsSchema } from "../wire-schemas.ts";

export function pluginRoutes({ plugins }: HttpServices): Route[] {
  return [
    route({
      method: "GET",
      path: "/api/v1/plugins",
      policy: needs("system.view"),
      summary: "All plugins that were found, those refused with the reason, and how each is.",
      response: PluginsSchema,
      async handle() {
        return { plugins: [...plugins.list()] };
      },
    }),
    route({
      method: "POST",
      path: "/api/v1/plugins/restart",
      policy: needs("settings.edit"),
      summary: "Starts a plugin that runs in a process of its own anew, also one that failed too often.",
      body: Type.Object({ name: Type.String({ maxLength: 214 }) }, { additionalProperties: false }),
      response: PluginsSchema,
      async handle({ body, audit }) {
        await plugins.restart(body.name);
        audit("plugin-restarted", { plugin: body.name });
        return { plugins: [...plugins.list()] };
      },
    }),
  ];
}
