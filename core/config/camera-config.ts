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
  },
  { additionalProperties: false },
);

/** How a camera is recorded. */
export type RecordConfig = Static<typeof RecordConfigSchema>;
/** One camera of config.json. */
export type CameraConfig = Static<typeof CameraConfigSchema>;
