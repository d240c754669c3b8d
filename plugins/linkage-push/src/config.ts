// Schemas: of the plugin (who it says it is, and which push services besides the known ones) and of one action of a rule (to
// whom, in which words).
import { type Static, Type } from "@nightjar/core";
import { SERVICE_PATTERN } from "./endpoint.ts";

/** An hour later it still says what happened, and when. */
export const MOST_AGE_SECONDS = 3_600;

export const pluginConfig = Type.Object(
  {
    contact: Type.String({
      title: "Contact",
      description:
        "Whom push services reach when something is wrong: mailto:me@example.org or https://…. Some take none that is obviously made up. They see it, receivers do not.",
      maxLength: 200,
      pattern: "^(?:mailto:[^\\s@]+@[^\\s@]+|https://\\S+)$",
      default: "https://nightjar.invalid/",
    }),
    services: Type.Array(
      Type.String({
        title: "Push service",
        description: "push.example.org, *.example.org or push.example.org:8443.",
        maxLength: 260,
        pattern: SERVICE_PATTERN,
      }),
      {
        title: "Other push services",
        description:
          "Besides those of Chrome, Firefox, Edge and Safari. They may lie in your own network: name none that guests must not reach.",
        maxItems: 20,
        uniqueItems: true,
        default: [],
      },
    ),
    certificates: Type.Optional(
      Type.String({
        title: "Certificates",
        description:
          "Certificates (PEM) that are trusted besides the public ones, for a push service of your own with a certificate of your own making.",
        maxLength: 65_536,
        "x-multiline": true,
      }),
    ),
  },
  { additionalProperties: false },
);

export const actionConfig = Type.Object(
  {
    accounts: Type.Array(
      Type.String({ title: "Account", description: "Its name.", minLength: 1, maxLength: 64 }),
      {
        title: "Accounts",
        description:
          "Whose devices are told. None: of everybody who may see the event. Nobody is told of what he may not see.",
        maxItems: 50,
        uniqueItems: true,
        default: [],
      },
    ),
    title: Type.String({
      title: "Headline",
      description:
        "{type}, {severity}, {camera}, {time}, {objects}, {subject}, {rule} and {recorder} stand for what happened, in the language of each device.",
      minLength: 1,
      maxLength: 120,
      default: "{type}: {camera}",
    }),
    text: Type.String({
      title: "Text",
      description: "The same words stand for the same.",
      maxLength: 300,
      default: "{time}, {recorder}",
    }),
    keepMinutes: Type.Integer({
      title: "Minutes to keep",
      description:
        "How long after the event a device that is off is still told once it is on, 0 to 60. 0: one that is off is never told.",
      minimum: 0,
      maximum: MOST_AGE_SECONDS / 60,
      default: MOST_AGE_SECONDS / 60,
      "x-unit": "min",
    }),
  },
  { additionalProperties: false },
);

export type PushSettings = Static<typeof pluginConfig>;
export type PushActionConfig = Static<typeof actionConfig>;
