// Every topic that Nightjar speaks over MQTT, in one table: its path below the base, who may receive or send it, whether
// it is retained, and the schema of its payload. docs/reference/mqtt.md is written from here, the access list obeys it.
import { Type } from "typebox";
import { AUXILIARY_PARTS } from "../cameras/ability-answers.ts";
import { CAMERA_TOPICS } from "./camera-topics.ts";
import {
  ArmingStateSchema,
  EventMessageSchema,
  InputStateSchema,
  LinkageMessageSchema,
  NodeHealthSchema,
  NodeInfoSchema,
  Online,
  OnOff,
  OutputStateSchema,
  PluginText,
  VolumeStateSchema,
} from "./payloads.ts";
import { REQUESTS, ResponseSchema } from "./request-schemas.ts";
import { json, out, type TopicKind, taken, text } from "./topic-kind.ts";

export type { TopicKind } from "./topic-kind.ts";

const ProfileId = Type.String({ minLength: 1, maxLength: 64 });

export const TOPICS = {
  nodeState: {
    ...out,
    ...text,
    path: "node/{node}/state",
    retained: true,
    right: "status.view",
    payload: Online,
    description: "Whether the recorder is there. Its last will at another broker.",
  },
  nodeInfo: {
    ...out,
    ...json,
    path: "node/{node}/info",
    retained: true,
    right: "system.view",
    payload: NodeInfoSchema,
    description: "What the recorder is.",
  },
  nodeHealth: {
    ...out,
    ...json,
    qos: 0,
    path: "node/{node}/health",
    retained: true,
    right: "system.view",
    payload: NodeHealthSchema,
    description: "How it is: once a minute, and when its problems change.",
  },
  nodeEvent: {
    ...out,
    ...json,
    path: "node/{node}/event",
    retained: false,
    right: "events.view",
    needsAllCameras: true,
    payload: EventMessageSchema,
    description: "Events of the recorder itself, in order.",
  },
  nodeRequest: {
    ...taken,
    ...json,
    path: "node/{node}/request/{command}",
    right: "mqtt.connect",
    payload: Type.Union(Object.values(REQUESTS)),
    description: "Asks for something; needs the right that the same needs over HTTP.",
  },
  nodeResponse: {
    ...out,
    ...json,
    path: "node/{node}/response/{command}",
    retained: false,
    right: "mqtt.connect",
    payload: ResponseSchema,
    description: "The answer. At the embedded broker only the account that asked gets it.",
  },
  armingState: {
    ...out,
    ...json,
    path: "node/{node}/arming/state",
    retained: true,
    right: "status.view",
    payload: ArmingStateSchema,
    description: "The arming profile in force, and those that there are.",
  },
  outputState: {
    ...out,
    ...text,
    path: "node/{node}/output/{output}/state",
    retained: true,
    right: "system.view",
    payload: OnOff,
    description: "Whether an alarm output is on.",
  },
  outputInfo: {
    ...out,
    ...json,
    path: "node/{node}/output/{output}/info",
    retained: true,
    right: "system.view",
    payload: OutputStateSchema,
    description: "How an alarm output is, in full.",
  },
  outputSet: {
    ...taken,
    ...text,
    path: "node/{node}/output/{output}/set",
    right: "outputs.set",
    payload: OnOff,
    description: "Triggers an alarm output, for as long as it is set to, or clears it.",
  },
  inputState: {
    ...out,
    ...text,
    path: "node/{node}/input/{input}/state",
    retained: true,
    right: "system.view",
    payload: OnOff,
    description: "Whether an alarm input is active: its contact is not as it rests.",
  },
  inputInfo: {
    ...out,
    ...json,
    path: "node/{node}/input/{input}/info",
    retained: true,
    right: "system.view",
    payload: InputStateSchema,
    description: "How an alarm input is, in full.",
  },
  inputSet: {
    ...taken,
    ...text,
    path: "node/{node}/input/{input}/set",
    right: "inputs.set",
    payload: OnOff,
    description: "Closes (`ON`) or opens (`OFF`) the contact of a virtual alarm input.",
  },
  linkageEvent: {
    ...out,
    ...json,
    path: "node/{node}/linkage/{rule}/event",
    retained: false,
    right: "events.view",
    needsAllCameras: true,
    payload: LinkageMessageSchema,
    description: "A linkage rule is followed for an event, and what came of each of its actions.",
  },
  exceptionEvent: {
    ...out,
    ...json,
    path: "exception/{type}",
    retained: false,
    right: "events.view",
    needsAllCameras: true,
    payload: EventMessageSchema,
    description:
      "Exceptions (`exception-volume-full` …) of the recorder and of cameras once more, by their kind.",
  },
  posEvent: {
    ...out,
    ...json,
    path: "pos/{till}/event",
    retained: false,
    right: "events.view",
    needsAllCameras: true,
    payload: EventMessageSchema,
    description:
      "Receipts of a till as they begin, grow and are over, once for each however many cameras look at it: `detail` has its number, total and lines; what it says is at `GET /receipts`.",
  },
  ...CAMERA_TOPICS,
  armingProfileState: {
    ...out,
    ...text,
    path: "node/{node}/arming/profile/state",
    retained: true,
    right: "status.view",
    payload: ProfileId,
    description: "Id of the arming profile in force.",
  },
  armingProfileSet: {
    ...taken,
    ...text,
    path: "node/{node}/arming/profile/set",
    right: "arming.set",
    payload: ProfileId,
    description: "Puts a profile in force; for who sees all cameras.",
  },
  armingRuleState: {
    ...out,
    ...text,
    path: "node/{node}/arming/rule/{rule}/state",
    retained: true,
    right: "events.view",
    needsAllCameras: true,
    payload: OnOff,
    description:
      "Whether an arming rule arms now, by its schedule and the profile in force. Looked at once a minute.",
  },
  pluginSet: {
    ...taken,
    ...text,
    path: "node/{node}/plugin/{plugin}/{below}/set",
    right: "mqtt.connect",
    payload: PluginText,
    description:
      "A command to a plugin; `{below}` is one to three levels. Needs the right that the plugin names for it, for all cameras.",
  },
  pluginOut: {
    ...out,
    ...text,
    path: "node/{node}/plugin/{plugin}/{below}",
    retained: true,
    right: "status.view",
    needsAllCameras: true,
    payload: PluginText,
    description: "What a plugin has to say, in topics of its own; it chooses what of them is retained.",
  },
  volumeState: {
    ...out,
    ...json,
    path: "storage/{volume}/state",
    retained: true,
    right: "system.view",
    payload: VolumeStateSchema,
    description: "How a volume is.",
  },
} as const satisfies Readonly<Record<string, TopicKind>>;
export type TopicName = keyof typeof TOPICS;

