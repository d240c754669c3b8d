// Where plugins come from: registries by scope, and how one signs in to them. Logins come in, never out.
import { Type } from "typebox";
import { needs, type Route, route } from "../route.ts";
import type { HttpServices } from "../services.ts";

const closed = { additionalProperties: false } as const;
const Url = Type.String({ pattern: "^https?://[^\\s@?#]+$", maxLength: 500 });
const Scope = Type.String({ pattern: "^@[a-z0-9][a-z0-9._-]{0,60}$" });
const Text = Type.String({ minLength: 1, maxLength: 4_096 });
const Login = Type.Optional(
  Type.Union(
    [
      Type.Null(),
      Type.Object({ token: Text }, closed),
      Type.Object({ username: Type.String({ minLength: 1, maxLength: 200 }), password: Text }, closed),
    ],
    { description: "Left out, it stays while the address does; `null` takes it away." },
  ),
);
const LoginKind = Type.Enum(["none", "token", "password"] as const, {
  description: "How Nightjar signs in there.",
});
const Registries = Type.Object({
  url: Type.String(),
  login: LoginKind,
  scopes: Type.Array(Type.Object({ scope: Type.String(), url: Type.String(), login: LoginKind })),
});

export function pluginRegistryRoutes({ pluginRegistries }: HttpServices): Route[] {
  return [
    route({
      method: "GET",
      path: "/api/v1/plugins/registries",
      policy: needs("settings.view"),
      summary: "The registries that plugins come from; of logins only whether there is one.",
      response: Registries,
      handle: async () => pluginRegistries.view(),
    }),
    route({
      method: "PUT",
      path: "/api/v1/plugins/registries",
      policy: needs("settings.edit"),
      summary: "Sets the registries that plugins come from, and their logins.",
      body: Type.Object(
        {
          url: Url,
          login: Login,
          scopes: Type.Array(Type.Object({ scope: Scope, url: Url, login: Login }, closed), { maxItems: 50 }),
        },
        closed,
      ),
      response: Registries,
      async handle({ body, audit }) {
        const view = await pluginRegistries.put(body);
        audit("plugin-registries-changed", { scopes: body.scopes.map(({ scope }) => scope) });
        return view;
      },
    }),
  ];
}
