// Every topic that Nightjar speaks over MQTT, in one table: its path below the base, who may receive or send it, whether
// it is retained, and the schema of its payload. docs/reference/mqtt.md is written from here, the access list obeys it.
import { type Static, type TSchema, Type } from "typebox";
import { EVENT_TYPE_IDS } from "../domain/event-types.ts";
import type { Right } from "../domain/roles.ts";

const Time = Type.String({ format: "date-time", description: "ISO 8601 in UTC." });
const Version = Type.Literal(1, { description: "Rises when the payload breaks with what was." });
const OnOff = Type.Enum(["ON", "OFF"] as const);
const Online = Type.Enum(["online", "offline"] as const);

export const NodeInfoSchema = Type.Object({
  v: Version,
  id: Type.String(),
  name: Type.String(),
  version: Type.String(),
  timeZone: Type.String(),
});
export const NodeHealthSchema = Type.Object({
  v: Version,
  time: Time,
  uptimeSeconds: Type.Number(),
  cameras: Type.Object({ total: Type.Integer(), online: Type.Integer(), recording: Type.Integer() }),
  problems: Type.Array(Type.Object({ code: Type.String(), severity: Type.String(), message: Type.String() })),
});
export const CameraStateSchema = Type.Object({
  v: Version,
  id: Type.String(),
  name: Type.String(),
  enabled: Type.Boolean(),
  status: Type.String(),
  reason: Type.Optional(Type.String()),
  since: Time,
  recordMode: Type.String(),
  recording: Type.Boolean(),
  recordReasons: Type.Array(Type.String()),
  node: Type.String({ description: "The recorder that has the camera." }),
});
export const VolumeStateSchema = Type.Object({
  v: Version,
  id: Type.String(),
  path: Type.String(),
  status: Type.String(),
  message: Type.Optional(Type.String()),
});
export const EventMessageSchema = Type.Object({
  v: Version,
  id: Type.Integer({
    description: "Rises; the same event comes again with its id when it changes and when it ends.",
  }),
  event_type: Type.String(),
  phase: Type.Enum(["start", "update", "end"] as const, {
    description: "`end` also for what was over before it could be sent.",
  }),
  time: Time,
  end_time: Type.Optional(Time),
  camera: Type.Optional(Type.String()),
  node: Type.String(),
  rule: Type.Optional(Type.String({ description: "Of the detector: `line-1`." })),
  source: Type.String({ description: "What reported it: `recorder`, `camera`, a plugin." }),
  score: Type.Optional(Type.Number({ description: "How sure its reporter is, 0 to 1." })),
  objects: Type.Array(
    Type.Object({
      class: Type.String(),
      score: Type.Number(),
      box: Type.Optional(
        Type.Object(
          { x: Type.Number(), y: Type.Number(), width: Type.Number(), height: Type.Number() },
          { description: "Fractions of the picture, from its upper left corner." },
        ),
      ),
      track: Type.Optional(Type.String()),
    }),
    { description: "What was seen, each at its best moment." },
  ),
  detail: Type.Record(Type.String(), Type.Unknown()),
});
export type EventMessage = Static<typeof EventMessageSchema>;

export const ArmingStateSchema = Type.Object({
  v: Version,
  profile: Type.String({ description: "Id of the arming profile in force." }),
  profiles: Type.Array(Type.Object({ id: Type.String(), name: Type.String() })),
});
export type ArmingState = Static<typeof ArmingStateSchema>;
export const LinkageMessageSchema = Type.Object({
  v: Version,
  rule: Type.String(),
  name: Type.String({ description: "What people call the rule." }),
  phase: Type.Enum(["fired", "done"] as const, {
    description: "`fired`: the rule is followed for an event. `done`: this came of one of its actions.",
  }),
  time: Time,
  event: EventMessageSchema,
  action: Type.Optional(
    Type.String({ description: "Of `done`: `record`, `nightjar-linkage-notify/notify`." }),
  ),
  status: Type.Optional(Type.String({ description: "Of `done`: `done`, `failed`, `expired`, `dropped`." })),
  attempts: Type.Optional(Type.Integer()),
  note: Type.Optional(Type.String()),
  code: Type.Optional(Type.String({ description: "Of what failed." })),
});
export type LinkageMessage = Static<typeof LinkageMessageSchema>;

const PluginText = Type.String({ description: "The plugin's own words, at most 64 KiB." });

const Common = {
  transaction: Type.Optional(
    Type.String({
      maxLength: 100,
      description: "Comes back in the answer. The same one again is not done again.",
    }),
  ),
  time: Type.Optional(Time),
  maxAge: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 86_400_000,
      description: "Milliseconds after `time` at which it is not to be done any more; 10 000 without it.",
    }),
  ),
};
const camera = Type.String({ minLength: 1, maxLength: 64 });
const ForEvent = {
  camera: Type.Optional(camera),
  event: Type.Optional(
    Type.Integer({
      minimum: 1,
      description: "Id of the event that it is done for: what comes of it stands with the event.",
    }),
  ),
};

