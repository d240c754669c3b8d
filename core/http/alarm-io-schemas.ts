// The shapes in which the API speaks of alarm inputs and outputs.
import { type Static, Type } from "typebox";
import { InputConfigSchema } from "../config/input-config.ts";
import { MOST_DWELL_SECONDS, OutputConfigSchema } from "../config/output-config.ts";
import { TimeSchema } from "./wire-schemas.ts";

const closed = { additionalProperties: false } as const;

const Common = {
  id: Type.String(),
  name: Type.String(),
  kind: Type.Enum(["virtual", "mqtt", "http", "camera"] as const),
  enabled: Type.Boolean(),
  armed: Type.Boolean({ description: "Its own schedule says that it counts now." }),
  since: Type.Optional(TimeSchema),
  by: Type.Optional(Type.String({ description: "Who or what brought it into this state." })),
};

export const OutputViewSchema = Type.Object({
  ...Common,
  on: Type.Boolean(),
  offAt: Type.Optional(
    Type.String({
      format: "date-time",
      description: "When it goes off by itself. Absent while on: not at all.",
    }),
  ),
  reason: Type.Optional(Type.String({ description: "Why its device did not do what it was told last." })),
  dwellSeconds: Type.Integer({ description: "0: it stays on until it is cleared." }),
});
/** An alarm output, and how it is. */
export type OutputView = Static<typeof OutputViewSchema>;

export const InputViewSchema = Type.Object({
  ...Common,
  active: Type.Boolean(),
  contact: Type.Enum(["closed", "open", "unknown"] as const, { description: "What it said last." }),
  use: InputConfigSchema.properties.use,
  cameras: Type.Array(Type.String(), { description: "Of its alarms, those that the caller may see." }),
});
/** An alarm input, and how it is. */
export type InputView = Static<typeof InputViewSchema>;

const stamp = Type.String({
  maxLength: 64,
  description: "Another one whenever the settings are others: whoever changes them hands it back.",
});

export const OutputsSchema = Type.Object({ outputs: Type.Array(OutputViewSchema) });
export const InputsSchema = Type.Object({ inputs: Type.Array(InputViewSchema) });

export const TriggerSchema = Type.Object(
  {
    dwellSeconds: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: MOST_DWELL_SECONDS,
        description: "In place of its own; 0: until it is cleared.",
      }),
    ),
  },
  closed,
);

export const OutputSettingsSchema = Type.Object({
  stamp,
  outputs: Type.Array(OutputConfigSchema),
  authorized: Type.Array(Type.String(), { description: "Outputs whose requests carry an authorization." }),
});
export type OutputSettingsView = Static<typeof OutputSettingsSchema>;
export const OutputSettingsBodySchema = Type.Object(
  { outputs: Type.Array(OutputConfigSchema, { maxItems: 256 }), stamp: Type.Optional(stamp) },
  closed,
);
export const AuthorizationSchema = Type.Object(
  {
    authorization: Type.Union(
      [
        Type.String({ minLength: 1, maxLength: 2_000, pattern: "^[\\x21-\\x7e][\\x20-\\x7e]*$" }),
        Type.Null(),
      ],
      {
        description:
          "What its requests carry in the header `Authorization`; null: none. It never comes out again.",
      },
    ),
  },
  closed,
);

export const InputSettingsSchema = Type.Object({
  stamp,
  inputs: Type.Array(InputConfigSchema),
  tokens: Type.Array(Type.String(), { description: "Inputs that have a token." }),
});
export type InputSettingsView = Static<typeof InputSettingsSchema>;
export const InputSettingsBodySchema = Type.Object(
  { inputs: Type.Array(InputConfigSchema, { maxItems: 256 }), stamp: Type.Optional(stamp) },
  closed,
);
export const InputTokenSchema = Type.Object({
  token: Type.String({ description: "Told this once." }),
  path: Type.String({
    description: "Where whoever holds it says how the contact is: with `contact=open` too.",
  }),
});

const contact = Type.Enum(["closed", "open"] as const, { description: "How the contact is now." });
export const ContactSchema = Type.Object({ contact }, closed);
export const SignalQuerySchema = Type.Object(
  {
    token: Type.String({ minLength: 1, maxLength: 100, description: "Of the input." }),
    contact: Type.Optional(contact),
  },
  closed,
);
