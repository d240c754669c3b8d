// The shapes in which the API speaks of what follows from events.
import { type Static, Type } from "typebox";
import { LinkageActionConfigSchema, LinkageConfigSchema } from "../config/linkage-config.ts";
import { EventActionSchema } from "./event-schemas.ts";

const closed = { additionalProperties: false } as const;

export const LinkageViewSchema = Type.Object({
  stamp: Type.String({
    description: "Another one whenever the rules are others: whoever changes them hands it back.",
  }),
  rules: LinkageConfigSchema.properties.rules,
  actions: Type.Array(
    Type.Object({
      source: Type.String({ description: "As rules name it." }),
      displayName: Type.String(),
      plugin: Type.Optional(Type.String({ description: "Absent: the recorder's own." })),
      configSchema: Type.Record(Type.String(), Type.Unknown()),
      maxAgeSeconds: Type.Integer({ description: "How late it may still be done." }),
    }),
  ),
  lately: Type.Array(
    Type.Object({
      event: Type.Integer(),
      type: Type.String(),
      camera: Type.Optional(Type.String()),
      ...EventActionSchema.properties,
    }),
    { description: "What was done since the recorder's start, the newest first, at most 100." },
  ),
  walls: Type.Array(
    Type.Object({
      name: Type.String(),
      screens: Type.Integer({ description: "How many are open under this name; 0: the wall is not open." }),
      seen: Type.String({ description: "Of one that is open: since when; otherwise when it was closed." }),
    }),
    { description: "Screens that show the live page under a name, at most 64." },
  ),
});
export type LinkageView = Static<typeof LinkageViewSchema>;

export const LinkageRulesSchema = Type.Object(
  {
    rules: LinkageConfigSchema.properties.rules,
    stamp: Type.Optional(
      Type.String({
        maxLength: 64,
        description: "Of the rules that were changed: when there are others by now, nothing is changed.",
      }),
    ),
  },
  closed,
);

export const LinkageTestSchema = Type.Object(
  {
    rule: Type.Optional(
      Type.String({ maxLength: 64, description: "Id of a rule: all its actions are done." }),
    ),
    action: Type.Optional(LinkageActionConfigSchema),
    camera: Type.Optional(
      Type.String({ maxLength: 64, description: "The camera that the event is to be of." }),
    ),
  },
  { ...closed, minProperties: 1, description: "A rule, or an action by itself." },
);

export const LinkageTestedSchema = Type.Object({ results: Type.Array(EventActionSchema) });
export type LinkageTested = Static<typeof LinkageTestedSchema>;
