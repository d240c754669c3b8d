// The resources that plugins have below /api/v1/plugins/<package>/: found by their plugin's own descriptions when they
// are asked for, since plugins come and go, and then served like any route: authenticated, judged, checked.
import type { Context, Middleware } from "koa";
import { type TObject, Type } from "typebox";
import type { Right } from "../domain/roles.ts";
import type { PluginRoute } from "../plugin/contract/plugin-route.ts";
import { httpError } from "./problem.ts";
import { needs, needsInPerson, type Route, route } from "./route.ts";
import { serve } from "./router.ts";
import type { HttpServices } from "./services.ts";

export const PLUGIN_RESOURCES = "/api/v1/plugins";
/** Package name with its scope, and the rest of the path. */
const ADDRESS = /^\/api\/v1\/plugins\/((?:@[\w-]+\/)?nightjar-[\w-]+)(\/.{1,1000})$/;
const NO_QUERY = Type.Object({}, { additionalProperties: false });

/** Serves them. Throws `NJ_ROUTE_UNKNOWN` and `NJ_METHOD_NOT_ALLOWED` within a plugin's own place. */
export function pluginResources(services: HttpServices): Middleware {
  const made = new WeakMap<PluginRoute, Route>();
  return async (context, next) => {
    const [, plugin = "", rest = ""] = ADDRESS.exec(context.path) ?? [];
    if (plugin === "") return next();
    const candidates = services.plugins.routesOf(plugin).flatMap((entry) => {
      const params = match(entry.path, rest);
      return params === undefined ? [] : [{ entry, params }];
    });
    const found = candidates.find(({ entry }) => entry.method === context.method);
    if (found === undefined) {
      if (candidates.length === 0) throw httpError(404, "NJ_ROUTE_UNKNOWN", "there is no such resource");
      throw httpError(405, "NJ_METHOD_NOT_ALLOWED", "this resource has no such method");
    }
    const served = made.get(found.entry) ?? routeOf(plugin, found.entry);
    made.set(found.entry, served);
    // Figures count all plugins' resources as one: names from outside are no label.
    const own = context as Context & { params: unknown; _matchedRoute: string };
    own.params = found.params;
    own._matchedRoute = `${PLUGIN_RESOURCES}/:plugin/*`;
    await serve(served, services)(context as never, next);
  };
}

/** The route of a plugin as the API's own are. */
export function routeOf(plugin: string, entry: PluginRoute): Route {
  const names = [...entry.path.matchAll(/:([a-zA-Z]+)/g)].map(([, name = ""]) => [name, Type.String()]);
  return route({
    method: entry.method,
    path: `${PLUGIN_RESOURCES}/${plugin}${entry.path}`,
    policy: (entry.inPerson === true ? needsInPerson : needs)(entry.permission as Right),
    summary: entry.summary,
    params: Type.Object(Object.fromEntries(names)),
    query: (entry.query ?? NO_QUERY) as TObject,
    ...(entry.body === undefined ? {} : { body: entry.body }),
    ...(entry.response === undefined ? {} : { response: entry.response }),
    async handle({ params, query, body, principal, signal, audit }) {
      if (entry.method !== "GET") audit("plugin-asked", { plugin, route: entry.id });
      const request = {
        params: params as Readonly<Record<string, string>>,
        query,
        userName: principal.userName,
        ...(body === undefined ? {} : { body }),
      };
      const answer = await entry.handle(request, { signal });
      return answer === undefined || answer === null ? undefined : asAnswer(answer);
    },
  });
}

// A plugin's answer is data, whatever it looks like: it chooses neither status nor headers.
function asAnswer(body: unknown) {
  return {
    isAnswer: true,
    status: 200,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  };
}

/** Values of the pattern's names; undefined if the path is another one. */
function match(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split("/");
  const given = path.split("/");
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? "";
    if (part.startsWith(":")) {
      try {
        params[part.slice(1)] = decodeURIComponent(value);
      } catch {
        return undefined;
      }
      if (value === "") return undefined;
    } else if (part !== value) {
      return undefined;
    }
  }
  return params;
}
