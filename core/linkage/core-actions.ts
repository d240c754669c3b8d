// The recorder's own actions, by the contract that plugins keep: record cameras, keep pictures, switch alarm outputs.
import { Type } from "typebox";
import { MOST_DWELL_SECONDS } from "../config/output-config.ts";
import type { EventCapture } from "../domain/alarm-event.ts";
import { NightjarError } from "../errors.ts";
import type { LinkageAction, LinkageDone, LinkageRequest } from "../plugin/contract/linkage-action.ts";

const closed = { additionalProperties: false } as const;
/** Acts on what is now: a minute later it would be another picture. */
const SOON_SECONDS = 10;

/** What the action `output` wants of the outputs. */
export interface OutputWish {
  readonly on: boolean;
  readonly by: string;
  readonly dwellSeconds: number | undefined;
  readonly isTest: boolean;
}

export interface CoreActionParts {
  /** Switches outputs. Answers the names of those that were left alone because their schedules do not arm them. */
  setOutputs(ids: readonly string[], wish: OutputWish): Promise<readonly string[]>;
  /** Records a camera until so long after the event. False: it is never recorded, or the event is long over. */
  record(camera: string, request: LinkageRequest, postRecordSeconds: number): boolean;
  /** Takes a picture of a camera and keeps it with the event. */
  capture(camera: string, request: LinkageRequest, signal: AbortSignal): Promise<EventCapture>;
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

/** Files are the recorder's own: no plugin can name any. */
interface KeptDone extends LinkageDone {
  readonly captures: readonly EventCapture[];
}

/** Which cameras an action is about, as its settings say. */
export const camerasField = Type.Array(Type.String({ pattern: "^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$" }), {
  title: "Cameras",
  description: "Empty: the camera of the event.",
  maxItems: 64,
  uniqueItems: true,
  default: [],
  "x-choices": "cameras",
});

/** Makes them. */
export function coreActions(parts: CoreActionParts): readonly LinkageAction[] {
  return [recordAction(parts), captureAction(parts), outputAction(parts)];
}

function recordAction(parts: CoreActionParts): LinkageAction {
  return {
    id: "record",
    displayName: "Record cameras",
    wantsPictures: 0,
    maxAgeSeconds: SOON_SECONDS,
    configSchema: Type.Object(
      {
        cameras: camerasField,
        postRecordSeconds: Type.Integer({
          title: "Seconds after the event",
          description: "How long recording goes on after the event, 0 to 600.",
          minimum: 0,
          maximum: 600,
          default: 5,
        }),
      },
      closed,
    ),
    async run(request) {
      const { postRecordSeconds } = request.config as { readonly postRecordSeconds: number };
      const named = camerasOf(request);
      const refused = named.filter((camera) => !parts.record(camera, request, postRecordSeconds));
      if (refused.length === 0) return { note: named.join(", ") };
      throw new NightjarError(
        "NJ_LINKAGE_NOT_RECORDED",
        "failed-precondition",
        `not recorded: ${refused.join(", ")}. The camera is missing, disabled, or its recording is switched off`,
        { cameras: refused.join(", ") },
      );
    },
  };
}

function captureAction(parts: CoreActionParts): LinkageAction {
  return {
    id: "capture",
    displayName: "Keep pictures",
    wantsPictures: 0,
    maxAgeSeconds: SOON_SECONDS,
    configSchema: Type.Object(
      {
        cameras: camerasField,
        count: Type.Integer({
          title: "Pictures",
          description: "How many of each camera, 1 to 5.",
          minimum: 1,
          maximum: 5,
          default: 1,
        }),
        intervalSeconds: Type.Integer({
          title: "Seconds between them",
          description: "1 to 5.",
          minimum: 1,
          maximum: 5,
          default: 2,
        }),
      },
      closed,
    ),
    async run(request, { signal }) {
      const { count, intervalSeconds } = request.config as {
        readonly count: number;
        readonly intervalSeconds: number;
      };
      const captures: EventCapture[] = [];
      const failed = new Map<string, unknown>();
      for (let taken = 0; taken < count; taken += 1) {
        if (taken > 0) await parts.wait(intervalSeconds * 1_000, signal);
        for (const camera of camerasOf(request)) {
          signal.throwIfAborted();
          try {
            captures.push(await parts.capture(camera, request, signal));
          } catch (error) {
            // One camera that is away takes no pictures from the others, and what was kept stands with the event.
            failed.set(camera, error);
          }
        }
      }
      if (captures.length === 0) throw failed.values().next().value;
      const done: KeptDone = {
        captures,
        ...(failed.size === 0 ? {} : { note: `not all pictures of ${[...failed.keys()].join(", ")}` }),
      };
      return done;
    },
  };
}

function outputAction(parts: CoreActionParts): LinkageAction {
  return {
    id: "output",
    displayName: "Alarm outputs",
    wantsPictures: 0,
    maxAgeSeconds: SOON_SECONDS,
    configSchema: Type.Object(
      {
        outputs: Type.Array(Type.String({ pattern: "^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$" }), {
          title: "Outputs",
          description: "Which are switched.",
          minItems: 1,
          maxItems: 64,
          uniqueItems: true,
          "x-choices": "outputs",
        }),
        command: Type.Enum(["trigger", "clear"] as const, {
          title: "Command",
          description: "`trigger` switches them on, `clear` off.",
          default: "trigger",
        }),
        dwellSeconds: Type.Optional(
          Type.Integer({
            title: "Dwell",
            description: "Seconds until they go off by themselves; 0: not. Empty: as each output says.",
            minimum: 0,
            maximum: MOST_DWELL_SECONDS,
          }),
        ),
      },
      closed,
    ),
    async run({ config, rule, isTest }) {
      const { outputs, command, dwellSeconds } = config as {
        readonly outputs: readonly string[];
        readonly command: "trigger" | "clear";
        readonly dwellSeconds?: number;
      };
      const wish = { on: command === "trigger", by: `rule ${rule.id}`, dwellSeconds, isTest };
      const unarmed = await parts.setOutputs(outputs, wish);
      return {
        note: unarmed.length === 0 ? outputs.join(", ") : `not armed by its schedule: ${unarmed.join(", ")}`,
      };
    },
  };
}

/** Those that the rule names, or the event's own. Throws `NJ_LINKAGE_NO_CAMERA` where there is none. */
export function camerasOf({ config, event }: LinkageRequest): readonly string[] {
  const named = config["cameras"] as readonly string[];
  if (named.length > 0) return named;
  if (event.camera !== undefined) return [event.camera];
  throw new NightjarError(
    "NJ_LINKAGE_NO_CAMERA",
    "failed-precondition",
    "the event is of no camera, and the action names none: choose cameras for it",
  );
}
