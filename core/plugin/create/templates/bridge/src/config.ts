// The plugin's own settings: one schema is validation, form and types at once.
import { Type } from "@nightjar/core";

export const pluginConfig = Type.Object(
  {
    events: Type.Boolean({
      title: "Events",
      description: "Tell of events as well, not only of how cameras are.",
      default: true,
    }),
  },
  { additionalProperties: false },
);
