// Schemas: of the plugin (nothing to set), and of what config.json says of a till. They are validation, form and types at once.
import { Type } from "@nightjar/core";

/** The plugin itself has no settings. */
export const pluginConfig = Type.Object({}, { additionalProperties: false });

/** One till. */
export const tillConfig = Type.Object(
  {
    shop: Type.String({
      title: "Shop",
      description: "What stands at the head of each receipt.",
      minLength: 1,
      maxLength: 100,
    }),
    hideStaff: Type.Boolean({
      title: "Hide who served",
      description: "Keep the line with the name of the person at the till as *** only.",
      default: true,
    }),
  },
  { additionalProperties: false },
);
