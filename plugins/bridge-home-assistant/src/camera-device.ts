// A camera as a device of Home Assistant: sensors of what is seen, its events, and what can be switched.
import type { DescribedAbilities, HookCamera } from "@nightjar/core";
import { cameraControls, detectionSwitches } from "./camera-controls.ts";
import {
  type Component,
  type DiscoveredDevice,
  lineOf,
  Names,
  originOf,
  type PresentRecorder,
} from "./component.ts";
import { type BridgeSettings, namedDetections } from "./config.ts";
import { CAMERA_EVENT_TYPES, DETECTIONS } from "./detections.ts";

const RECORD_MODES = ["continuous", "event", "manual", "off"];

/** Makes it; `can` undefined: the short form, with what every recorder shows first of all. */
export function cameraDevice(
  recorder: PresentRecorder,
  camera: HookCamera,
  settings: Pick<BridgeSettings, "detections" | "webAddress">,
  can?: DescribedAbilities,
): DiscoveredDevice {
  const { webAddress } = settings;
  const names = new Names(recorder);
  const id = names.camera(camera.id);
  const topic = (path: string): string => names.of(camera.id, path);
  // Of what needs the camera's pictures; all else needs the recorder alone, which the message says once.
  const whileOnline = {
    availability: [names.recorderIsThere(), { topic: topic("availability") }],
    availability_mode: "all",
  };
  const component = (key: string, fields: Component): [string, Component] => [
    key,
    { unique_id: `${id}-${key}`, ...fields },
  ];
  const more = (abilities: DescribedAbilities): [string, Component][] => [
    component("snapshot", {
      ...{ platform: "image", name: "Snapshot", icon: "mdi:image" },
      ...{ image_topic: topic("snapshot"), content_type: "image/jpeg" },
    }),
    ...(recorder.eventPictures === true
      ? [
          component("event-picture", {
            ...{ platform: "image", name: "Last event", icon: "mdi:image-area" },
            ...{ image_topic: topic("event/snapshot"), content_type: "image/jpeg" },
          }),
        ]
      : []),
    component("take-snapshot", {
      ...{ platform: "button", name: "Take a snapshot", icon: "mdi:camera" },
      ...{ command_topic: topic("snapshot/set"), payload_press: "PRESS", qos: 1, ...whileOnline },
    }),
    component("bit-rate", {
      ...{ platform: "sensor", name: "Bit rate", device_class: "data_rate", state_class: "measurement" },
      ...{ unit_of_measurement: "kbit/s", entity_category: "diagnostic" },
      ...{ state_topic: topic("health"), value_template: "{{ value_json.bitrateKbps }}" },
    }),
    component("frame-rate", {
      ...{ platform: "sensor", name: "Frame rate", icon: "mdi:filmstrip", state_class: "measurement" },
      ...{ unit_of_measurement: "fps", entity_category: "diagnostic" },
      ...{ state_topic: topic("health"), value_template: "{{ value_json.framesPerSecond }}" },
    }),
    ...detectionSwitches(recorder.detectors ?? [], topic).map(([key, fields]) => component(key, fields)),
    ...cameraControls(abilities, topic).map(([key, fields]) => component(key, { ...fields, ...whileOnline })),
  ];
  const components = [
    component("connection", {
      ...{ platform: "binary_sensor", name: "Connection", device_class: "connectivity" },
      ...{ state_topic: topic("availability"), payload_on: "online", payload_off: "offline" },
      entity_category: "diagnostic",
    }),
    component("status", {
      ...{ platform: "sensor", name: "Status", icon: "mdi:cctv", entity_category: "diagnostic" },
      ...{ state_topic: topic("state"), value_template: "{{ value_json.status }}" },
      json_attributes_topic: topic("state"),
    }),
    component("recording", {
      ...{ platform: "binary_sensor", name: "Recording", device_class: "running" },
      state_topic: topic("state"),
      value_template: "{{ 'ON' if value_json.recording else 'OFF' }}",
    }),
    ...namedDetections(settings).map((type) => {
      const about: { readonly name: string; readonly deviceClass?: string } = DETECTIONS[type];
      return component(`detect-${type}`, {
        ...{ platform: "binary_sensor", name: about.name, state_topic: topic(`detect/${type}/state`) },
        ...(about.deviceClass === undefined ? {} : { device_class: about.deviceClass }),
        ...whileOnline,
      });
    }),
    component("event", {
      ...{ platform: "event", name: "Event", icon: "mdi:motion-sensor" },
      ...{ state_topic: topic("event"), event_types: [...CAMERA_EVENT_TYPES] },
      // Each event once: an empty text is left out.
      value_template: "{{ value if value_json.first else '' }}",
    }),
    component("manual-recording", {
      ...{ platform: "switch", name: "Manual recording", icon: "mdi:record-rec" },
      ...{ state_topic: topic("manual-recording/state"), command_topic: topic("manual-recording/set") },
      ...{ qos: 1, ...whileOnline },
    }),
    component("enabled", {
      ...{ platform: "switch", name: "Enabled", icon: "mdi:cctv", entity_category: "config" },
      ...{ state_topic: topic("enabled/state"), command_topic: topic("enabled/set"), qos: 1 },
    }),
    component("record-mode", {
      ...{ platform: "select", name: "Record mode", icon: "mdi:harddisk", entity_category: "config" },
      ...{ state_topic: topic("record-mode/state"), command_topic: topic("record-mode/set"), qos: 1 },
      options: RECORD_MODES,
    }),
    ...(can === undefined ? [] : more(can)),
  ];
  return {
    id,
    camera: camera.id,
    message: {
      device: {
        identifiers: [id],
        name: lineOf(camera.name, camera.id),
        manufacturer: "Nightjar",
        model: "Camera",
        via_device: names.recorder,
        ...(webAddress === undefined ? {} : { configuration_url: webAddress }),
      },
      origin: originOf(recorder),
      availability: [names.recorderIsThere()],
      components: Object.fromEntries(components),
    },
  };
}
