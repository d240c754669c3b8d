// Plugins: what was found, how each is, and starting one anew.
import { Type } from "typebox";
import { PLUGIN_PLACES } from "../../plugin/package/manifest.ts";
import { PERMISSIONS } from "../../plugin/package/permissions.ts";
import { languageSchema, PluginsSchema, PluginWordsSchema } from "../plugin-schemas.ts";
import { httpError } from "../problem.ts";
import { answer, needs, type Route, route } from "../route.ts";
import type { HttpServices } from "../services.ts";

const closed = { additionalProperties: false } as const;
/** npm's own limit for names. */
const PluginName = Type.String({ minLength: 1, maxLength: 214 });
/** A picture of a stranger's: nothing in it may run, load or be taken for something else, also when opened by itself. */
const ICON_HEADERS = {
  "content-security-policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
  "x-content-type-options": "nosniff",
  "cache-control": "private, max-age=300",
} as const;

export function pluginRoutes({ plugins, pluginSettings }: HttpServices): Route[] {
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
      method: "GET",
      path: "/api/v1/plugins/words",
      policy: needs("settings.view"),
      summary: "What plugins, and what they register, are called in a language.",
      query: Type.Object({ language: languageSchema("As the interface names it: `de`, `de-CH`.") }, closed),
      response: PluginWordsSchema,
      async handle({ query }) {
        return { plugins: [...(await plugins.words(query.language))] };
      },
    }),
    route({
      method: "POST",
      path: "/api/v1/plugins/restart",
      policy: needs("settings.edit"),
      summary: "Starts a plugin that runs in a process of its own anew, also one that failed too often.",
      body: Type.Object({ name: PluginName }, closed),
      response: PluginsSchema,
      async handle({ body, audit }) {
        await plugins.restart(body.name);
        audit("plugin-restarted", { plugin: body.name });
        return { plugins: [...plugins.list()] };
      },
    }),
    route({
      method: "POST",
      path: "/api/v1/plugins/enable",
      policy: needs("settings.edit"),
      summary: "Enables a plugin, which starts it, or disables it, which ends it.",
      body: Type.Object({ name: PluginName, enabled: Type.Boolean() }, closed),
      response: PluginsSchema,
      async handle({ body, audit }) {
        await pluginSettings.setEnabled(body.name, body.enabled);
        audit(body.enabled ? "plugin-enabled" : "plugin-disabled", { plugin: body.name });
        return { plugins: [...plugins.list()] };
      },
    }),
    route({
      method: "POST",
      path: "/api/v1/plugins/grants",
      policy: needs("settings.edit"),
      summary:
        "Allows a plugin something that it asks for, or takes it away, which restarts that plugin alone.",
      body: Type.Object(
        { name: PluginName, permission: Type.Enum(PERMISSIONS), granted: Type.Boolean() },
        closed,
      ),
      response: PluginsSchema,
      async handle({ body: { name, permission, granted }, audit }) {
        await pluginSettings.setGrant(name, permission, granted);
        audit(granted ? "plugin-permission-granted" : "plugin-permission-withdrawn", {
          plugin: name,
          permission,
        });
        return { plugins: [...plugins.list()] };
      },
    }),
    route({
      method: "POST",
      path: "/api/v1/plugins/isolation",
      policy: needs("settings.edit"),
      summary:
        "Puts a plugin that comes with Nightjar into a process of its own, or back, which restarts that plugin alone. All others run in processes of their own.",
      body: Type.Object({ name: PluginName, isolation: Type.Enum(PLUGIN_PLACES) }, closed),
      response: PluginsSchema,
      async handle({ body: { name, isolation }, audit }) {
        await pluginSettings.setIsolation(name, isolation);
        audit("plugin-moved", { plugin: name, isolation });
        return { plugins: [...plugins.list()] };
      },
    }),
    route({
      method: "GET",
      path: "/api/v1/plugins/icon",
      policy: needs("system.view"),
      summary: "The picture of a plugin, SVG or PNG.",
      query: Type.Object({ name: PluginName }, closed),
      contentType: "image/*",
      response: Type.String(),
      async handle({ query }) {
        const icon = await plugins.icon(query.name);
        if (icon === undefined) throw httpError(404, "NJ_PLUGIN_ICON", `${query.name} has no picture`);
        return answer(200, icon.bytes, { ...ICON_HEADERS, "content-type": icon.type });
      },
    }),
  ];
}