/** Ids that a topic's path holds. */
export interface TopicIds {
  readonly node?: string;
  readonly camera?: string;
  readonly volume?: string;
  readonly command?: string;
  /** Of events. */
  readonly type?: string;
  /** Siren, light or wiper. */
  readonly part?: string;
  readonly detector?: string;
  readonly till?: string;
  readonly output?: string;
  readonly input?: string;
  /** Of linkage. */
  readonly rule?: string;
  /** A plugin's level, and its own levels below. */
  readonly plugin?: string;
  readonly below?: string;
}

/** The whole topic. */
export function topicOf(base: string, name: TopicName, ids: TopicIds): string {
  const path = TOPICS[name].path.replace(/\{(\w+)\}/g, (_, key: keyof TopicIds) => ids[key] ?? "-");
  return `${base}/${path}`;
}

/** Levels before `set` in commands to plugins; the broker is asked for each number of them. */
export const PLUGIN_SET_LEVELS = [1, 2, 3] as const;
const PLUGIN = "[A-Za-z0-9_~-]{1,214}";
const PART = AUXILIARY_PARTS.join("|");
const PLUGIN_LEVEL = "[A-Za-z0-9_][A-Za-z0-9._~-]{0,63}";

/** What an id looks like in a path, where it is not one of Nightjar's own. */
const ID_PATTERNS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  detectorState: { plugin: PLUGIN },
  detectorSet: { plugin: PLUGIN },
  auxiliaryState: { part: PART },
  auxiliarySet: { part: PART },
  pluginSet: {
    plugin: PLUGIN,
    below: `${PLUGIN_LEVEL}(?:/${PLUGIN_LEVEL}){0,${PLUGIN_SET_LEVELS.length - 1}}`,
  },
  pluginOut: { plugin: PLUGIN, below: `${PLUGIN_LEVEL}(?:/${PLUGIN_LEVEL}){0,7}` },
};

const PATTERNS = Object.entries(TOPICS).map(([name, { path }]) => ({
  name: name as TopicName,
  pattern: new RegExp(
    `^${path.replace(/\{(\w+)\}/g, (_, id: string) => `(?<${id}>${ID_PATTERNS[name]?.[id] ?? "[a-z0-9-]{1,64}"})`)}$`,
  ),
}));

/** What a topic is; undefined: none of Nightjar's. */
export function readTopic(
  base: string,
  topic: string,
): { readonly name: TopicName; readonly kind: TopicKind; readonly ids: TopicIds } | undefined {
  if (!topic.startsWith(`${base}/`)) return undefined;
  const path = topic.slice(base.length + 1);
  for (const { name, pattern } of PATTERNS) {
    const match = pattern.exec(path);
    if (match !== null) return { name, kind: TOPICS[name], ids: { ...match.groups } };
  }
  return undefined;
}
