// The shapes in which the API speaks of cameras, recordings and the recorder's state. Times are ISO 8601 in UTC.
// Answers are open to additions; requests are closed: an unknown key is refused.
import { type Static, Type } from "typebox";
import { CameraConfigSchema, RecordConfigSchema } from "../config/camera-config.ts";
import { ACTION_STATUSES, END_REASONS } from "../domain/alarm-event.ts";
import { EVENT_GROUPS, EVENT_SEVERITIES } from "../domain/event-types.ts";
import { STREAM_NAMES } from "../domain/ids.ts";
import { RECORD_REASONS } from "../domain/record-reasons.ts";
import { CHECK_RESULTS } from "../system/doctor/check.ts";

const closed = { additionalProperties: false } as const;

/** A moment, ISO 8601 with a zone. */
export const TimeSchema = Type.String({
  format: "date-time",
  description: "ISO 8601 with zone, as 2026-01-01T12:00:00Z.",
  pattern: "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d(?::\\d\\d(?:\\.\\d{1,9})?)?(?:Z|[+-]\\d\\d:\\d\\d)$",
});
export const DateSchema = Type.String({
  description: "A day in the recorder's time zone, yyyy-mm-dd.",
  pattern: "^\\d{4}-\\d\\d-\\d\\d$",
});
export const StreamSchema = Type.Enum(STREAM_NAMES);
const ReasonsSchema = Type.Array(Type.Enum(RECORD_REASONS));
/** Plain facts of a sentence beside it, to say it in other languages. */
export const FactsSchema = Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()]), {
  description:
    "Plain facts of the sentence, to say it in other languages; `case` tells apart what a code stands for.",
});
const StateSchema = Type.Object({
  status: Type.Enum(["connecting", "online", "degraded", "offline", "disabled"] as const),
  reason: Type.Optional(Type.String({ description: "For people: what is wrong and what to do." })),
  code: Type.Optional(Type.String({ description: "Stable name of the fault." })),
  context: Type.Optional(FactsSchema),
  since: TimeSchema,
  note: Type.Optional(Type.String({ description: "What is not as wished though it works." })),
});
const WireFormatSchema = Type.Object(
  {
    formatId: Type.Integer(),
    video: Type.Optional(
      Type.Object({
        codec: Type.String({ description: "As browsers name it: `avc1.64001f`." }),
        width: Type.Integer(),
        height: Type.Integer(),
        description: Type.String({ description: "The decoder's configuration, base 64." }),
        frameRate: Type.Optional(Type.Number()),
      }),
    ),
    audio: Type.Optional(
      Type.Object({
        codec: Type.String(),
        sampleRate: Type.Integer(),
        channels: Type.Integer(),
        description: Type.Optional(Type.String()),
        note: Type.Optional(Type.String()),
      }),
    ),
  },
  { description: "What the stream sends, as core/media/live-wire.ts has it." },
);

export const CameraSchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  driver: Type.String(),
  enabled: Type.Boolean(),
  config: Type.Record(Type.String(), Type.Unknown(), {
    description: "Settings of the driver. Secrets are left out; `passwordSet` says that there is one.",
  }),
  record: RecordConfigSchema,
  state: StateSchema,
  streams: Type.Array(
    Type.Object({
      stream: StreamSchema,
      state: Type.Optional(StateSchema),
      format: Type.Optional(WireFormatSchema),
      figures: Type.Optional(
        Type.Object({
          bitrateKbps: Type.Number(),
          framesPerSecond: Type.Number(),
          packetsLost: Type.Integer(),
          transport: Type.Optional(
            Type.Enum(["tcp", "udp", "tls"] as const, { description: "How the camera's packets come." }),
          ),
        }),
      ),
    }),
  ),
  recording: Type.Object({
    active: Type.Boolean(),
    reasons: ReasonsSchema,
    problem: Type.Optional(Type.String()),
  }),
});
/** A camera as the API shows it. */
export type CameraView = Static<typeof CameraSchema>;

const partialRecord = Type.Partial(RecordConfigSchema, closed);
const cameraFields = CameraConfigSchema.properties;
const DriverConfigSchema = Type.Record(Type.String(), Type.Unknown(), {
  description: "Settings of the driver, as its configSchema says; secrets go in here and never come out.",
});

