// The recorder as a device of Home Assistant: whether it is well, its disks, and what is armed.
import {
  type Component,
  type DiscoveredDevice,
  lineOf,
  Names,
  originOf,
  type PresentRecorder,
} from "./component.ts";
import type { BridgeSettings } from "./config.ts";

/** Profiles that Home Assistant's alarm panel has words for. */
const PANEL_MODES = { home: "armed_home", away: "armed_away", night: "armed_night" } as const;
type PanelMode = keyof typeof PANEL_MODES;
/** Disks that are shown: more than any sensible recorder has. */
const VOLUMES_LIMIT = 32;

/** Makes it. */
export function recorderDevice(
  recorder: PresentRecorder,
  { webAddress }: Pick<BridgeSettings, "webAddress">,
): DiscoveredDevice {
  const names = new Names(recorder);
  const id = names.recorder;
  const isThere = { availability: [names.recorderIsThere()] };
  const component = (key: string, fields: Component): [string, Component] => [
    key,
    { unique_id: `${id}-${key}`, ...fields },
  ];
  const ofHealth = (key: string, name: string, template: string): [string, Component] =>
    component(key, {
      ...{ platform: "sensor", name, icon: "mdi:cctv", state_class: "measurement" },
      ...{ state_topic: names.node("health"), value_template: template, ...isThere },
    });
  const profiles = recorder.armingProfiles.map((profile) => profile.id);
  const components = [
    component("connection", {
      ...{ platform: "binary_sensor", name: "Connection", device_class: "connectivity" },
      ...{ state_topic: names.node("state"), payload_on: "online", payload_off: "offline" },
      entity_category: "diagnostic",
    }),
    component("problem", {
      ...{ platform: "binary_sensor", name: "Problem", device_class: "problem" },
      state_topic: names.node("health"),
      value_template: "{{ 'ON' if value_json.problems | count > 0 else 'OFF' }}",
      json_attributes_topic: names.node("health"),
      json_attributes_template: "{{ {'problems': value_json.problems} | tojson }}",
      ...{ entity_category: "diagnostic", ...isThere },
    }),
    ofHealth("cameras-online", "Cameras online", "{{ value_json.cameras.online }}"),
    ofHealth("cameras-recording", "Cameras recording", "{{ value_json.cameras.recording }}"),
    component("cpu", {
      ...{ platform: "sensor", name: "Processor", icon: "mdi:cpu-64-bit", state_class: "measurement" },
      ...{ unit_of_measurement: "%", suggested_display_precision: 0, entity_category: "diagnostic" },
      state_topic: names.node("health"),
      // Of a recorder that has just started it is not known yet.
      value_template: "{{ value_json.cpu.percent if value_json.cpu.percent is defined else None }}",
      json_attributes_topic: names.node("health"),
      json_attributes_template: "{{ value_json.cpu | tojson }}",
      ...isThere,
    }),
    component("memory", {
      ...{ platform: "sensor", name: "Memory", device_class: "data_size", state_class: "measurement" },
      ...{ unit_of_measurement: "MB", suggested_display_precision: 0, entity_category: "diagnostic" },
      state_topic: names.node("health"),
      value_template: "{{ (value_json.memory.usedBytes / 1000000) | round(0) }}",
      json_attributes_topic: names.node("health"),
      json_attributes_template: "{{ value_json.memory | tojson }}",
      ...isThere,
    }),
    component("bit-rate", {
      ...{ platform: "sensor", name: "Bit rate", device_class: "data_rate", state_class: "measurement" },
      ...{ unit_of_measurement: "kbit/s", entity_category: "diagnostic" },
      ...{ state_topic: names.node("health"), value_template: "{{ value_json.bitrateKbps }}", ...isThere },
    }),
    component("version", {
      ...{ platform: "sensor", name: "Version", icon: "mdi:tag", entity_category: "diagnostic" },
      ...{ state_topic: names.node("info"), value_template: "{{ value_json.version }}" },
      json_attributes_topic: names.node("info"),
      ...isThere,
    }),
    // A choice of nothing is refused there.
    ...(profiles.length === 0 ? [] : [profiles]).map((options) =>
      component("arming-profile", {
        ...{ platform: "select", name: "Arming profile", icon: "mdi:shield-home" },
        state_topic: names.node("arming/profile/state"),
        command_topic: names.node("arming/profile/set"),
        ...{ options, qos: 1, ...isThere },
      }),
    ),
    ...alarmPanel(names, recorder).map((fields) => component("alarm-panel", { ...fields, ...isThere })),
    ...recorder.volumes.slice(0, VOLUMES_LIMIT).flatMap(({ id: volume, path }) => {
      const name = lineOf(path, volume);
      return [
        component(`volume-${volume}-free`, {
          ...{
            platform: "sensor",
            name: `Free on ${name}`,
            device_class: "data_size",
            state_class: "measurement",
          },
          ...{ unit_of_measurement: "GB", suggested_display_precision: 1, entity_category: "diagnostic" },
          state_topic: names.volume(volume),
          // A disk that is away says nothing of its room.
          value_template:
            "{{ (value_json.freeBytes / 1000000000) | round(1) if value_json.freeBytes is defined else None }}",
          ...isThere,
        }),
        component(`volume-${volume}-problem`, {
          ...{ platform: "binary_sensor", name: `Problem of ${name}`, device_class: "problem" },
          ...{ state_topic: names.volume(volume), entity_category: "diagnostic" },
          value_template: "{{ 'OFF' if value_json.status == 'normal' else 'ON' }}",
          json_attributes_topic: names.volume(volume),
          ...isThere,
        }),
      ];
    }),
  ];
  return {
    id,
    message: {
      device: {
        identifiers: [id],
        name: lineOf(recorder.name, recorder.id),
        manufacturer: "Nightjar",
        model: "Recorder",
        sw_version: lineOf(recorder.version, "0"),
        ...(webAddress === undefined ? {} : { configuration_url: webAddress }),
      },
      origin: originOf(recorder),
      components: Object.fromEntries(components),
    },
  };
}

/** Home Assistant's panel can always disarm: there is one where a profile does that. */
function alarmPanel(names: Names, { armingProfiles }: PresentRecorder): Component[] {
  const disarmed = armingProfiles.find(({ arms }) => arms === "nothing")?.id;
  const modes = (Object.keys(PANEL_MODES) as PanelMode[]).filter(
    (mode) => mode !== disarmed && armingProfiles.some(({ id }) => id === mode),
  );
  if (disarmed === undefined || modes.length === 0) return [];
  const states = Object.fromEntries(modes.map((mode) => [mode, PANEL_MODES[mode]]));
  const table = JSON.stringify({ ...states, [disarmed]: "disarmed" }).replaceAll('"', "'");
  return [
    {
      ...{ platform: "alarm_control_panel", name: "Arming" },
      state_topic: names.node("arming/profile/state"),
      value_template: `{{ ${table}.get(value, 'armed_custom_bypass') }}`,
      command_topic: names.node("arming/profile/set"),
      payload_disarm: disarmed,
      ...Object.fromEntries(modes.map((mode) => [`payload_arm_${mode}`, mode])),
      supported_features: modes.map((mode) => `arm_${mode}`),
      ...{ code_arm_required: false, code_disarm_required: false, qos: 1 },
    },
  ];
}
