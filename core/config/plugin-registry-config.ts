// The part of config.json that says where plugins come from: npm registries, in general and by scope.
import { Type } from "typebox";

const closed = { additionalProperties: false } as const;

/** `pluginRegistry` of config.json; logins of registries are secrets and not in it. */
export const PluginRegistrySchema = Type.Object(
  {
    url: Type.String({
      title: "Address",
      description: "npm registry that plugins are searched on and installed from, when somebody asks for it.",
      pattern: "^https?://[^\\s@?#]+$",
      maxLength: 500,
      default: "https://registry.npmjs.org/",
    }),
    scopes: Type.Record(
      Type.String({ pattern: "^@[a-z0-9][a-z0-9._-]{0,60}$" }),
      Type.Object(
        {
          url: Type.String({
            title: "Address",
            description: "npm registry for the packages of this scope.",
            pattern: "^https?://[^\\s@?#]+$",
            maxLength: 500,
          }),
        },
        closed,
      ),
      {
        title: "Registries of scopes",
        description:
          "Where packages of a scope, as @house, come from. Logins are set on the page or over HTTP, and sealed in secrets.json.",
        default: {},
        additionalProperties: false,
      },
    ),
  },
  { ...closed, default: {}, description: "Where plugins come from." },
);