export const NewCameraSchema = Type.Object(
  {
    id: Type.Optional(cameraFields.id),
    name: cameraFields.name,
    driver: cameraFields.driver,
    enabled: Type.Optional(Type.Boolean()),
    config: DriverConfigSchema,
    record: Type.Optional(partialRecord),
  },
  closed,
);
export type NewCameraBody = Static<typeof NewCameraSchema>;

export const CameraPatchSchema = Type.Object(
  {
    name: Type.Optional(cameraFields.name),
    enabled: Type.Optional(Type.Boolean()),
    config: Type.Optional(DriverConfigSchema),
    record: Type.Optional(partialRecord),
  },
  closed,
);
export type CameraPatchBody = Static<typeof CameraPatchSchema>;

export const ProbeSchema = Type.Object(
  {
    driver: cameraFields.driver,
    config: DriverConfigSchema,
    camera: Type.Optional(
      Type.String({
        maxLength: 64,
        description: "A camera that is there: secrets that `config` leaves out are taken from it.",
      }),
    ),
  },
  closed,
);
export const ProbeAnswerSchema = Type.Object({
  ok: Type.Literal(true),
  video: Type.Object({
    codec: Type.String(),
    width: Type.Integer(),
    height: Type.Integer(),
    frameRate: Type.Optional(Type.Number()),
  }),
  audio: Type.Optional(
    Type.Object({
      codec: Type.String(),
      sampleRate: Type.Integer(),
      note: Type.Optional(Type.String()),
    }),
  ),
  transport: Type.String(),
  bitrateKbps: Type.Number(),
  picture: Type.Optional(Type.String({ description: "A data: URL of a JPEG." })),
});
export type ProbeAnswer = Static<typeof ProbeAnswerSchema>;

export const SearchOutcomeSchema = Type.Object({
  found: Type.Array(
    Type.Object({
      driver: Type.String({ description: "By which it was found, and can be added." }),
      displayName: Type.String({ description: "What the driver is called." }),
      address: Type.String(),
      name: Type.Optional(
        Type.String({ description: "What the device says of itself, like all that follows." }),
      ),
      maker: Type.Optional(Type.String()),
      hardware: Type.Optional(Type.String({ description: "Its model." })),
      location: Type.Optional(Type.String()),
      config: Type.Record(Type.String(), Type.String(), {
        description: "Settings for `POST /cameras`, as far as they are known; user and password are not.",
      }),
      camera: Type.Optional(Type.String({ description: "The camera that it is already." })),
    }),
  ),
  isCut: Type.Boolean({ description: "More may have answered than are told." }),
  problems: Type.Array(
    Type.Object({
      driver: Type.String(),
      displayName: Type.String(),
      code: Type.String(),
      message: Type.String(),
    }),
    {
      description: "Drivers that could not search, and why.",
    },
  ),
});
export type SearchAnswer = Static<typeof SearchOutcomeSchema>;

export const DriverSchema = Type.Object({
  id: Type.String(),
  displayName: Type.String(),
  canSearch: Type.Boolean({ description: "It takes part in `POST /cameras/search`." }),
  configSchema: Type.Unknown(),
  catalogue: Type.Optional(
    Type.Array(
      Type.Object({
        brand: Type.String(),
        mainPath: Type.String(),
        subPath: Type.Optional(Type.String()),
        port: Type.Optional(Type.Integer({ description: "Where the brand does not use 554." })),
        notes: Type.Optional(Type.String()),
      }),
    ),
  ),
});
export type DriverView = Static<typeof DriverSchema>;

export const RecordingsPageSchema = Type.Object({
  segments: Type.Array(
    Type.Object({
      id: Type.String(),
      stream: StreamSchema,
      start: TimeSchema,
      end: TimeSchema,
      sizeBytes: Type.Integer(),
      reasons: ReasonsSchema,
      locked: Type.Boolean(),
      sha256: Type.Optional(
        Type.String({
          description:
            "SHA-256 that the file carries, in hexadecimal: of its bytes from 236 up to its last box (docs/design/recording-format.md).",
        }),
      ),
    }),
  ),
  gaps: Type.Array(Type.Object({ start: TimeSchema, end: TimeSchema, reason: Type.String() })),
  next: Type.Optional(Type.String({ description: "Cursor of the next page." })),
});
export type RecordingsPage = Static<typeof RecordingsPageSchema>;

