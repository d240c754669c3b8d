// What of a camera can be turned and switched, as entities: only what the camera itself says that it can do. Commands that turn
// it carry the moment at which they were given, so that one that was held up turns nothing later.
import type { DescribedAbilities, RecorderDescription } from "@nightjar/core";
import { type Component, lineOf } from "./component.ts";

/** A command that is older than this is not done. */
const MAX_AGE_MS = 10_000;
/** A light that is switched on by hand: nobody may be there to switch it off. */
const LIGHT_SECONDS = 600;
/** Letters that mean something in a template. */
const OF_TEMPLATES = /["'`\\{}%#<>]/g;
const PRESETS_LIMIT = 50;

const MOVES = [
  { key: "left", name: "Pan left", icon: "mdi:arrow-left", to: { pan: -0.6 } },
  { key: "right", name: "Pan right", icon: "mdi:arrow-right", to: { pan: 0.6 } },
  { key: "up", name: "Tilt up", icon: "mdi:arrow-up", to: { tilt: 0.6 } },
  { key: "down", name: "Tilt down", icon: "mdi:arrow-down", to: { tilt: -0.6 } },
] as const;
const ZOOMS = [
  { key: "zoom-in", name: "Zoom in", icon: "mdi:magnify-plus", to: { zoom: 0.6 } },
  { key: "zoom-out", name: "Zoom out", icon: "mdi:magnify-minus", to: { zoom: -0.6 } },
] as const;

/** What an entity is, by its key. */
export type Entities = readonly (readonly [key: string, fields: Component])[];

/** Its pan, tilt and zoom, presets, siren, light and wiper. `topic` makes a topic of the camera's own. */
export function cameraControls(can: DescribedAbilities, topic: (path: string) => string): Entities {
  const { ptz, presets, auxiliary } = can;
  const turns = [...(ptz?.move === true ? MOVES : []), ...(ptz?.zoom === true ? ZOOMS : [])];
  const button = (name: string, icon: string, fields: object): Component => ({
    ...{ platform: "button", name, icon, qos: 1 },
    ...fields,
  });
  return [
    ...turns.map(
      ({ key, name, icon, to }) =>
        [`ptz-${key}`, button(name, icon, ptzCommand(topic, `'command': 'move', ${wordsOf(to)}`))] as const,
    ),
    ...(turns.length === 0
      ? []
      : [["ptz-stop", button("Stop turning", "mdi:stop", ptzCommand(topic, "'command': 'stop'"))] as const]),
    ...presetSelect(presets, topic),
    ...(auxiliary.includes("siren") ? [["siren", siren(topic)] as const] : []),
    ...(auxiliary.includes("light")
      ? [
          [
            "light",
            {
              ...{ platform: "switch", name: "Light", icon: "mdi:lightbulb", qos: 1 },
              ...{ state_topic: topic("auxiliary/light/state"), state_on: "ON", state_off: "OFF" },
              command_topic: topic("auxiliary/light/set"),
              payload_on: JSON.stringify({ state: "ON", seconds: LIGHT_SECONDS }),
              payload_off: "OFF",
            },
          ] as const,
        ]
      : []),
    ...(auxiliary.includes("wiper")
      ? [
          [
            "wiper",
            button("Wiper", "mdi:wiper", {
              command_topic: topic("auxiliary/wiper/set"),
              payload_press: "ON",
            }),
          ] as const,
        ]
      : []),
  ];
}

/** Whether the recorder looks at the camera, and with what. */
export function detectionSwitches(
  detectors: NonNullable<RecorderDescription["detectors"]>,
  topic: (path: string) => string,
): Entities {
  const toggle = (name: string, icon: string, path: string): Component => ({
    ...{ platform: "switch", name, icon, entity_category: "config", qos: 1 },
    ...{ state_topic: topic(`${path}/state`), command_topic: topic(`${path}/set`) },
  });
  return [
    ["detection", toggle("Detection", "mdi:motion-sensor", "detection")],
    ...detectors.map(
      ({ name, levels }) =>
        [
          `detector-${levels.replaceAll(/[^A-Za-z0-9_-]/g, "-")}`,
          toggle(`Detection: ${lineOf(name, levels)}`, "mdi:eye-settings", `detector/${levels}`),
        ] as const,
    ),
  ];
}

/** The names of presets are the choices; what the camera calls them goes into the command. */
function presetSelect(presets: DescribedAbilities["presets"], topic: (path: string) => string): Entities {
  const choices = new Map<string, string>();
  for (const { id, name } of presets.slice(0, PRESETS_LIMIT)) {
    if (id.replaceAll(OF_TEMPLATES, "") !== id || lineOf(id, "") !== id) continue;
    const words = [...lineOf(name.replaceAll(OF_TEMPLATES, " "), id)].slice(0, 60).join("");
    choices.set(choices.has(words) ? `${words} (${id})` : words, id);
  }
  if (choices.size === 0) return [];
  const table = [...choices].map(([name, id]) => `'${name}': '${id}'`).join(", ");
  return [
    [
      "ptz-preset",
      {
        ...{ platform: "select", name: "PTZ preset", icon: "mdi:camera-marker", qos: 1 },
        ...ptzCommand(topic, `'command': 'preset', 'id': { ${table} }[value]`),
        options: [...choices.keys()],
      },
    ],
  ];
}

function siren(topic: (path: string) => string): Component {
  return {
    ...{ platform: "siren", name: "Siren", icon: "mdi:bullhorn", qos: 1 },
    ...{ state_topic: topic("auxiliary/siren/state"), command_topic: topic("auxiliary/siren/set") },
    ...{ support_duration: true, support_volume_set: false },
    command_template: "{{ { 'state': value, 'seconds': duration | default(5) | int } | tojson }}",
    command_off_template: "OFF",
  };
}

function ptzCommand(topic: (path: string) => string, fields: string) {
  const age = `'time': utcnow().isoformat(), 'maxAge': ${MAX_AGE_MS}`;
  return {
    command_topic: topic("ptz/set"),
    command_template: `{{ { ${fields}, ${age} } | tojson }}`,
  };
}

function wordsOf(numbers: Readonly<Record<string, number>>): string {
  return Object.entries(numbers)
    .map(([name, value]) => `'${name}': ${value}`)
    .join(", ");
}
