// The part of config.json about events: when what is armed, profiles, holidays, how events are put together and kept. What
// lies between its parts is checked in alarm-checks.ts; what it means: docs/guide/alarms.md.
import { type Static, Type } from "typebox";
import { WEEKDAYS } from "../domain/calendar-date.ts";
import { HINT_SOUNDS } from "../domain/event-hints.ts";
import { EVENT_TYPE_IDS, isArmable } from "../domain/event-types.ts";
import { PERIOD_TIME_PATTERN } from "../domain/week-schedule.ts";

const closed = { additionalProperties: false } as const;
const ID_PATTERN = "^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$";

/** Types that schedules and profiles have a say in. */
const ARMABLE = EVENT_TYPE_IDS.filter(isArmable);

const id = (description: string) => Type.String({ title: "Id", description, pattern: ID_PATTERN });
const name = (description: string) =>
  Type.String({ title: "Name", description, minLength: 1, maxLength: 80 });

const Periods = Type.Array(
  Type.Object(
    {
      from: Type.String({
        title: "From",
        description:
          "`08:00`, or by the sun: `sunrise`, `sunset`, with minutes before or after as `sunset+30`.",
        pattern: PERIOD_TIME_PATTERN,
      }),
      to: Type.String({
        title: "To",
        description: "The first moment after it; at or before `from`: on the next day. `24:00` is midnight.",
        pattern: PERIOD_TIME_PATTERN,
      }),
    },
    closed,
  ),
  { maxItems: 96 },
);

/** Periods of a week and of holidays. */
export const WeekConfigSchema = Type.Object(
  {
    monday: Type.Optional(Periods),
    tuesday: Type.Optional(Periods),
    wednesday: Type.Optional(Periods),
    thursday: Type.Optional(Periods),
    friday: Type.Optional(Periods),
    saturday: Type.Optional(Periods),
    sunday: Type.Optional(Periods),
    holiday: Type.Optional(Periods),
  },
  {
    ...closed,
    title: "Schedule",
    description:
      "Periods by the day on which they begin; a day that is left out has none. With `holiday`, holidays have these and not those of their weekday.",
  },
);

const DayOfYear = Type.String({ pattern: "^(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])$" });
const Day = Type.String({ pattern: "^\\d{4}-\\d{2}-\\d{2}$" });
const WeekdayOfMonth = Type.Object(
  {
    month: Type.Integer({ minimum: 1, maximum: 12 }),
    week: Type.Integer({ minimum: 1, maximum: 5, description: "5: the last." }),
    weekday: Type.Enum(WEEKDAYS),
  },
  closed,
);

const Holiday = Type.Object(
  {
    name: name("What the holiday is called."),
    enabled: Type.Optional(Type.Boolean({ title: "Enabled", default: true })),
    when: Type.Union(
      [
        Type.Object({ by: Type.Literal("date"), from: Day, to: Day }, closed),
        Type.Object({ by: Type.Literal("day-of-year"), from: DayOfYear, to: DayOfYear }, closed),
        Type.Object(
          { by: Type.Literal("weekday-of-month"), from: WeekdayOfMonth, to: WeekdayOfMonth },
          closed,
        ),
      ],
      {
        title: "When",
        description:
          "Dates (`2026-12-24`), days of every year (`12-24`, also over New Year), or weekdays of months; both ends included.",
      },
    ),
  },
  closed,
);

const Profile = Type.Object(
  {
    id: id("Of the profile, in the API and on topics."),
    name: name("What people call it."),
    arms: Type.Optional(
      Type.Enum(["by-rules", "everything", "nothing"] as const, {
        title: "Arms",
        description:
          "`by-rules`: what the rules say. `everything`: all events, whatever the rules say. `nothing`: none but exceptions.",
        default: "by-rules",
      }),
    ),
  },
  closed,
);

const seconds = (title: string, description: string, minimum: number, maximum: number) =>
  Type.Integer({ title, description, minimum, maximum });

const Rule = Type.Object(
  {
    id: id("Of the rule."),
    name: name("What people call it."),
    enabled: Type.Optional(
      Type.Boolean({
        title: "Enabled",
        description: "Switched off, the rule is as if it were not there.",
        default: true,
      }),
    ),
    types: Type.Array(Type.Enum(ARMABLE), {
      title: "Event types",
      description: "What it is about.",
      minItems: 1,
      maxItems: ARMABLE.length,
      uniqueItems: true,
    }),
    cameras: Type.Optional(
      Type.Array(Type.String({ pattern: ID_PATTERN }), {
        title: "Cameras",
        description: "Without: all, and what has none.",
        maxItems: 1024,
        uniqueItems: true,
      }),
    ),
    profiles: Type.Optional(
      Type.Array(Type.String({ pattern: ID_PATTERN }), {
        title: "Profiles",
        description: "In which it arms. Without: in all.",
        maxItems: 32,
        uniqueItems: true,
      }),
    ),
    schedule: Type.Optional(WeekConfigSchema),
    mergeSeconds: Type.Optional(seconds("Merge", "In place of that of all events.", 0, 60)),
    cooldownSeconds: Type.Optional(seconds("Cool-down", "In place of that of all events.", 0, 3_600)),
    maxOpenSeconds: Type.Optional(seconds("At most", "In place of that of all events.", 10, 86_400)),
  },
  closed,
);