export const RangeLockSchema = Type.Object({
  files: Type.Integer({ description: "Closed files that touch the range and are now locked, or unlocked." }),
  start: Type.Optional(TimeSchema),
  end: Type.Optional(TimeSchema),
  growing: Type.Boolean({
    description:
      "The range reaches into the file that is being written, which can be locked once it is closed.",
  }),
});
export type RangeLockView = Static<typeof RangeLockSchema>;

export const CoverageSchema = Type.Object({
  cameras: Type.Array(
    Type.Object({
      camera: Type.String(),
      stream: StreamSchema,
      spans: Type.Array(Type.Object({ start: TimeSchema, end: TimeSchema, reasons: ReasonsSchema })),
      growing: Type.Boolean({
        description: "Whether a file is being written now: the last span gets longer.",
      }),
      holes: Type.Array(Type.Object({ start: TimeSchema, end: TimeSchema, packets: Type.Integer() })),
      locked: Type.Array(Type.Object({ start: TimeSchema, end: TimeSchema }), {
        description: "What is kept from deletion.",
      }),
    }),
  ),
});
export type CoverageView = Static<typeof CoverageSchema>;

export const CalendarSchema = Type.Object({
  timeZone: Type.String(),
  days: Type.Array(
    Type.Object({ date: DateSchema, cameras: Type.Array(Type.String()), reasons: ReasonsSchema }),
  ),
});
export type CalendarView = Static<typeof CalendarSchema>;

export const VolumeSchema = Type.Object({
  id: Type.String(),
  path: Type.String(),
  status: Type.String(),
  message: Type.Optional(Type.String()),
  code: Type.Optional(Type.String({ description: "Stable name of what is wrong." })),
  context: Type.Optional(FactsSchema),
  freeBytes: Type.Optional(Type.Number()),
  totalBytes: Type.Optional(Type.Number()),
  usedBytes: Type.Optional(Type.Number()),
  syncMs: Type.Optional(
    Type.Number({
      description: "Longest sync of the last minute: what a power failure costs beyond five seconds.",
    }),
  ),
});
export type VolumeView = Static<typeof VolumeSchema>;

export const ProblemItemSchema = Type.Object({
  code: Type.String(),
  severity: Type.Enum(["notice", "warning", "error"] as const),
  message: Type.String(),
  context: Type.Optional(FactsSchema),
  subject: Type.Optional(
    Type.String({ description: "What is concerned: a camera, volume or plugin by name." }),
  ),
  camera: Type.Optional(Type.String({ description: "Id of the camera that is concerned." })),
  since: Type.Optional(TimeSchema),
});
export type StatusProblem = Static<typeof ProblemItemSchema>;

export const StatusSchema = Type.Object({
  version: Type.String(),
  node: Type.String({ description: "Name of this recorder." }),
  uptimeSeconds: Type.Number(),
  timeZone: Type.String(),
  rtsp: Type.Optional(
    Type.Object(
      { host: Type.String(), port: Type.Integer() },
      { description: "Where live pictures for other programs are served; absent while they are not." },
    ),
  ),
  rtsps: Type.Optional(
    Type.Object(
      { host: Type.String(), port: Type.Integer() },
      { description: "Where they are served over TLS; absent while they are not." },
    ),
  ),
  processes: Type.Array(
    Type.Object({
      name: Type.String(),
      status: Type.String(),
      pid: Type.Optional(Type.Integer()),
      restarts: Type.Integer(),
      uptimeSeconds: Type.Optional(Type.Number()),
      message: Type.Optional(Type.String()),
      context: Type.Optional(FactsSchema),
      rssBytes: Type.Optional(Type.Number({ description: "Memory." })),
      cpuSeconds: Type.Optional(Type.Number()),
      cpuShare: Type.Optional(Type.Number({ description: "Share of one processor core of late." })),
      loopDelayMs: Type.Optional(
        Type.Number({ description: "How late its event loop was in the last minute, at most." }),
      ),
    }),
  ),
  volumes: Type.Array(VolumeSchema),
  ports: Type.Optional(
    Type.Array(
      Type.Object({
        kind: Type.String({ description: "`http`, `https`, `rtsp` or `rtsps`." }),
        host: Type.String(),
        port: Type.Integer(),
      }),
      { description: "Where the recorder listens now; why not elsewhere stands among the problems." },
    ),
  ),
  cameras: Type.Object({ total: Type.Integer(), online: Type.Integer(), recording: Type.Integer() }),
  problems: Type.Array(ProblemItemSchema),
});
export type StatusView = Static<typeof StatusSchema>;

