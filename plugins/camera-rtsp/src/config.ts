// Schemas: of the plugin (nothing to set) and of a camera that it drives.
import { Type } from "@nightjar/core";

/** The plugin itself has no settings. */
export const pluginConfig = Type.Object({}, { additionalProperties: false });

/** One camera, as `POST /cameras` takes it in `config`. */
export const cameraConfig = Type.Object(
  {
    url: Type.String({
      title: "Address of the main stream",
      description:
        "rtsp:// or rtsps:// and the path, as the camera's manual gives it. User and password may stand in it.",
      format: "uri",
      pattern: "^rtsps?://[^\\s]+$",
      maxLength: 2048,
    }),
    subUrl: Type.Optional(
      Type.String({
        title: "Address of the sub-stream",
        description:
          "The camera's small picture, shown in small tiles. Left out: the main stream is shown there too.",
        format: "uri",
        pattern: "^rtsps?://[^\\s]+$",
        maxLength: 2048,
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
    transport: Type.Optional(
      Type.Union([Type.Literal("auto"), Type.Literal("tcp"), Type.Literal("udp")], {
        title: "Transport",
        description: "auto: TCP first, UDP when the camera refuses that.",
        default: "auto",
      }),
    ),
  },
  { additionalProperties: false },
);
