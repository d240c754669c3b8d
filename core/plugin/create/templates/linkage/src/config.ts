// Schemas: of the plugin, and of what a rule says for the action. They are validation, form and types at once.
import { Type } from "@nightjar/core";

/** The plugin's own settings. */
export const pluginConfig = Type.Object(
  {
    url: Type.Optional(
      Type.String({
        title: "Address",
        description: "Where messages are sent to, as in https://messages.example/nightjar.",
        pattern: "^https?://[^\\s@]+$",
        maxLength: 500,
        "x-address": true,
      }),
    ),
    key: Type.Optional(
      Type.String({
        title: "Key",
        description: "What is shown at that address to be let in. It is kept sealed and never shown again.",
        maxLength: 500,
        "x-secret": true,
      }),
    ),
  },
  { additionalProperties: false },
);

/** What a rule says. */
export const ruleConfig = Type.Object(
  {
    urgency: Type.Enum(["low", "normal", "high"] as const, {
      title: "Urgency",
      description: "How loudly the message is to be delivered.",
      default: "normal",
    }),
    picture: Type.Boolean({
      title: "With a picture",
      description: "Send a picture of the camera along.",
      default: true,
    }),
  },
  { additionalProperties: false },
);
