// The part of config.json that says which alarm inputs there are: where their signal comes from, how it is read, and what it
// is used for. Tokens of inputs that are called over HTTP lie in secrets.json.
import { type Static, Type } from "typebox";
import { WeekConfigSchema } from "./alarm-config.ts";
import { ACTION_PATTERN } from "./linkage-config.ts";
import { TOPIC_PATTERN } from "./output-config.ts";

const closed = { additionalProperties: false } as const;
const ID_PATTERN = "^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$";
const payload = (title: string, description: string) =>
  Type.String({ title, description, minLength: 1, maxLength: 1_024 });
const cameras = (description: string) =>
  Type.Array(Type.String({ pattern: ID_PATTERN }), {
    title: "Cameras",
    description,
    maxItems: 64,
    uniqueItems: true,
    default: [],
  });

export const InputSourceSchema = Type.Union(
  [
    Type.Object({ kind: Type.Literal("virtual") }, closed),
    Type.Object(
      {
        kind: Type.Literal("mqtt"),
        topic: Type.String({
          title: "Topic",
          description: "Where the sensor speaks. Not below the recorder's own base topic.",
          pattern: TOPIC_PATTERN,
          maxLength: 250,
        }),
        field: Type.Optional(
          Type.String({
            title: "Field",
            description:
              "Of sensors that send JSON objects: the property that counts. Without it: the whole message.",
            minLength: 1,
            maxLength: 100,
          }),
        ),
        closed: payload("Closed", "What it says when the contact closes, or the sensor responds."),
        open: payload("Open", "What it says when the contact opens, or the sensor rests."),
      },
      closed,
    ),
    Type.Object({ kind: Type.Literal("http") }, closed),
    Type.Object(
      {
        kind: Type.Literal("camera"),
        camera: Type.String({
          title: "Camera",
          description: "Whose input it is.",
          pattern: ID_PATTERN,
        }),
        input: Type.String({
          title: "Input",
          description: "As the camera calls it.",
          minLength: 1,
          maxLength: 64,
        }),
      },
      closed,
    ),
  ],
  {
    title: "Signal",
    description:
      "`virtual`: whoever has the right sets it, over the API or MQTT; `mqtt`: a sensor's topic; `http`: whoever knows its address and token; `camera`: a contact at a camera.",
  },
);

export const InputConfigSchema = Type.Object(
  {
    id: Type.String({
      title: "Id",
      description: "1 to 64 of a-z, 0-9 and inner hyphens.",
      pattern: ID_PATTERN,
    }),
    name: Type.String({ title: "Name", description: "What people call it.", minLength: 1, maxLength: 80 }),
    enabled: Type.Boolean({
      title: "Enabled",
      description: "One that is switched off is not heard.",
      default: true,
    }),
    source: InputSourceSchema,
    contact: Type.Enum(["normally-open", "normally-closed"] as const, {
      title: "Contact",
      description: "`normally-open`: closing it alarms; `normally-closed`: opening it does.",
      default: "normally-open",
    }),
    holdSeconds: Type.Integer({
      title: "Ends by itself",
      description: "Seconds after which an alarm is over that nobody ends, as of a button; 0: it lasts.",
      minimum: 0,
      maximum: 86_400,
      default: 0,
    }),
    use: Type.Enum(["alarm", "one-key-disarm"] as const, {
      title: "Use",
      description:
        "`alarm`: raises events of the type `alarm-input`; `one-key-disarm`: keeps linkage actions from being done while it is active.",
      default: "alarm",
    }),
    cameras: cameras(
      "Of an alarm: the cameras that its events are of, which record by their own settings; none: the recorder. Of one-key disarming: events of these cameras; none: all events.",
    ),
    disarms: Type.Array(Type.String({ pattern: ACTION_PATTERN, maxLength: 280 }), {
      title: "Disarms",
      description: "Of one-key disarming: the actions that are not done. None: all actions.",
      maxItems: 64,
      uniqueItems: true,
      default: [],
    }),
    schedule: Type.Optional(WeekConfigSchema),
  },
  { ...closed },
);

/** An alarm input of config.json. */
export type InputConfig = Static<typeof InputConfigSchema>;
