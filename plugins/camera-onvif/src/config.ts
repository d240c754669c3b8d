// Schemas: of the plugin (nothing to set) and of a camera that it drives; and what a person types, tidied.
import { type Static, Type } from "@nightjar/core";

/** The plugin itself has no settings. */
export const pluginConfig = Type.Object({}, { additionalProperties: false });

/** Where devices answer unless their address says otherwise. */
const PATH = "/onvif/device_service";

/** One camera, as `POST /cameras` takes it in `config`. */
export const cameraConfig = Type.Object(
  {
    address: Type.String({
      title: "Address",
      description:
        "Of the camera: 192.168.1.20, with a port where it is not 80, or https:// in front. ONVIF must be switched on in it.",
      pattern: "^(?:https?://)?(?:\\[[\\da-fA-F:.%]+\\]|[^\\s@/:\\[\\]]+)(?::\\d{1,5})?(?:/\\S*)?$",
      maxLength: 500,
      "x-address": true,
    }),
    username: Type.Optional(
      Type.String({
        title: "User",
        description:
          "The account for ONVIF on the camera; some cameras keep these apart from their other ones.",
        maxLength: 128,
        "x-address": true,
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
    channel: Type.Optional(
      Type.Integer({
        title: "Channel",
        description: "Which camera of a device that carries several, counted from 1.",
        minimum: 1,
        maximum: 256,
        default: 1,
      }),
    ),
    transport: Type.Optional(
      Type.Union([Type.Literal("auto"), Type.Literal("tcp"), Type.Literal("udp")], {
        title: "Transport",
        description: "Of the pictures. auto: TCP first, UDP when the camera refuses that.",
        default: "auto",
      }),
    ),
    rtspPort: Type.Optional(
      Type.Integer({
        title: "Port of the pictures",
        description:
          "Where a router passes on another one than the camera's own. Left out: as the camera says.",
        minimum: 1,
        maximum: 65_535,
        "x-address": true,
      }),
    ),
    certificate: Type.Optional(
      Type.Union([Type.Literal("verify"), Type.Literal("any")], {
        title: "Certificate",
        description:
          "Of cameras at https://. verify: as browsers do; any: whichever the camera has made itself.",
        default: "verify",
      }),
    ),
    events: Type.Optional(
      Type.Boolean({
        title: "Events of the camera",
        description: "Listen to what the camera itself notices: motion, tampering, its alarm inputs.",
        default: true,
      }),
    ),
  },
  { additionalProperties: false },
);

export type CameraConfig = Static<typeof cameraConfig>;

/**
 * Makes `192.168.1.20` the address of the device's service, and splits user and password off it unless they were given apart.
 * What is no address stays as it is: the schema says what is wrong with it.
 */
export function prepareConfig(typed: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const config: Record<string, unknown> = { ...typed };
  const { address } = config;
  if (typeof address === "string") {
    const text = address.trim();
    const url = URL.parse(/^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`);
    if (url === null || text === "") config["address"] = text;
    else {
      const user = decode(url.username);
      // Of the user that was typed apart, the address may bring the password.
      if (user !== "" && (config["username"] || user) === user) {
        config["username"] = user;
        if (!config["password"] && url.password !== "") config["password"] = decode(url.password);
      }
      if (url.pathname === "/") url.pathname = PATH;
      const isHttp = url.protocol === "http:" || url.protocol === "https:";
      config["address"] = isHttp ? `${url.protocol}//${url.host}${url.pathname}${url.search}` : text;
    }
  }
  for (const field of ["username", "password"]) if (config[field] === "") delete config[field];
  return config;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
