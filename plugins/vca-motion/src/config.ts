// Schemas: of the plugin (nothing to set), and of what is set at a camera beside sensitivity and area.
import { type Static, Type } from "@nightjar/core";

/** The plugin itself has no settings. */
export const pluginConfig = Type.Object({}, { additionalProperties: false });

/** One camera. */
export const motionOptions = Type.Object(
  {
    smallestPercent: Type.Number({
      title: "Smallest object",
      description: "In per cent of the picture: what is smaller is no motion.",
      minimum: 0,
      maximum: 100,
      default: 0.5,
    }),
    largestPercent: Type.Number({
      title: "Largest object",
      description: "In per cent of the picture: what is larger is no motion.",
      minimum: 0,
      maximum: 100,
      default: 100,
    }),
    profile: Type.Union([Type.Literal("auto"), Type.Literal("day"), Type.Literal("night")], {
      title: "Day and night",
      description: "`auto`: by the brightness of the picture.",
      default: "auto",
    }),
    outsideRegions: Type.Optional(
      Type.Boolean({
        title: "Also outside of the regions",
        description: "Where regions are drawn: what moves in none of them is motion, too.",
        default: true,
      }),
    ),
    nightSensitivity: Type.Optional(
      Type.Integer({
        title: "Sensitivity at night",
        description: "0 to 100. Left out: that of the day, with more room for the noise of the dark.",
        minimum: 0,
        maximum: 100,
      }),
    ),
  },
  { additionalProperties: false },
);

export type MotionOptions = Static<typeof motionOptions>;