export const PRESET_PROFILES = [
  { id: "home", name: "Home", arms: "by-rules" },
  { id: "away", name: "Away", arms: "by-rules" },
  { id: "night", name: "Night", arms: "by-rules" },
] as const;

/** What people say about arming: the part of the alarm settings that `PUT /arming/rules` takes as a whole. */
export const ArmingConfigSchema = Type.Object(
  {
    profiles: Type.Array(Profile, {
      title: "Profiles",
      description: "What can be switched between.",
      minItems: 1,
      maxItems: 32,
      default: PRESET_PROFILES.map((profile) => ({ ...profile })),
    }),
    rules: Type.Array(Rule, {
      title: "Rules",
      description:
        "When what is armed. An event that no rule is about is armed always; one that some are about, when one of them is.",
      maxItems: 1_000,
      default: [],
    }),
    holidays: Type.Array(Holiday, {
      title: "Holidays",
      description: "Days on which the row `holiday` of schedules holds.",
      maxItems: 200,
      default: [],
    }),
    place: Type.Optional(
      Type.Object(
        {
          latitude: Type.Number({ title: "Latitude", minimum: -90, maximum: 90 }),
          longitude: Type.Number({ title: "Longitude", minimum: -180, maximum: 180 }),
        },
        { ...closed, title: "Place", description: "Where sunrise and sunset are looked up for." },
      ),
    ),
  },
  { ...closed, default: {}, description: "When what is armed." },
);

/** Where people are told of one kind of event. */
const Hint = Type.Object(
  {
    type: Type.Enum(EVENT_TYPE_IDS, { title: "Kind", description: "Of event." }),
    bell: Type.Optional(
      Type.Boolean({ title: "Bell", description: "Without: where the kind is as grave as an alarm." }),
    ),
    sound: Type.Optional(
      Type.Enum(HINT_SOUNDS, {
        title: "Sound",
        description: "What open pages play when one begins. Without: `off`.",
      }),
    ),
    bar: Type.Optional(
      Type.Boolean({
        title: "Bar",
        description:
          "Of exceptions: on every page, while it goes on. Without: all kinds that the list of problems has, but for plugins.",
      }),
    ),
  },
  closed,
);

export const AlarmConfigSchema = Type.Object(
  {
    profile: Type.String({
      title: "Profile",
      description: "The arming profile that is in force.",
      pattern: ID_PATTERN,
      default: "home",
    }),
    arming: ArmingConfigSchema,
    hints: Type.Array(Hint, {
      title: "Hints",
      description: "Where people are told of events, where that is not as it comes: each kind once.",
      maxItems: EVENT_TYPE_IDS.length,
      default: [],
    }),
    mergeSeconds: Type.Integer({
      title: "Merge",
      description: "An event that begins again within so many seconds goes on.",
      minimum: 0,
      maximum: 60,
      default: 2,
    }),
    cooldownSeconds: Type.Integer({
      title: "Cool-down",
      description: "After an event, none of the same kind and place begins for so many seconds.",
      minimum: 0,
      maximum: 3_600,
      default: 0,
    }),
    maxOpenSeconds: Type.Integer({
      title: "At most",
      description:
        "An event that lasts so long is ended by the recorder. Exceptions last as long as their cause.",
      minimum: 10,
      maximum: 86_400,
      default: 600,
    }),
    keepDays: Type.Integer({
      title: "Days to keep",
      description: "How long events are kept, whether or not their pictures are.",
      minimum: 1,
      maximum: 36_500,
      default: 400,
    }),
    keepCount: Type.Integer({
      title: "Events to keep",
      description: "How many events are kept; the oldest go first.",
      minimum: 1_000,
      maximum: 10_000_000,
      default: 1_000_000,
    }),
  },
  { ...closed, default: {}, description: "Events: when what is armed, how they are put together and kept." },
);

export type AlarmConfig = Static<typeof AlarmConfigSchema>;
export type ArmingConfig = Static<typeof ArmingConfigSchema>;
export type ArmingRule = Static<typeof Rule>;
export type ArmingProfile = Static<typeof Profile>;