/** What can be asked for, by the last level of `node/{node}/request/{command}`. */
export const REQUESTS = {
  "manual-recording": Type.Object({
    ...Common,
    camera,
    state: OnOff,
    until: Type.Optional(Time),
  }),
  "camera-enabled": Type.Object({ ...Common, camera, state: OnOff }),
  snapshot: Type.Object({
    ...Common,
    camera,
    width: Type.Optional(Type.Integer({ minimum: 64, maximum: 1_280, description: "640 without it." })),
  }),
  explain: Type.Object({
    ...Common,
    camera,
    at: Type.Optional(Time),
    type: Type.Optional(Type.Enum(EVENT_TYPE_IDS, { description: "Only of this kind of event." })),
  }),
  arming: Type.Object({ ...Common, profile: Type.String({ minLength: 1, maxLength: 64 }) }),
  "linkage-list": Type.Object({ ...Common }),
  "linkage-rule": Type.Object({ ...Common, ...ForEvent, rule: Type.String({ minLength: 1, maxLength: 64 }) }),
  "linkage-action": Type.Object({
    ...Common,
    ...ForEvent,
    action: Type.String({ minLength: 1, maxLength: 280, description: "As rules name it." }),
    settings: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  }),
} as const;
export type RequestName = keyof typeof REQUESTS;

export const ResponseSchema = Type.Object({
  status: Type.Enum(["ok", "error"] as const),
  data: Type.Record(Type.String(), Type.Unknown(), {
    description:
      "Of a snapshot: `time`, `contentType` and `picture`, base 64. Of `explain`: as `GET /cameras/{id}/explain`. Of linkage: `results`, one for each action; of the list: `rules` and `actions`.",
  }),
  error: Type.Optional(Type.Object({ code: Type.String(), message: Type.String() })),
  transaction: Type.Optional(Type.String()),
});
export type ResponseMessage = Static<typeof ResponseSchema>;

/** One kind of topic. */
export interface TopicKind {
  /** Below the base; `{…}` stands for an id. */
  readonly path: string;
  /** `out`: Nightjar sends it; `in`: Nightjar takes it, and nobody else gets it. */
  readonly direction: "out" | "in";
  readonly retained: boolean;
  readonly qos: 0 | 1;
  /** What a client of the embedded broker must be allowed: a camera right for the camera in the path. */
  readonly right: Right;
  /** Of the recorder itself: for those who see all of its cameras. */
  readonly needsAllCameras?: boolean;
  readonly payload: TSchema;
  readonly isText: boolean;
  readonly description: string;
}

const out = { direction: "out", qos: 1 } as const;
const taken = { direction: "in", qos: 1, retained: false } as const;
const json = { isText: false } as const;
const text = { isText: true } as const;

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
  cameraAvailability: {
    ...out,
    ...text,
    path: "camera/{camera}/availability",
    retained: true,
    right: "cameras.view",
    payload: Online,
    description: "Whether the camera sends pictures.",
  },
  cameraState: {
    ...out,
    ...json,
    path: "camera/{camera}/state",
    retained: true,
    right: "cameras.view",
    payload: CameraStateSchema,
    description: "How the camera is.",
  },
  cameraEvent: {
    ...out,
    ...json,
    path: "camera/{camera}/event",
    retained: false,
    right: "events.view",
    payload: EventMessageSchema,
    description: "Events of the camera, in order, each at least once.",
  },
  manualRecordingState: {
    ...out,
    ...text,
    path: "camera/{camera}/manual-recording/state",
    retained: true,
    right: "cameras.view",
    payload: OnOff,
    description: "Whether it is being recorded by hand.",
  },
  manualRecordingSet: {
    ...taken,
    ...text,
    path: "camera/{camera}/manual-recording/set",
    right: "recordings.manual",
    payload: OnOff,
    description: "Starts or stops recording by hand.",
  },
  enabledState: {
    ...out,
    ...text,
    path: "camera/{camera}/enabled/state",
    retained: true,
    right: "cameras.view",
    payload: OnOff,
    description: "Whether the camera is switched on.",
  },
  enabledSet: {
    ...taken,
    ...text,
    path: "camera/{camera}/enabled/set",
    right: "cameras.edit",
    payload: OnOff,
    description: "Switches the camera on or off.",
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
const PLUGIN_LEVEL = "[A-Za-z0-9_][A-Za-z0-9._~-]{0,63}";

/** What an id looks like in a path, where it is not one of Nightjar's own. */
const ID_PATTERNS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  pluginSet: {
    plugin: "[A-Za-z0-9_~-]{1,214}",
    below: `${PLUGIN_LEVEL}(?:/${PLUGIN_LEVEL}){0,${PLUGIN_SET_LEVELS.length - 1}}`,
  },
  pluginOut: { plugin: "[A-Za-z0-9_~-]{1,214}", below: `${PLUGIN_LEVEL}(?:/${PLUGIN_LEVEL}){0,7}` },
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
