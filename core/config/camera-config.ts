// The part of config.json that describes one camera. Passwords are not here: they are in secrets.json,
// under `camera/<id>/<field>`.
import { type Static, Type } from "typebox";
import { EVENT_TYPE_IDS, isArmable } from "../domain/event-types.ts";

export const RECORD_MODES = ["continuous", "event", "manual", "off"] as const;
export const RECORDED_STREAMS = ["main", "sub", "both"] as const;

export const RecordConfigSchema = Type.Object(
  {
    mode: Type.Enum(RECORD_MODES, {
      title: "Recording",
      description:
        "`continuous`: always; `event`: while an event that records it goes on; `manual`: only while somebody asks for it; `off`: never, not even by hand.",
      default: "continuous",
    }),
    streams: Type.Enum(RECORDED_STREAMS, {
      title: "Streams",
      description: "Which streams of the camera are recorded.",
      default: "main",
    }),
    audio: Type.Boolean({
      title: "Sound",
      description:
        "Record the sound as well. Off until the owner switches it on: recording speech is often unlawful.",
      default: false,
    }),
    preRecordSeconds: Type.Integer({
      title: "Pre-record",
      description:
        "Seconds before an event (or before a manual recording was asked for) that are kept, 0 to 60.",
      minimum: 0,
      maximum: 60,
      default: 5,
    }),
    postRecordSeconds: Type.Optional(
      Type.Integer({
        title: "Post-record",
        description: "Seconds after the end of an event that are recorded, 0 to 600. Without: 5.",
        minimum: 0,
        maximum: 600,
      }),
    ),
    eventTypes: Type.Optional(
      Type.Array(Type.Enum(EVENT_TYPE_IDS.filter(isArmable)), {
        title: "Event types",
        description:
          "Events that record the camera, or mark what is recorded all the time. Without, or empty: all.",
        maxItems: 64,
        uniqueItems: true,
      }),
    ),
    eventCameras: Type.Optional(
      Type.Array(Type.String({ pattern: "^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$" }), {
        title: "Linked cameras",
        description: "Cameras whose events record this one as well as its own do.",
        maxItems: 1_024,
        uniqueItems: true,
      }),
    ),
    segmentSeconds: Type.Integer({
      title: "Length of a file",
      description: "Nominal length of a recording file in seconds, 10 to 300; files are cut at key frames.",
      minimum: 10,
      maximum: 300,
      default: 60,
    }),
    retentionDays: Type.Union([Type.Integer({ minimum: 1, maximum: 36500 }), Type.Null()], {
      title: "Days to keep",
      description:
        "Recordings older than this many days are deleted; null keeps them until the space is needed.",
      default: null,
    }),
    quotaBytes: Type.Union([Type.Integer({ minimum: 100_000_000 }), Type.Null()], {
      title: "Space",
      description: "Bytes that this camera's recordings may take, oldest deleted first; null is unlimited.",
      default: null,
    }),
  },
  {
    additionalProperties: false,
    default: {},
    description: "What is recorded of the camera and how long it is kept.",
  },
);

/** How a detector is named: its package and its id. */
export const DETECTOR_SOURCE_PATTERN =
  "^(?:@[\\w-]+/)?nightjar-vca-[\\w-]+/[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$";

const Point = Type.Array(Type.Number({ minimum: 0, maximum: 1 }), { minItems: 2, maxItems: 2 });

export const DetectorSettingsSchema = Type.Object(
  {
    enabled: Type.Optional(
      Type.Boolean({
        title: "Enabled",
        description:
          "Whether this detector looks. Without: detectors that come with Nightjar do, others do not.",
      }),
    ),
    sensitivity: Type.Optional(
      Type.Integer({
        title: "Sensitivity",
        description: "0 to 100; at 0 nothing is reported.",
        minimum: 0,
        maximum: 100,
        default: 50,
      }),
    ),
    area: Type.Optional(
      Type.Object(
        {
          columns: Type.Integer({ title: "Columns", minimum: 1, maximum: 64 }),
          rows: Type.Integer({ title: "Rows", minimum: 1, maximum: 64 }),
          cells: Type.String({
            title: "Cells",
            description: "Row by row from the upper left: `1` counts, `0` does not.",
            pattern: "^[01]{1,4096}$",
          }),
        },
        {
          additionalProperties: false,
          title: "Area",
          description: "Which parts of the picture count, as a grid over it. Without: all of it.",
        },
      ),
    ),
    rules: Type.Optional(
      Type.Array(
        Type.Object(
          {
            id: Type.String({ pattern: "^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$" }),
            name: Type.Optional(Type.String({ minLength: 1, maxLength: 80 })),
            kind: Type.Enum(["line", "region"] as const),
            points: Type.Array(Point, { minItems: 2, maxItems: 32 }),
            direction: Type.Optional(
              Type.Enum(["both", "a-to-b", "b-to-a"] as const, {
                description:
                  "Which way across a line counts: from its left, looking along it, to its right is A to B.",
                default: "both",
              }),
            ),
          },
          { additionalProperties: false },
        ),
        {
          title: "Rules",
          description: "Lines and regions, in fractions of the picture's width and height.",
          maxItems: 32,
        },
      ),
    ),
    options: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), {
        title: "Options",
        description: "What else the detector lets one set, checked by its own schema.",
      }),
    ),
  },
  { additionalProperties: false },
);

export const DetectionConfigSchema = Type.Object(
  {
    enabled: Type.Boolean({
      title: "Detection",
      description: "Whether the recorder itself looks at the camera's pictures. It costs processor time.",
      default: false,
    }),
    detectors: Type.Record(Type.String({ pattern: DETECTOR_SOURCE_PATTERN }), DetectorSettingsSchema, {
      title: "Detectors",
      description: "By package and id, as in `nightjar-vca-motion/motion`.",
      default: {},
    }),
  },
  { additionalProperties: false },
);

export const CameraConfigSchema = Type.Object(
  {
    id: Type.String({
      title: "Id",
      description:
        "Name of the camera in addresses, files and topics: 1 to 64 of a-z, 0-9 and inner hyphens. Never changes.",
      pattern: "^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$",
    }),
    name: Type.String({
      title: "Name",
      description: "What people call the camera, 1 to 80 characters.",
      minLength: 1,
      maxLength: 80,
    }),
    driver: Type.String({
      title: "Driver",
      description: "Which plugin speaks with the camera: `rtsp`, `demo` …",
      pattern: "^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$",
    }),
    enabled: Type.Boolean({
      title: "Enabled",
      description: "A camera that is not enabled is neither connected to nor recorded.",
      default: true,
    }),
    config: Type.Record(Type.String(), Type.Unknown(), {
      title: "Connection",
      description:
        "Settings of the driver (addresses, user name …), checked by the driver's own schema. Never a password.",
      default: {},
    }),
    record: RecordConfigSchema,
    detection: Type.Optional(DetectionConfigSchema),
  },
  { additionalProperties: false },
);

/** How a camera is recorded. */
export type RecordConfig = Static<typeof RecordConfigSchema>;
/** One camera of config.json. */
export type CameraConfig = Static<typeof CameraConfigSchema>;
/** What the recorder itself looks for in a camera's pictures. */
export type DetectionConfig = Static<typeof DetectionConfigSchema>;
/** What is set of one detector at a camera. */
export type DetectorSettingsConfig = Static<typeof DetectorSettingsSchema>;
