// Home Assistant's rules for device-based MQTT discovery, written from its documentation (home-assistant.io: MQTT, discovery
// messages; MQTT binary sensor, sensor, switch, select, event, button, image, siren, alarm control panel; JSON as 3.1.1 payloads): what it would
// refuse or ignore is a sentence here.

type Fields = Readonly<Record<string, unknown>>;

const OBJECT_ID = /^[A-Za-z0-9_-]{1,200}$/;
const DEVICE_KEYS = [
  ...["identifiers", "name", "manufacturer", "model", "sw_version", "via_device", "configuration_url"],
] as const;
/** What all platforms understand. */
const SHARED = [
  ...["platform", "unique_id", "name", "icon", "entity_category", "availability", "availability_mode", "qos"],
  ...["json_attributes_topic", "json_attributes_template", "state_topic", "value_template"],
];
interface Platform {
  readonly needs: readonly string[];
  readonly may: readonly string[];
  readonly classes?: readonly string[];
}
const PLATFORMS: Readonly<Record<string, Platform>> = {
  binary_sensor: {
    needs: ["state_topic"],
    may: ["device_class", "payload_on", "payload_off"],
    classes: [
      ...["connectivity", "heat", "motion", "occupancy", "problem", "running", "safety", "smoke", "sound"],
      "tamper",
    ],
  },
  sensor: {
    needs: ["state_topic"],
    may: ["device_class", "state_class", "unit_of_measurement", "suggested_display_precision"],
    classes: ["data_rate", "data_size"],
  },
  switch: {
    needs: ["command_topic"],
    may: ["command_topic", "payload_on", "payload_off", "state_on", "state_off"],
  },
  select: { needs: ["command_topic", "options"], may: ["command_topic", "command_template", "options"] },
  button: { needs: ["command_topic"], may: ["command_topic", "command_template", "payload_press"] },
  image: { needs: ["image_topic"], may: ["image_topic", "content_type"] },
  siren: {
    needs: ["command_topic"],
    may: [
      ...["command_topic", "command_template", "command_off_template", "support_duration"],
      ...["support_volume_set", "available_tones"],
    ],
  },
  event: { needs: ["state_topic", "event_types"], may: ["event_types", "device_class"] },
  alarm_control_panel: {
    needs: ["state_topic", "command_topic"],
    may: [
      ...["command_topic", "payload_disarm", "payload_arm_home", "payload_arm_away", "payload_arm_night"],
      ...["supported_features", "code_arm_required", "code_disarm_required"],
    ],
  },
};
const PANEL_FEATURES = ["arm_home", "arm_away", "arm_night", "arm_vacation", "arm_custom_bypass", "trigger"];
const PANEL_STATES = ["disarmed", "armed_home", "armed_away", "armed_night", "armed_custom_bypass"];

