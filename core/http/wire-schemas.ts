// The shapes in which the API speaks of recordings and the recorder's state, and those that other shapes are made of. Times
// are ISO 8601 in UTC. Answers are open to additions.
import { type Static, Type } from "typebox";
import { STREAM_NAMES } from "../domain/ids.ts";
import { RECORD_REASONS } from "../domain/record-reasons.ts";
import { CHECK_RESULTS } from "../system/doctor/check.ts";

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
export const ReasonsSchema = Type.Array(Type.Enum(RECORD_REASONS));
/** Plain facts of a sentence beside it, to say it in other languages. */
export const FactsSchema = Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()]), {
  description:
    "Plain facts of the sentence, to say it in other languages; `case` tells apart what a code stands for.",
});
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

const ToldKindsSchema = Type.Object(
  { bell: Type.Array(Type.String()), bar: Type.Array(Type.String()) },
  {
    description: "The kinds of events that the bell tells of, and those that the bar on every page does.",
  },
);

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
  told: Type.Optional(ToldKindsSchema),
});
export type StatusView = Static<typeof StatusSchema>;

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
