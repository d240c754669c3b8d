// The shapes in which the API speaks of detection: what is looked for at a camera, how it goes and what it costs.
import { type Static, Type } from "typebox";
import { DETECTOR_SOURCE_PATTERN, DetectorSettingsSchema } from "../config/camera-config.ts";

const closed = { additionalProperties: false } as const;

const shape = DetectorSettingsSchema.properties;

const DetectorViewSchema = Type.Object({
  detector: Type.String({ description: "Package and id: how settings name it." }),
  displayName: Type.String(),
  eventTypes: Type.Array(Type.String(), { description: "What it reports." }),
  enabled: Type.Boolean(),
  sensitivity: Type.Integer({ minimum: 0, maximum: 100 }),
  area: shape.area,
  rules: shape.rules,
  ruleKinds: Type.Optional(
    Type.Array(Type.Enum(["line", "region"] as const), {
      description: "Kinds of rules that it reads; absent: none.",
    }),
  ),
  unreadRules: Type.Optional(
    Type.Array(Type.String(), {
      description:
        "Ids of rules that it makes nothing of: of a kind that it does not read, or a region of two points.",
    }),
  ),
  options: Type.Record(Type.String(), Type.Unknown()),
  schema: Type.Record(Type.String(), Type.Unknown(), { description: "JSON Schema of `options`." }),
  isPresent: Type.Boolean({ description: "False: its plugin is not there; the settings are kept." }),
  cpuShare: Type.Optional(
    Type.Number({
      description: "Share of one processor core; not known of plugins in processes of their own.",
    }),
  ),
  looked: Type.Integer({ description: "Pictures that it looked at since it began." }),
  skipped: Type.Integer({ description: "Pictures that a newer one took the place of." }),
  problem: Type.Optional(Type.String({ description: "For people: why it does not look." })),
});

export const DetectionViewSchema = Type.Object({
  enabled: Type.Boolean(),
  state: Type.Object({
    status: Type.Enum(["off", "starting", "waiting", "looking", "no-picture", "failed"] as const),
    problem: Type.Optional(Type.String({ description: "For people: why there is no picture to look at." })),
    framesPerSecond: Type.Number(),
    pace: Type.Optional(
      Type.Enum(["all", "idle", "slower", "key-frames"] as const, {
        description:
          "Which pictures are looked at: `all` that are asked for; `idle`: key frames, as nothing happens; `slower` and `key-frames`: fewer, as looking takes more of the processor than it may.",
      }),
    ),
    decodeShare: Type.Optional(
      Type.Number({
        description: "Share of one processor core that decoding takes, once for all detectors.",
      }),
    ),
  }),
  detectors: Type.Array(DetectorViewSchema),
});
/** What is looked for at a camera, and how it goes. */
export type DetectionView = Static<typeof DetectionViewSchema>;

/** What looking at all cameras takes of the machine. */
export interface DetectionLoad {
  /** Processor cores that are taken, and those that may be. */
  readonly cores: number;
  readonly budgetCores: number;
  /** 0: nothing is left out for it; 1: some pictures; 2: all but key frames. */
  readonly step: 0 | 1 | 2;
}

/** A grid over all of a picture, row by row from the upper left. */
export const GRID_SIDE = { minimum: 1, maximum: 64 } as const;
export const CELLS_PATTERN = "^[01]{1,4096}$";

export const DetectionActivitySchema = Type.Object({
  moving: Type.Optional(
    Type.Object(
      {
        at: Type.String({ format: "date-time", description: "Of the picture." }),
        columns: Type.Integer(GRID_SIDE),
        rows: Type.Integer(GRID_SIDE),
        cells: Type.String({ description: "Row by row from the upper left, `1` where something moves." }),
      },
      { description: "Absent: nothing moves." },
    ),
  ),
});
/** Where something moves in a camera's picture at this moment. */
export type DetectionActivity = Static<typeof DetectionActivitySchema>;

export const MotionPageSchema = Type.Object({
  moments: Type.Array(
    Type.Object({
      start: Type.String({ format: "date-time" }),
      end: Type.String({ format: "date-time", description: "Exclusive." }),
      cells: Type.Integer({
        description: "Most of the cells that were asked for in which something moved at once.",
      }),
    }),
    { description: "By time. Nothing is said of times in which nobody looked for motion." },
  ),
  next: Type.Optional(Type.String({ description: "The cursor of what comes after; absent at the end." })),
});
export type MotionPageView = Static<typeof MotionPageSchema>;

export const DetectionPatchSchema = Type.Object(
  {
    enabled: Type.Optional(Type.Boolean()),
    detectors: Type.Optional(
      Type.Record(
        Type.String({ pattern: DETECTOR_SOURCE_PATTERN }),
        Type.Object(
          {
            enabled: shape.enabled,
            sensitivity: shape.sensitivity,
            area: Type.Optional(
              Type.Union([shape.area, Type.Null()], { description: "All of the picture by null." }),
            ),
            rules: shape.rules,
            options: shape.options,
          },
          closed,
        ),
        { description: "By package and id; what is left out of one stays." },
      ),
    ),
  },
  { ...closed, minProperties: 1 },
);
export type DetectionPatch = Static<typeof DetectionPatchSchema>;
