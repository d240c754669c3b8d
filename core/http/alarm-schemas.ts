// The shapes in which the API speaks of event types and of arming.
import { type Static, Type } from "typebox";
import { AlarmConfigSchema, ArmingConfigSchema } from "../config/alarm-config.ts";
import { EXCEPTION_TYPES, HINT_SOUNDS } from "../domain/event-hints.ts";
import { EVENT_GROUPS, EVENT_SEVERITIES } from "../domain/event-types.ts";

const closed = { additionalProperties: false } as const;
const arming = ArmingConfigSchema.properties;
const alarms = AlarmConfigSchema.properties;

const ToldSchema = {
  bell: Type.Boolean({ description: "Whether the bell tells of it." }),
  sound: Type.Enum(HINT_SOUNDS, { description: "What open pages play when one begins." }),
  bar: Type.Optional(
    Type.Boolean({
      description: "Whether the bar on every page tells of it; absent: it does not know of this kind.",
    }),
  ),
};

export const EventTypesSchema = Type.Object({
  types: Type.Array(
    Type.Object({
      id: Type.String(),
      name: Type.String({ description: "English." }),
      group: Type.Enum(EVENT_GROUPS),
      severity: Type.Enum(EVENT_SEVERITIES),
      about: Type.Enum(["camera", "recorder", "either"] as const),
      armedBySchedule: Type.Boolean({ description: "False: exceptions, which are always told." }),
      ...ToldSchema,
    }),
  ),
});

export const EventHintPatchSchema = Type.Object(
  {
    bell: Type.Optional(ToldSchema.bell),
    sound: Type.Optional(ToldSchema.sound),
    bar: Type.Optional(Type.Boolean()),
  },
  { ...closed, minProperties: 1 },
);

const ProfileView = Type.Object({
  id: Type.String(),
  name: Type.String(),
  arms: arming.profiles.items.properties.arms,
});

export const ArmingSchema = Type.Object({
  profile: Type.String({ description: "Id of the one in force." }),
  profiles: Type.Array(ProfileView),
  rules: Type.Array(
    Type.Object({
      id: Type.String(),
      name: Type.String(),
      armed: Type.Boolean(),
      changesAt: Type.Optional(
        Type.String({
          format: "date-time",
          description: "When its schedule changes that next. Absent: not within a year.",
        }),
      ),
    }),
    { description: "The rules that are enabled." },
  ),
});
export type ArmingView = Static<typeof ArmingSchema>;

export const ArmingChangeSchema = Type.Object({ profile: alarms.profile }, closed);

/** Everything about events that is set, but for the profile in force. */
export const ArmingRulesSchema = Type.Object({
  stamp: Type.String({
    description: "Another one whenever any of it is: whoever changes it hands it back.",
  }),
  profiles: arming.profiles,
  rules: arming.rules,
  holidays: arming.holidays,
  place: arming.place,
  mergeSeconds: alarms.mergeSeconds,
  cooldownSeconds: alarms.cooldownSeconds,
  maxOpenSeconds: alarms.maxOpenSeconds,
  keepDays: alarms.keepDays,
  keepCount: alarms.keepCount,
});

export const ArmingRulesPatchSchema = Type.Object(
  {
    profiles: Type.Optional(arming.profiles),
    rules: Type.Optional(arming.rules),
    holidays: Type.Optional(arming.holidays),
    place: Type.Optional(Type.Union([arming.place, Type.Null()], { description: "null: none." })),
    mergeSeconds: Type.Optional(alarms.mergeSeconds),
    cooldownSeconds: Type.Optional(alarms.cooldownSeconds),
    maxOpenSeconds: Type.Optional(alarms.maxOpenSeconds),
    keepDays: Type.Optional(alarms.keepDays),
    keepCount: Type.Optional(alarms.keepCount),
    stamp: Type.Optional(
      Type.String({
        maxLength: 64,
        description: "Of what was read: when something is changed by now, nothing is changed.",
      }),
    ),
  },
  { ...closed, minProperties: 1 },
);

/** Exceptions by their kinds. */
export const ExceptionsSchema = Type.Object({
  exceptions: Type.Array(
    Type.Object({
      type: Type.Enum(EXCEPTION_TYPES),
      severity: Type.Enum(EVENT_SEVERITIES),
      about: Type.Enum(["camera", "recorder", "either"] as const),
      own: Type.Boolean({
        description: "The recorder finds it out by itself; false: cameras and plugins report it, or nobody.",
      }),
      ...ToldSchema,
      open: Type.Array(
        Type.Object({
          id: Type.Integer({ description: "Of the event." }),
          camera: Type.Optional(Type.String()),
          subject: Type.Optional(Type.String()),
          name: Type.Optional(
            Type.String({ description: "What people call the subject, where it has a name." }),
          ),
          start: Type.String({ format: "date-time" }),
        }),
        { description: "What goes on, the oldest first; at most 100." },
      ),
      last: Type.Optional(
        Type.String({ format: "date-time", description: "When one last began. Absent: none is known." }),
      ),
      lastDay: Type.Integer({ description: "How many have begun in the last 24 hours." }),
    }),
  ),
});
export type ExceptionsView = Static<typeof ExceptionsSchema>;

export const AcknowledgeSchema = Type.Object(
  {
    note: Type.Optional(
      Type.String({ maxLength: 500, description: "What there is to say of it.", default: "" }),
    ),
  },
  closed,
);
