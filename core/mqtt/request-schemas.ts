// What can be asked of the recorder over MQTT, and how it answers, as schemas: docs/reference/mqtt.md is written from them.
import { type Static, Type } from "typebox";
import { AUXILIARY_PARTS } from "../cameras/ability-answers.ts";
import { MOST_DWELL_SECONDS } from "../config/output-config.ts";
import { EVENT_TYPE_IDS } from "../domain/event-types.ts";
import { WALL_NAME } from "../linkage/screen-actions.ts";
import { OnOff, RecordMode, Time } from "./payloads.ts";
import { PTZ_FIELDS } from "./ptz-requests.ts";

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
const width = Type.Optional(Type.Integer({ minimum: 64, maximum: 1_280, description: "640 without it." }));
/** Nobody is left to end what sounds for longer. */
const MOST_AUXILIARY_SECONDS = 600;
const ForEvent = {
  camera: Type.Optional(camera),
  event: Type.Optional(
    Type.Integer({
      minimum: 1,
      description: "Id of the event that it is done for: what comes of it stands with the event.",
    }),
  ),
};

/** A command at `ptz/set`: the request without its camera. */
export const PtzSetSchema = Type.Object({ ...Common, ...PTZ_FIELDS });

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
    width,
  }),
  "publish-snapshot": Type.Object({ ...Common, camera, width }),
  detection: Type.Object({ ...Common, camera, state: OnOff }),
  detector: Type.Object({
    ...Common,
    camera,
    detector: Type.String({ minLength: 1, maxLength: 280, description: "`nightjar-vca-motion/motion`." }),
    state: OnOff,
  }),
  auxiliary: Type.Object({
    ...Common,
    camera,
    part: Type.Enum(AUXILIARY_PARTS),
    state: OnOff,
    seconds: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: MOST_AUXILIARY_SECONDS,
        description: "Of `ON`: off again after them; 5 without it.",
      }),
    ),
  }),
  explain: Type.Object({
    ...Common,
    camera,
    at: Type.Optional(Time),
    type: Type.Optional(Type.Enum(EVENT_TYPE_IDS, { description: "Only of this kind of event." })),
  }),
  arming: Type.Object({ ...Common, profile: Type.String({ minLength: 1, maxLength: 64 }) }),
  output: Type.Object({
    ...Common,
    output: Type.String({ minLength: 1, maxLength: 64, description: "Id of an alarm output." }),
    state: OnOff,
    dwell_seconds: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: MOST_DWELL_SECONDS,
        description: "In place of its own; 0: until it is cleared.",
      }),
    ),
  }),
  outputs: Type.Object({ ...Common, state: OnOff }, { description: "All alarm outputs." }),
  input: Type.Object({
    ...Common,
    input: Type.String({ minLength: 1, maxLength: 64, description: "Id of a virtual alarm input." }),
    state: Type.Enum(["ON", "OFF"] as const, { description: "`ON` closes its contact, `OFF` opens it." }),
  }),
  "popup-end": Type.Object(
    {
      ...Common,
      walls: Type.Optional(
        Type.Array(Type.String({ pattern: WALL_NAME, maxLength: 40 }), {
          maxItems: 64,
          description: "Names of walls; none: all that are open.",
        }),
      ),
      cameras: Type.Optional(
        Type.Array(camera, { maxItems: 64, description: "Which are shown no longer; none: all." }),
      ),
    },
    { description: "Takes pop-ups from walls. What somebody there keeps stays." },
  ),
  ptz: Type.Object({ ...Common, camera, ...PTZ_FIELDS }),
  presets: Type.Object({ ...Common, camera }),
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
      "Of a snapshot: `time`, `contentType` and `picture`, base 64. Of `explain`: as `GET /cameras/{id}/explain`. Of `presets`: `presets`. Of linkage: `results`, one for each action; of the list: `rules` and `actions`. Of `popup-end`: `walls`, those that were told.",
  }),
  error: Type.Optional(Type.Object({ code: Type.String(), message: Type.String() })),
  transaction: Type.Optional(Type.String()),
});
export type ResponseMessage = Static<typeof ResponseSchema>;
