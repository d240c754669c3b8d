// The payloads of what Nightjar sends over MQTT, as schemas: docs/reference/mqtt.md is written from them. Which topic
// carries what stands in topics.ts, what can be asked for in request-schemas.ts.
import { type Static, Type } from "typebox";

export const Time = Type.String({ format: "date-time", description: "ISO 8601 in UTC." });
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
  role: Type.Enum(["active"] as const, {
    description: "What it is among recorders: it records its cameras.",
  }),
  plugins: Type.Array(
    Type.Object({
      name: Type.String(),
      version: Type.String(),
      status: Type.String({ description: "`running`, `disabled`, `failed` …" }),
    }),
    { description: "At most 200." },
  ),
});
export const NodeHealthSchema = Type.Object({
  v: Version,
  time: Time,
  uptimeSeconds: Type.Number(),
  cameras: Type.Object({ total: Type.Integer(), online: Type.Integer(), recording: Type.Integer() }),
  cpu: Type.Object({
    processors: Type.Integer({ description: "Of the machine." }),
    percent: Type.Optional(
      Type.Number({
        description:
          "What the recorder's processes use of all processors together, without programs that they start.",
      }),
    ),
    load: Type.Optional(
      Type.Number({
        description: "Processes that want a processor, by processor, over the last minute: the machine's.",
      }),
    ),
  }),
  memory: Type.Object({
    usedBytes: Type.Integer({ description: "By the recorder's processes." }),
    freeBytes: Type.Integer({ description: "Of the machine." }),
    totalBytes: Type.Integer(),
  }),
  volumes: Type.Object({
    total: Type.Integer(),
    normal: Type.Integer({ description: "Those with which nothing is wrong." }),
  }),
  bitrateKbps: Type.Number({ description: "What all cameras send together." }),
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
  streams: Type.Array(
    Type.Object({
      stream: Type.String({ description: "`main` or `sub`." }),
      status: Type.Optional(Type.String()),
      codec: Type.Optional(Type.String()),
      width: Type.Optional(Type.Integer()),
      height: Type.Optional(Type.Integer()),
    }),
  ),
});
const StreamFigures = {
  bitrateKbps: Type.Number(),
  framesPerSecond: Type.Number(),
  packetsLost: Type.Integer(),
};
export const CameraHealthSchema = Type.Object(
  {
    v: Version,
    time: Time,
    bitrateKbps: Type.Number({ description: "Of all its streams." }),
    framesPerSecond: Type.Number({ description: "Of its main stream." }),
    streams: Type.Array(Type.Object({ stream: Type.String(), ...StreamFigures })),
  },
  { description: "All zero while it sends nothing." },
);
export type NodeHealth = Static<typeof NodeHealthSchema>;
export type CameraHealth = Static<typeof CameraHealthSchema>;
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
  zone: Type.Optional(
    Type.String({ description: "The region in which it was seen, as its owner calls it." }),
  ),
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
      track: Type.Optional(
        Type.String({
          description:
            "The same while it is held to be the same object. The way that it took: `GET /api/v1/events/<id>`.",
        }),
      ),
    }),
    { description: "What was seen, each at its best moment." },
  ),
  detail: Type.Record(Type.String(), Type.Unknown()),
  snapshot_url: Type.Optional(
    Type.String({
      description:
        "A picture of it, where it was recorded, for who signs in there. Of events of a camera. Begins with `mqtt.webAddress`, or with `/`.",
    }),
  ),
  clip_url: Type.Optional(
    Type.String({ description: "Its recording with 5 s around it, likewise. Once it is over." }),
  ),
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
    Type.String({
      description:
        "Of `done`: `record`, `email`, or `<package>/<id>` of a plugin that did not come with Nightjar.",
    }),
  ),
  status: Type.Optional(
    Type.String({ description: "Of `done`: `done`, `failed`, `expired`, `dropped`, `disarmed`." }),
  ),
  attempts: Type.Optional(Type.Integer()),
  note: Type.Optional(Type.String()),
  code: Type.Optional(Type.String({ description: "Of what failed." })),
});
export type LinkageMessage = Static<typeof LinkageMessageSchema>;

/** Not a text at all. */
export const Picture = Type.String({ contentMediaType: "image/jpeg" });
/** Holds no login: whoever follows it signs in there. */
export const Link = Type.String({ format: "uri-reference" });
export const PluginText = Type.String({ description: "The plugin's own words, at most 64 KiB." });

export const OutputStateSchema = Type.Object({
  v: Version,
  id: Type.String(),
  name: Type.String(),
  enabled: Type.Boolean(),
  state: OnOff,
  since: Type.Optional(Time),
  off_at: Type.Optional(
    Type.String({
      format: "date-time",
      description: "When it goes off by itself. Absent while on: not at all.",
    }),
  ),
  by: Type.Optional(Type.String({ description: "Who or what switched it." })),
  reason: Type.Optional(Type.String({ description: "Why its device did not do what it was told last." })),
});
export type OutputStateMessage = Static<typeof OutputStateSchema>;
export const InputStateSchema = Type.Object({
  v: Version,
  id: Type.String(),
  name: Type.String(),
  enabled: Type.Boolean(),
  use: Type.String({ description: "`alarm` or `one-key-disarm`." }),
  state: Type.Enum(["ON", "OFF"] as const, { description: "`ON`: it alarms, or disarms." }),
  contact: Type.Enum(["closed", "open", "unknown"] as const),
  since: Type.Optional(Time),
});
export type InputStateMessage = Static<typeof InputStateSchema>;
