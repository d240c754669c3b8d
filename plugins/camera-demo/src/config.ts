// Schemas: of the plugin, and of a camera that it drives.
import { Type } from "@nightjar/core";

export const pluginConfig = Type.Object(
  {
    offer: Type.Boolean({
      title: "Offer the demo camera",
      description: "Puts the demo camera on the list of a recorder that has no camera yet.",
      default: true,
    }),
  },
  { additionalProperties: false },
);

/** One demo camera, as `POST /cameras` takes it in `config`. */
export const cameraConfig = Type.Object(
  {
    shiftSeconds: Type.Optional(
      Type.Number({
        title: "Time of day",
        description:
          "Moves the yard's day, which lasts 64 seconds, by so many seconds: 30 is night. Lets several demo cameras differ.",
        minimum: 0,
        maximum: 64,
        default: 0,
      }),
    ),
  },
  { additionalProperties: false },
);
