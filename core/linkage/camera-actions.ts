// The recorder's own actions on cameras: have one look somewhere, and go back; siren and light.
import { Type } from "typebox";
import type { PtzOrder, PtzTarget } from "../cameras/ptz-head.ts";
import { NightjarError } from "../errors.ts";
import type { AuxiliaryPart } from "../plugin/contract/camera-abilities.ts";
import type { LinkageAction } from "../plugin/contract/linkage-action.ts";
import { camerasField, camerasOf } from "./core-actions.ts";

const closed = { additionalProperties: false } as const;
/** A camera that turns later than this looks at nothing. */
const SOON_SECONDS = 10;
/** Whoever tries it sees it go back. */
const TEST_SECONDS = 5;
const ID_PATTERN = "^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$";
const part = (title: string, description: string) =>
  Type.Optional(Type.String({ title, description, minLength: 1, maxLength: 64 }));

/** Siren and light of cameras: on for so long, or off. */
export interface SirenWish {
  readonly cameras: readonly string[];
  readonly parts: readonly AuxiliaryPart[];
  readonly on: boolean;
  readonly seconds: number;
  readonly by: string;
}

/** Cameras as these actions reach them. */
export interface CameraActionParts {
  /** Answers whether it will go back. */
  follow(camera: string, order: PtzOrder): Promise<{ readonly goesBack: boolean }>;
  /** Answers what cameras do not have. */
  siren(wish: SirenWish): Promise<readonly string[]>;
}

/** Makes them. */
export function cameraActions(parts: CameraActionParts): readonly LinkageAction[] {
  return [ptzAction(parts), sirenAction(parts)];
}

interface PtzSettings {
  readonly camera?: string;
  readonly to: "preset" | "patrol" | "pattern" | "round";
  readonly target?: string;
  readonly presets: readonly string[];
  readonly secondsEach: number;
  readonly returnSeconds: number;
  readonly returnPreset?: string;
}

function ptzAction(parts: CameraActionParts): LinkageAction {
  return {
    id: "ptz",
    displayName: "Turn a camera",
    wantsPictures: 0,
    maxAgeSeconds: SOON_SECONDS,
    configSchema: Type.Object(
      {
        camera: Type.Optional(
          Type.String({
            title: "Camera",
            description: "Empty: the camera of the event.",
            pattern: ID_PATTERN,
            "x-choice": "ptz-camera",
          }),
        ),
        to: Type.Enum(["preset", "patrol", "pattern", "round"] as const, {
          title: "Where to",
          description:
            "`preset`; `patrol` and `pattern`: the camera's own; `round`: presets one after the other, led by the recorder.",
          default: "preset",
        }),
        target: part("Preset, patrol or pattern", "As the camera numbers it."),
        presets: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
          title: "Presets of the round",
          description: "In their order.",
          maxItems: 32,
          default: [],
        }),
        secondsEach: Type.Integer({
          title: "Seconds at each",
          description: "Of a round, 3 to 600.",
          minimum: 3,
          maximum: 600,
          default: 10,
        }),
        returnSeconds: Type.Integer({
          title: "Goes back after",
          description:
            "Seconds after the last event until it looks again where it looked before; 0: it stays.",
          minimum: 0,
          maximum: 3_600,
          default: 30,
        }),
        returnPreset: part(
          "Goes back to the preset",
          "For cameras that do not tell where they look. Empty: to where it looked.",
        ),
      },
      closed,
    ),
    async run({ config, event, isTest }) {
      const settings = config as unknown as PtzSettings;
      const { returnSeconds, returnPreset } = settings;
      const camera = settings.camera ?? event.camera;
      if (camera === undefined) {
        const none = "the event is of no camera, and the action names none: choose cameras for it";
        throw new NightjarError("NJ_LINKAGE_NO_CAMERA", "failed-precondition", none);
      }
      const order: PtzOrder = {
        target: targetOf(settings),
        returnSeconds: isTest ? Math.min(returnSeconds, TEST_SECONDS) : returnSeconds,
        returnPreset,
      };
      const { goesBack } = await parts.follow(camera, order);
      const stays = returnSeconds > 0 && !goesBack;
      return { note: stays ? `${camera}: it does not tell where it looks, and stays` : camera };
    },
  };
}

function targetOf({ to, target, presets, secondsEach }: PtzSettings): PtzTarget {
  if (to === "round" && presets.length > 0) return { kind: "round", presets, secondsEach };
  if (to !== "round" && target !== undefined) return { kind: to, id: target };
  throw new NightjarError("NJ_PTZ_TARGET", "invalid-argument", "it is not said where the camera is to look");
}

function sirenAction(parts: CameraActionParts): LinkageAction {
  return {
    id: "siren",
    displayName: "Siren and light of cameras",
    wantsPictures: 0,
    maxAgeSeconds: SOON_SECONDS,
    configSchema: Type.Object(
      {
        cameras: camerasField,
        command: Type.Enum(["trigger", "clear"] as const, {
          title: "Command",
          description: "`trigger` switches them on, `clear` off before their time is over.",
          default: "trigger",
        }),
        siren: Type.Boolean({ title: "Siren", description: "Sounds it.", default: true }),
        light: Type.Boolean({
          title: "Light",
          description: "Switches it on, or has it flash.",
          default: true,
        }),
        seconds: Type.Integer({
          title: "Seconds",
          description: "How long they are on, 1 to 600.",
          minimum: 1,
          maximum: 600,
          default: 10,
        }),
      },
      closed,
    ),
    async run(request) {
      const { command, siren, light, seconds } = request.config as unknown as {
        readonly command: "trigger" | "clear";
        readonly siren: boolean;
        readonly light: boolean;
        readonly seconds: number;
      };
      const cameras = camerasOf(request);
      const wanted = [...(siren ? (["siren"] as const) : []), ...(light ? (["light"] as const) : [])];
      const lacking = await parts.siren({
        ...{ cameras, parts: wanted, on: command === "trigger", by: `rule ${request.rule.id}` },
        seconds: request.isTest ? Math.min(seconds, TEST_SECONDS) : seconds,
      });
      if (wanted.length > 0 && lacking.length < wanted.length * cameras.length)
        return { note: lacking.length === 0 ? cameras.join(", ") : `without ${lacking.join(", ")}` };
      throw new NightjarError(
        "NJ_CAMERA_NO_SIREN",
        "failed-precondition",
        "none of these cameras has a siren or a light that can be switched",
      );
    },
  };
}
