// Schemas: of the plugin, and of what config.json says of a volume. They are validation, form and types at once.
import { Type } from "@nightjar/core";

/** The plugin's own settings. */
export const pluginConfig = Type.Object(
  {
    url: Type.Optional(
      Type.String({
        title: "Address",
        description: "Where the storage is managed, as in https://nas.example/api.",
        pattern: "^https?://[^\\s@]+$",
        maxLength: 500,
        "x-address": true,
      }),
    ),
    key: Type.Optional(
      Type.String({
        title: "Key",
        description:
          "What the storage asks for before it does anything. It is kept sealed and never shown again.",
        maxLength: 500,
        "x-secret": true,
      }),
    ),
  },
  { additionalProperties: false },
);

/** One volume. */
export const volumeConfig = Type.Object(
  {
    share: Type.String({
      title: "Share",
      description: "Name of the share that is unlocked for the volume.",
      pattern: "^[A-Za-z0-9._-]+$",
      maxLength: 100,
    }),
  },
  { additionalProperties: false },
);