export const EventObjectSchema = Type.Object({
  class: Type.String({ description: "`person`, `car` …" }),
  score: Type.Number({ description: "0 to 1." }),
  box: Type.Optional(
    Type.Object(
      { x: Type.Number(), y: Type.Number(), width: Type.Number(), height: Type.Number() },
      { description: "Fractions of the picture, from its upper left corner." },
    ),
  ),
  track: Type.Optional(Type.String({ description: "The same while it is held to be the same object." })),
});

/** What came of an action. */
export const EventActionSchema = Type.Object({
  rule: Type.String({ description: "Id of the linkage rule." }),
  action: Type.String(),
  status: Type.Enum(ACTION_STATUSES, {
    description:
      "`expired`: it would have been too late; `dropped`: too many waited; `disarmed`: an alarm input kept it from being done.",
  }),
  at: TimeSchema,
  attempts: Type.Integer(),
  note: Type.Optional(Type.String({ description: "For people: what was done, or why not." })),
  code: Type.Optional(Type.String()),
  context: Type.Optional(FactsSchema),
  captures: Type.Optional(
    Type.Array(Type.Object({ file: Type.Integer(), camera: Type.String(), at: TimeSchema }), {
      description: "Pictures that were kept: `GET /events/:event/captures/:file`.",
    }),
  ),
});

export const EventSchema = Type.Object({
  id: Type.Integer(),
  type: Type.String({ description: "Of the catalogue: `GET /event-types`." }),
  group: Type.Optional(Type.Enum(EVENT_GROUPS)),
  severity: Type.Enum(EVENT_SEVERITIES),
  camera: Type.Optional(Type.String({ description: "Absent: of the recorder itself." })),
  rule: Type.Optional(Type.String({ description: "The detector's rule." })),
  source: Type.String({ description: "What reported it." }),
  subject: Type.Optional(Type.String({ description: "What it is about where that is no camera." })),
  start: TimeSchema,
  end: Type.Optional(TimeSchema),
  endReason: Type.Optional(
    Type.Enum(END_REASONS, { description: "Why it ended otherwise than by its reporter's word." }),
  ),
  last: Type.Optional(Type.String({ description: "When it was last reported." })),
  score: Type.Optional(Type.Number({ description: "0 to 1." })),
  objects: Type.Array(EventObjectSchema, { description: "What was seen, the surest first." }),
  pictures: Type.Array(TimeSchema, {
    description: "Moments that show it, the best first: `GET /cameras/:id/snapshot.jpg?at=`.",
  }),
  acknowledged: Type.Optional(
    Type.Object(
      { at: TimeSchema, by: Type.String(), note: Type.String() },
      { description: "Who has seen it." },
    ),
  ),
  actions: Type.Optional(Type.Array(EventActionSchema, { description: "What was done because of it." })),
  detail: Type.Record(Type.String(), Type.Unknown()),
  revision: Type.Integer({ description: "Rises with every change of any event." }),
});
export type EventView = Static<typeof EventSchema>;

export const EventsPageSchema = Type.Object({
  events: Type.Array(EventSchema),
  next: Type.Optional(Type.String({ description: "Cursor of the next page." })),
});
export type EventsPage = Static<typeof EventsPageSchema>;

/** One thing that doctor looked at. */
export const CheckSchema = Type.Object({
  id: Type.String({ description: "Stable name of what was looked at." }),
  result: Type.Enum(CHECK_RESULTS),
  message: Type.String({ description: "What was found, in English." }),
  code: Type.String({ description: "Which sentence that is, for other languages." }),
  facts: Type.Optional(FactsSchema),
  where: Type.Optional(Type.String({ description: "The file, folder, port or setting that it is about." })),
  advice: Type.Optional(Type.String({ description: "What to do, unless all is well. In English." })),
  adviceCode: Type.Optional(Type.String()),
  adviceFacts: Type.Optional(FactsSchema),
  command: Type.Optional(Type.String({ description: "What to type for that, where one command does it." })),
});
