// Schemas: of the plugin (nothing to set), and of what is set at a camera beside sensitivity and area.
import { type Static, Type } from "@nightjar/core";

/** The plugin itself has no settings. */
export const pluginConfig = Type.Object({}, { additionalProperties: false });

/** One camera. */
export const cameraOptions = Type.Object(
  {
    afterSeconds: Type.Number({
      title: "After",
      description: "Seconds for which it must be bright.",
      minimum: 0,
      maximum: 60,
      default: 1,
    }),
  },
  { additionalProperties: false },
);

export type CameraOptions = Static<typeof cameraOptions>;