/** What is wrong with a message at its topic; empty: Home Assistant takes it. `prefix` is its discovery prefix. */
export function discoveryFaults(prefix: string, topic: string, payload: string): string[] {
  const faults: string[] = [];
  const [kind, objectId = "", last, ...rest] = topic.slice(prefix.length + 1).split("/");
  if (!topic.startsWith(`${prefix}/`) || kind !== "device" || last !== "config" || rest.length > 0)
    faults.push(`${topic} is no topic of device discovery`);
  if (!OBJECT_ID.test(objectId)) faults.push(`the object id ${objectId} has letters that are not allowed`);
  const message = JSON.parse(payload) as Fields;
  const { device, origin, components, ...shared } = message as Readonly<Record<string, Fields>>;
  if (device === undefined || !isTexts(device["identifiers"]) || !isText(device["name"]))
    faults.push("the device has no identifiers or no name");
  for (const key of Object.keys(device ?? {}))
    if (!(DEVICE_KEYS as readonly string[]).includes(key)) faults.push(`the device has the unknown ${key}`);
  const link = device?.["configuration_url"];
  if (link !== undefined && !/^https?:\/\//.test(String(link)))
    faults.push("configuration_url is no web address");
  if (!isText(origin?.["name"])) faults.push("the origin has no name");
  for (const key of Object.keys(shared))
    if (!["availability", "availability_mode"].includes(key)) faults.push(`${key} is not shared`);
  if ("availability" in shared) faults.push(...availabilityFaults(message));
  const all = Object.entries(components ?? {}) as [string, Fields][];
  if (all.length === 0) faults.push("there is no component");
  const ids = all.flatMap(([, fields]) => (Object.keys(fields).length === 1 ? [] : [fields["unique_id"]]));
  if (!isTexts(ids) || new Set(ids).size !== ids.length) faults.push("an entity has no id of its own");
  for (const [key, fields] of all) faults.push(...componentFaults(fields).map((fault) => `${key}: ${fault}`));
  return faults;
}

function componentFaults(fields: Fields): string[] {
  const faults: string[] = [];
  const platform = PLATFORMS[String(fields["platform"])];
  // Nothing but its platform: it is to be forgotten.
  if (platform !== undefined && Object.keys(fields).length === 1) return [];
  if (platform === undefined) return [`the platform ${String(fields["platform"])} is none`];
  for (const key of platform.needs) if (!(key in fields)) faults.push(`${key} is missing`);
  for (const [key, value] of Object.entries(fields)) {
    if (![...SHARED, ...platform.may].includes(key)) faults.push(`${key} is not understood`);
    if (key.endsWith("_topic") && !isTopic(value)) faults.push(`${key} is no topic`);
    if (key.endsWith("_template") && !isTemplate(value)) faults.push(`${key} is no template`);
  }
  if (!isText(fields["name"])) faults.push("it has no name");
  const { device_class: of, entity_category: category, qos, icon } = fields;
  if (of !== undefined && platform.classes?.includes(String(of)) !== true)
    faults.push(`the class ${String(of)} is none of its platform`);
  if (category !== undefined && category !== "config" && category !== "diagnostic")
    faults.push("the category is none");
  // What only shows is no setting.
  if (category === "config" && !("command_topic" in fields)) faults.push("a sensor is no setting");
  if (qos !== undefined && ![0, 1, 2].includes(Number(qos))) faults.push("qos is none");
  if (icon !== undefined && !/^mdi:[a-z0-9-]+$/.test(String(icon))) faults.push("the icon is none");
  if ("json_attributes_template" in fields && !("json_attributes_topic" in fields))
    faults.push("a template of attributes without their topic");
  if (
    "state_class" in fields &&
    !["measurement", "total", "total_increasing"].includes(String(fields["state_class"]))
  )
    faults.push("the state class is none");
  for (const key of ["options", "event_types"])
    if (key in fields && (!isTexts(fields[key]) || new Set(fields[key] as string[]).size === 0))
      faults.push(`${key} is empty`);
  if ("availability" in fields) faults.push(...availabilityFaults(fields));
  const features = fields["supported_features"];
  if (features !== undefined && !(isTexts(features) && features.every((one) => PANEL_FEATURES.includes(one))))
    faults.push("a feature of the panel is none");
  if (fields["platform"] === "alarm_control_panel") {
    const told = [...String(fields["value_template"]).matchAll(/'(armed_\w+|disarmed)'/g)].map(
      ([, one]) => one,
    );
    if (told.length === 0 || !told.every((state) => PANEL_STATES.includes(state ?? "")))
      faults.push("a state of the panel is none");
  }
  return faults;
}

function availabilityFaults({ availability, availability_mode: mode = "latest" }: Fields): string[] {
  const faults: string[] = [];
  if (!["all", "any", "latest"].includes(String(mode))) faults.push("the mode of availability is none");
  if (!Array.isArray(availability) || availability.length === 0)
    return [...faults, "availability is no list"];
  for (const one of availability as Fields[]) {
    const known = ["topic", "payload_available", "payload_not_available", "value_template"];
    if (!isTopic(one["topic"]) || Object.keys(one).some((key) => !known.includes(key)))
      faults.push("an availability is none");
  }
  return faults;
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= 255;
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.length > 0 && value.every(isText);
}

function isTopic(value: unknown): boolean {
  return isText(value) && !/[+#\0]/.test(value) && !value.startsWith("/");
}

/** Braces in pairs, outside of which there is no brace. */
function isTemplate(value: unknown): boolean {
  return (
    typeof value === "string" && value.isWellFormed() && /^(?:\{\{.*?\}\}|\{%.*?%\}|[^{}])+$/.test(value)
  );
}
