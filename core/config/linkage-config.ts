// The part of config.json about what follows from events: rules, each with its actions. What an action is set to is checked by
// the action's own schema when it is saved over HTTP, and once more when it runs.
import { type Static, Type } from "typebox";
import { EVENT_SEVERITIES, EVENT_TYPE_IDS } from "../domain/event-types.ts";
import { LINKAGE_ACTION_IDS } from "../domain/linkage-actions.ts";

const closed = { additionalProperties: false } as const;
const ID_PATTERN = "^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$";
/** An id of an action that comes with Nightjar, or another plugin's: its package name, a slash, and its id. */
export const ACTION_PATTERN = `^(?:(?:@[\\w-]+/)?nightjar-linkage-[\\w-]+/)?${ID_PATTERN.slice(1)}`;

const ids = (title: string, description: string, maxItems: number) =>
  Type.Optional(
    Type.Array(Type.String({ pattern: ID_PATTERN }), { title, description, maxItems, uniqueItems: true }),
  );

export const LinkageActionConfigSchema = Type.Object(
  {
    action: Type.String({
      title: "Action",
      description: `${LINKAGE_ACTION_IDS.map((id) => `\`${id}\``).join(", ")}, or what another plugin brings: \`<package>/<id>\`.`,
      pattern: ACTION_PATTERN,
      maxLength: 280,
    }),
    settings: Type.Record(Type.String(), Type.Unknown(), {
      title: "Settings",
      description: "What the action is told, checked by its schema. No secrets.",
      default: {},
    }),
  },
  closed,
);

export const LinkageRuleSchema = Type.Object(
  {
    id: Type.String({ title: "Id", description: "Of the rule.", pattern: ID_PATTERN }),
    name: Type.String({
      title: "Name",
      description: "What people call it.",
      minLength: 1,
      maxLength: 80,
    }),
    enabled: Type.Optional(
      Type.Boolean({
        title: "Enabled",
        description: "Switched off, nothing follows from it.",
        default: true,
      }),
    ),
    at: Type.Optional(
      Type.Enum(["start", "end"] as const, {
        title: "When",
        description: "At the begin of an event, or at its end.",
        default: "start",
      }),
    ),
    types: Type.Optional(
      Type.Array(Type.Enum(EVENT_TYPE_IDS), {
        title: "Event types",
        description: "Without: all.",
        maxItems: EVENT_TYPE_IDS.length,
        uniqueItems: true,
      }),
    ),
    severities: Type.Optional(
      Type.Array(Type.Enum(EVENT_SEVERITIES), {
        title: "Severities",
        description: "Without: all.",
        maxItems: EVENT_SEVERITIES.length,
        uniqueItems: true,
      }),
    ),
    cameras: ids("Cameras", "Events of these cameras. Without: of all, and of the recorder itself.", 1_024),
    detectorRules: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 100 }), {
        title: "Detector's rules",
        description: "Names of lines and areas. Without: whichever.",
        maxItems: 100,
        uniqueItems: true,
      }),
    ),
    profiles: ids("Profiles", "Arming profiles in which it holds. Without: in all.", 32),
    cooldownSeconds: Type.Optional(
      Type.Integer({
        title: "Rest",
        description: "After it was followed for a camera, it is not for so many seconds.",
        minimum: 0,
        maximum: 86_400,
      }),
    ),
    actions: Type.Array(LinkageActionConfigSchema, {
      title: "Actions",
      description: "What is done, each by itself.",
      minItems: 1,
      maxItems: 16,
    }),
  },
  closed,
);

export const LinkageConfigSchema = Type.Object(
  {
    rules: Type.Array(LinkageRuleSchema, {
      title: "Rules",
      description: "What follows from which events.",
      maxItems: 200,
      default: [],
    }),
  },
  { ...closed, default: {}, description: "What follows from events." },
);

export type LinkageConfig = Static<typeof LinkageConfigSchema>;
export type LinkageRule = Static<typeof LinkageRuleSchema>;
export type LinkageActionConfig = Static<typeof LinkageActionConfigSchema>;
