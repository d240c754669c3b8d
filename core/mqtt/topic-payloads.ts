// What is said over MQTT: the schema of each payload, and of each request. docs/reference/mqtt.md is written from here;
// which topic carries what stands in topics.ts.
import { type Static, Type } from "typebox";

const Time = Type.String({ format: "date-time", description: "ISO 8601 in UTC." });
const Version = Type.Literal(1, { description: "Rises when the payload breaks with what was." });
export const OnOff = Type.Enum(["ON", "OFF"] as const);
export const RecordMode = Type.Enum(["continuous", "event", "manual", "off"] as const);
export const Online = Type.Enum(["online", "offline"] as const);

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
  freeBytes: Type.Optional(Type.Number({ description: "Looked at once a minute." })),
  totalBytes: Type.Optional(Type.Number()),
});
export const EventMessageSchema = Type.Object({
  v: Version,
  id: Type.Integer({
    description: "Rises; the same event comes again with its id when it changes and when it ends.",
  }),
  event_type: Type.String(),
  first: Type.Optional(
    Type.Boolean({
      description:
        "True where nothing was sent of it before: it begins, or was over before it could be sent.",
    }),
  ),
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

export const PluginText = Type.String({ description: "The plugin's own words, at most 64 KiB." });

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
  "record-mode": Type.Object({ ...Common, camera, mode: RecordMode }),
  snapshot: Type.Object({
    ...Common,
    camera,
    width: Type.Optional(Type.Integer({ minimum: 64, maximum: 1_280, description: "640 without it." })),
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
      "Of a snapshot: `time`, `contentType` and `picture`, base 64. Of linkage: `results`, one for each action; of the list: `rules` and `actions`.",
  }),
  error: Type.Optional(Type.Object({ code: Type.String(), message: Type.String() })),
  transaction: Type.Optional(Type.String()),
});
export type ResponseMessage = Static<typeof ResponseSchema>;
