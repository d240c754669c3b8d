// The shapes in which the API speaks of plugins and their settings.
import { type Static, Type } from "typebox";
import { CONFINEMENT_WAYS } from "../plugin/isolated/confinement.ts";
import { BOUNDS_WAYS } from "../plugin/isolated/control-groups.ts";
import { PLUGIN_PLACES } from "../plugin/package/manifest.ts";
import { DECIDING_HOOKS, PERMISSIONS } from "../plugin/package/permissions.ts";
import { OutsideTopicsSchema } from "./plugin-job-schemas.ts";
import { FactsSchema, TimeSchema } from "./wire-schemas.ts";

export const PluginsSchema = Type.Object({
  plugins: Type.Array(
    Type.Object({
      name: Type.String(),
      displayName: Type.String(),
      version: Type.String(),
      kind: Type.String(),
      status: Type.Enum(["running", "restarting", "quarantined", "disabled", "failed", "refused"] as const),
      reason: Type.Optional(Type.String({ description: "Why it does not run." })),
      code: Type.Optional(Type.String({ description: "Stable name of the reason." })),
      context: Type.Optional(FactsSchema),
      errors: Type.Integer({ description: "Failures since Nightjar started." }),
      isolation: Type.Optional(
        Type.Enum(PLUGIN_PLACES, { description: "Where it runs: with the recorder, or by itself." }),
      ),
      bundled: Type.Optional(Type.Boolean({ description: "It came with Nightjar." })),
      page: Type.Optional(
        Type.Object(
          { permission: Type.String() },
          { description: "It has a page of its own, for accounts with this right." },
        ),
      ),
      description: Type.Optional(Type.String()),
      homepage: Type.Optional(Type.String()),
      installed: Type.Optional(
        Type.Boolean({ description: "It was installed here, and can be updated and removed." }),
      ),
      nodeWanted: Type.Optional(
        Type.String({ description: "What Node its package wants, where this is another: it may not work." }),
      ),
      hasIcon: Type.Optional(Type.Boolean({ description: "`GET /plugins/icon` has a picture of it." })),
      hasSettings: Type.Optional(Type.Boolean({ description: "Its package has a schema of settings." })),
      provides: Type.Optional(
        Type.Array(Type.String(), { description: "What it registered: `camera-driver:rtsp`." }),
      ),
      calls: Type.Optional(Type.Integer({ description: "Calls into it since Nightjar started." })),
      callMs: Type.Optional(Type.Number({ description: "Milliseconds that these took together." })),
      loopHoldMs: Type.Optional(
        Type.Number({
          description:
            "Of one that runs with the recorder: the longest that a call kept the recorder's loop, until the plugin first waited.",
        }),
      ),
      lastFault: Type.Optional(
        Type.Object(
          {
            time: TimeSchema,
            reason: Type.String(),
            code: Type.String(),
            context: Type.Optional(FactsSchema),
          },
          { description: "The newest of its errors, also while it runs on." },
        ),
      ),
      restarts: Type.Optional(Type.Integer()),
      health: Type.Optional(
        Type.Object({ rssBytes: Type.Number(), cpuSeconds: Type.Number(), eventLoopP99Ms: Type.Number() }),
      ),
      confinement: Type.Optional(
        Type.Enum(CONFINEMENT_WAYS, { description: "How its process is walled in, strongest first." }),
      ),
      bounds: Type.Optional(
        Type.Enum(BOUNDS_WAYS, {
          description:
            "Who holds its process to its memory and processor: the kernel by a control group, or the recorder, which looks every second.",
        }),
      ),
      permissions: Type.Optional(
        Type.Object(
          {
            network: Type.Union([Type.Boolean(), Type.Array(Type.String())]),
            mqtt: Type.Optional(Type.Literal(true, { description: "Topics of its own over MQTT." })),
            mqttTopics: Type.Optional(OutsideTopicsSchema),
            accounts: Type.Optional(
              Type.Literal(true, { description: "Which accounts may see the events that it is called for." }),
            ),
            hooks: Type.Optional(
              Type.Array(Type.Enum(DECIDING_HOOKS), {
                description: "Hooks by which it decides: what is recorded, who may look.",
              }),
            ),
          },
          { description: "What it asks to be allowed; hosts are what it says that it talks to." },
        ),
      ),
      asks: Type.Optional(
        Type.Array(
          Type.Object({
            permission: Type.Enum(PERMISSIONS),
            hosts: Type.Optional(
              Type.Array(Type.String(), { description: "Whom it says that it talks to." }),
            ),
            topics: Type.Optional(OutsideTopicsSchema),
            granted: Type.Boolean(),
          }),
          { description: "What it asks for one by one, and what its owner says to each." },
        ),
      ),
      network: Type.Optional(
        Type.Enum(["granted", "unasked", "withheld"] as const, {
          description: "Whether its process has the network, or why not.",
        }),
      ),
    }),
  ),
});
export type PluginView = Static<typeof PluginsSchema>["plugins"][number];

/** A language as the interface names it: `de`, `de-CH`. */
export const languageSchema = (description: string) =>
  Type.String({ pattern: "^[a-z]{2,3}(-[A-Za-z]{2,8})?$", description });

export const PluginWordsSchema = Type.Object({
  plugins: Type.Array(
    Type.Object({
      name: Type.String({ description: "Its package." }),
      displayName: Type.Optional(Type.String()),
      description: Type.Optional(Type.String()),
      provides: Type.Optional(
        Type.Record(Type.String(), Type.String(), {
          description: "What that which it registers is called: `pos-parser:text` → name.",
        }),
      ),
      fields: Type.Optional(
        Type.Record(
          Type.String(),
          Type.Record(
            Type.String(),
            Type.Object({ title: Type.Optional(Type.String()), description: Type.Optional(Type.String()) }),
          ),
          {
            description:
              "The words of what rules say for it: `linkage-action:email` → `/receivers` → title, description.",
          },
        ),
      ),
    }),
    { description: "Only plugins that bring words of the language, and only what they bring." },
  ),
});
export type PluginWordsView = Static<typeof PluginWordsSchema>["plugins"][number];

export const PluginSettingsSchema = Type.Object({
  name: Type.String(),
  enabled: Type.Boolean(),
  schema: Type.Optional(
    Type.Record(Type.String(), Type.Unknown(), {
      description:
        "JSON Schema of the settings. Absent: the package has none, and only the plugin checks them.",
    }),
  ),
  config: Type.Record(Type.String(), Type.Unknown(), { description: "The settings, without secrets." }),
  secretsSet: Type.Array(Type.String(), { description: "JSON pointers of the secrets that are kept." }),
});
export interface PluginSettingsView {
  readonly name: string;
  readonly enabled: boolean;
  readonly schema?: Readonly<Record<string, unknown>> | undefined;
  readonly config: Readonly<Record<string, unknown>>;
  readonly secretsSet: readonly string[];
}
