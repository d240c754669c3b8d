// Shapes of what the API says of installing plugins: jobs, what the registry offers, updates.
import { type Static, Type } from "typebox";
import { DECIDING_HOOKS } from "../plugin/package/permissions.ts";
import { FactsSchema } from "./wire-schemas.ts";

const closed = { additionalProperties: false } as const;
const NAME_LIMIT = 214;
const SOURCE_LIMIT = 4096;

/** Topics of others over MQTT that a plugin asks for. */
export const OutsideTopicsSchema = Type.Object(
  { publish: Type.Array(Type.String()), subscribe: Type.Array(Type.String()) },
  { description: "Topics of others over MQTT." },
);

const PermissionsSchema = Type.Object(
  {
    network: Type.Union([Type.Boolean(), Type.Array(Type.String())]),
    hooks: Type.Optional(Type.Array(Type.Enum(DECIDING_HOOKS))),
    mqtt: Type.Optional(Type.Literal(true)),
    mqttTopics: Type.Optional(OutsideTopicsSchema),
    accounts: Type.Optional(Type.Literal(true)),
  },
  { description: "What it asks to be allowed." },
);

export const PluginJobSchema = Type.Object({
  id: Type.String(),
  action: Type.Enum(["install", "update", "remove"] as const),
  source: Type.Optional(Type.String()),
  name: Type.Optional(Type.String({ description: "The plugin's name, once it is known." })),
  status: Type.Enum(["waiting", "running", "done", "failed", "undone"] as const, {
    description: "failed: nothing was changed. undone: it did not work, and all is as it was before.",
  }),
  createdAt: Type.String(),
  endedAt: Type.Optional(Type.String()),
  lines: Type.Readonly(Type.Array(Type.String(), { description: "The newest lines of what was done." })),
  linesLeftOut: Type.Integer({ description: "How many older lines are not kept." }),
  reason: Type.Optional(Type.String({ description: "Why it failed or was undone." })),
  code: Type.Optional(Type.String({ description: "The stable code of that." })),
  context: Type.Optional(FactsSchema),
  version: Type.Optional(Type.String({ description: "Installed in the end." })),
  previousVersion: Type.Optional(Type.String()),
  permissions: Type.Optional(PermissionsSchema),
  scripts: Type.Optional(
    Type.Readonly(
      Type.Array(Type.Object({ name: Type.String(), version: Type.String() }), {
        description: "With NJ_PLUGIN_SCRIPTS: packages whose install scripts were not consented to.",
      }),
    ),
  ),
});

export const PluginUploadAnswer = Type.Object({
  source: Type.String({ description: "What a job installs it by." }),
  name: Type.String(),
  version: Type.String(),
  displayName: Type.String(),
  description: Type.String(),
  permissions: PermissionsSchema,
});

export const PluginJobAnswer = Type.Object({ job: PluginJobSchema });
export const PluginJobsAnswer = Type.Object({ jobs: Type.Array(PluginJobSchema) });

export const PluginJobOrderSchema = Type.Object(
  {
    action: Type.Enum(["install", "update", "remove"] as const),
    source: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: SOURCE_LIMIT,
        description: "install: a name, name@version, name@tag, or the path of a .tgz file or folder.",
      }),
    ),
    name: Type.Optional(
      Type.String({ minLength: 1, maxLength: NAME_LIMIT, description: "update, remove: which plugin." }),
    ),
    allowScripts: Type.Optional(
      Type.Union(
        [Type.Boolean(), Type.Array(Type.String({ maxLength: 2 * NAME_LIMIT }), { maxItems: 200 })],
        {
          description: "Consent to install scripts: all that this needs, or those of these (name@version).",
        },
      ),
    ),
  },
  closed,
);

export const PluginSearchAnswer = Type.Object({
  plugins: Type.Array(
    Type.Object({
      name: Type.String(),
      version: Type.String(),
      description: Type.String(),
      publisher: Type.Optional(Type.String()),
      date: Type.Optional(Type.String()),
      links: Type.Record(Type.String(), Type.String()),
      installed: Type.Optional(Type.String({ description: "The version that is installed." })),
    }),
  ),
});

export const PluginUpdatesAnswer = Type.Object({
  updates: Type.Array(
    Type.Object({
      name: Type.String(),
      installed: Type.String(),
      newest: Type.String(),
      fits: Type.Boolean({ description: "It can be installed in this Nightjar." }),
      reason: Type.Optional(Type.String({ description: "Why it does not fit." })),
      code: Type.Optional(Type.String({ description: "Stable name of that." })),
      context: Type.Optional(FactsSchema),
      permissions: Type.Optional(PermissionsSchema),
    }),
  ),
});

export type PluginJobView = Static<typeof PluginJobSchema>;
