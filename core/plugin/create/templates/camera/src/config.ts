// Schemas: of the plugin (nothing to set yet) and of a camera that it drives. They are validation, form and types at once.
import { Type } from "@nightjar/core";

/** The plugin's own settings. */
export const pluginConfig = Type.Object({}, { additionalProperties: false });

/** One camera, as the form in the interface asks for it. */
export const cameraConfig = Type.Object(
  {
    host: Type.String({
      title: "Address",
      description: "Name or address of the camera in the network, as in 192.168.1.20.",
      pattern: "^(\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9._-]+)$",
      maxLength: 253,
    }),
    port: Type.Optional(
      Type.Integer({
        title: "RTSP port",
        description: "Only if it was changed on the camera.",
        minimum: 1,
        maximum: 65535,
        default: 554,
      }),
    ),
    username: Type.Optional(
      Type.String({
        title: "User",
        description: "The account on the camera. Left out: the camera asks for none.",
        maxLength: 128,
      }),
    ),
    password: Type.Optional(
      Type.String({
        title: "Password",
        description: "Of that account. It is kept sealed and never shown again.",
        maxLength: 256,
        "x-secret": true,
      }),
    ),
  },
  { additionalProperties: false },
);
