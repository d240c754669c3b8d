// The plugin's own settings: one schema is validation, form and types at once.
import { type Static, Type } from "@nightjar/core";
import { DETECTION_IDS, type Detection } from "./detections.ts";

export const pluginConfig = Type.Object(
  {
    announce: Type.Boolean({
      title: "Announce to Home Assistant",
      description:
        "Publish at the recorder's MQTT broker what the recorder and its cameras are, so that Home Assistant shows them by itself.",
      default: false,
    }),
    discoveryPrefix: Type.String({
      title: "Discovery prefix",
      description: "As it is set in Home Assistant's MQTT integration.",
      pattern: "^[A-Za-z0-9_][A-Za-z0-9._~-]{0,63}(?:/[A-Za-z0-9_][A-Za-z0-9._~-]{0,63}){0,2}$",
      default: "homeassistant",
    }),
    cameras: Type.String({
      title: "Cameras",
      description: "Ids of the cameras that are shown, with commas between them. Empty: all.",
      pattern: "^(?:[a-z0-9-]{1,64}(?: *, *|$))*$",
      maxLength: 10_000,
      default: "",
    }),
    detections: Type.String({
      title: "Sensors",
      description:
        "What each camera has a sensor for: event types, with commas between them. Events of all types come in any case.",
      pattern: `^(?:(?:${DETECTION_IDS.join("|")})(?: *, *|$))*$`,
      maxLength: 1_000,
      default: "motion, person, vehicle, tamper, video-loss",
    }),
    webAddress: Type.Optional(
      Type.String({
        title: "Web address",
        description: "Address of the recorder's pages: https://nvr.example. Home Assistant links to it.",
        pattern: "^[hH][tT][tT][pP][sS]?://[^\\s/@?#]+(?:/[^\\s?#]*)?$",
        maxLength: 200,
      }),
    ),
  },
  { additionalProperties: false },
);

export type BridgeSettings = Static<typeof pluginConfig>;

/** The cameras that are named; empty: all. */
export function namedCameras({ cameras }: Pick<BridgeSettings, "cameras">): string[] {
  return wordsOf(cameras);
}

/** The sensors that are named, each once. */
export function namedDetections({ detections }: Pick<BridgeSettings, "detections">): Detection[] {
  const named = new Set(wordsOf(detections));
  return DETECTION_IDS.filter((id) => named.has(id));
}

function wordsOf(text: string): string[] {
  return text
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
}
