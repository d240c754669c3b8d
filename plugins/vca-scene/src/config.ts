// Schemas: of the plugin (nothing to set), and of what is set at a camera beside sensitivity.
import { type Static, Type } from "@nightjar/core";

/** The plugin itself has no settings. */
export const pluginConfig = Type.Object({}, { additionalProperties: false });

/** Video tampering at one camera. */
export const tamperOptions = Type.Object(
  {
    afterSeconds: Type.Number({
      title: "After",
      description: "Seconds for which the picture must be covered, blurred or dark.",
      minimum: 0.5,
      maximum: 60,
      default: 1.5,
    }),
    darkness: Type.Boolean({
      title: "Darkness too",
      description: "A picture that is dark all over counts: off where it is dark at night without a lamp.",
      default: true,
    }),
  },
  { additionalProperties: false },
);

/** Video loss at one camera. */
export const lossOptions = Type.Object(
  {
    afterSeconds: Type.Integer({
      title: "After",
      description: "Seconds without a picture that can be decoded.",
      minimum: 2,
      maximum: 60,
      default: 5,
    }),
  },
  { additionalProperties: false },
);

export type TamperOptions = Static<typeof tamperOptions>;
export type LossOptions = Static<typeof lossOptions>;
