// The plugin's settings. They are validation, form and types at once.
import { Type } from "@nightjar/core";

export const pluginConfig = Type.Object(
  {
    url: Type.Optional(
      Type.String({
        title: "Address",
        description: "Where the directory answers, as in https://directory.example/check.",
        pattern: "^https?://[^\\s@]+$",
        maxLength: 500,
        "x-address": true,
      }),
    ),
    key: Type.Optional(
      Type.String({
        title: "Key",
        description:
          "What the recorder shows the directory to be let in. It is kept sealed and never shown again.",
        maxLength: 500,
        "x-secret": true,
      }),
    ),
  },
  { additionalProperties: false },
);
