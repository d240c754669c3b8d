// What a camera can do besides sending pictures, as its driver offers it: pan, tilt and zoom, relays, inputs, siren and light,
// and events of its own. All of it is optional: a driver has the methods that it has, and `capabilities` says of one camera
// which of them its device knows. Plain data in, plain data out; nothing is held open between two calls.
import { eventType, eventTypeOfOnvif as typeOfTopic } from "../../domain/event-types.ts";
import type { DriverContext } from "./camera-driver.ts";

/** A relay, an input, a patrol or a preset of a device: what the device calls it, and what people do. */
export interface CameraPart {
  /** The device's own word for it, up to 64 characters. */
  readonly id: string;
  readonly name: string;
}

/** What a device can do about where it looks. */
export interface PtzCapabilities {
  /** `move` and `stop` turn it. */
  readonly move: boolean;
  /** `move` zooms it. */
  readonly zoom: boolean;
  /** It keeps presets. */
  readonly presets: boolean;
  /** Presets can be set and removed. */
  readonly changesPresets: boolean;
  /** It tells where it looks, and goes back there: `position`, `goToPosition`. */
  readonly position: boolean;
  /** Patrols that the device runs by itself; the recorder runs its own on any device that has presets. */
  readonly patrols: readonly CameraPart[];
  /** Paths that the device has learned and repeats. */
  readonly patterns: readonly CameraPart[];
}

/** What can be switched on a device that is no relay. */
export type AuxiliaryPart = "siren" | "light" | "wiper";

/** What a device can do; what is left out it cannot. */
export interface CameraCapabilities {
  readonly ptz?: PtzCapabilities;
  readonly relays?: readonly CameraPart[];
  readonly inputs?: readonly CameraPart[];
  readonly auxiliary?: readonly AuxiliaryPart[];
  /** It tells what happens: `pullEvents`. */
  readonly events?: boolean;
}

/** How fast to turn and zoom: each from -1 to 1, positive to the right, up and closer. 0: not at all. */
export interface PtzVelocity {
  readonly pan: number;
  readonly tilt: number;
  readonly zoom: number;
}

/** Where a device looks, in whatever numbers are its own. */
export interface PtzPosition {
  readonly pan: number;
  readonly tilt: number;
  readonly zoom: number;
}

/** What a device tells. */
export type CameraReport =
  | {
      readonly kind: "event";
      /**
       * Of the catalogue (`docs/reference/events.md`): a type of cameras, no exception of the recorder. Inputs are told as what
       * they are.
       */
      readonly type: string;
      /** The device's own name of the line, area or detector: two of them are two events. Up to 64 characters. */
      readonly rule?: string;
      /** `moment`: it has no end that the device would tell. */
      readonly phase: "begin" | "end" | "moment";
    }
  /** A contact. Told at the begin of a session as well. */
  | { readonly kind: "input"; readonly input: string; readonly closed: boolean }
  /** A relay, whoever switched it. */
  | { readonly kind: "relay"; readonly relay: string; readonly on: boolean };

/** What came since the last call of {@link CameraAbilities.pullEvents}. */
export interface PulledEvents {
  /** To be given with the next call. Another than that of the last call: the device has begun anew, and tells all states. */
  readonly session: string;
  /** At most 200; what is more comes with the next call. */
  readonly reports: readonly CameraReport[];
}

/** The settings of a camera, as its driver's schema has them, without secrets. */
export type CameraSettings = Readonly<Record<string, unknown>>;

/**
 * Methods that a driver may have besides `streams`. Each is asked about one camera, with its settings first, and has ten
 * seconds. Throw what is wrong as for `streams`; what the device does not know: kind `unimplemented`.
 */
export interface CameraAbilities {
  /** What the device can do. Asked when the camera is added, has changed, or comes back. */
  capabilities?(config: CameraSettings, context: DriverContext): Promise<CameraCapabilities>;
  presets?(config: CameraSettings, context: DriverContext): Promise<readonly CameraPart[]>;
  /** Begins to turn; does not wait until the device is there. */
  goToPreset?(
    config: CameraSettings,
    wanted: { readonly preset: string },
    context: DriverContext,
  ): Promise<void>;
  /** Keeps where the device looks now: as a new preset, or in place of `preset`. Answers its id. */
  setPreset?(
    config: CameraSettings,
    wanted: { readonly name: string; readonly preset?: string },
    context: DriverContext,
  ): Promise<{ readonly id: string }>;
  removePreset?(
    config: CameraSettings,
    wanted: { readonly preset: string },
    context: DriverContext,
  ): Promise<void>;
  /**
   * Turns and zooms until told otherwise, `stop` comes, or `timeoutMs` have passed: the device is to stop by itself then
   * where it can be told to. The recorder stops it in any case.
   */
  move?(
    config: CameraSettings,
    wanted: PtzVelocity & { readonly timeoutMs: number },
    context: DriverContext,
  ): Promise<void>;
  stop?(config: CameraSettings, context: DriverContext): Promise<void>;
  position?(config: CameraSettings, context: DriverContext): Promise<PtzPosition>;
  goToPosition?(config: CameraSettings, wanted: PtzPosition, context: DriverContext): Promise<void>;
  /** Starts or ends a patrol or pattern of the device's own. */
  runPatrol?(
    config: CameraSettings,
    wanted: { readonly kind: "patrol" | "pattern"; readonly id: string; readonly isOn: boolean },
    context: DriverContext,
  ): Promise<void>;
  setRelay?(
    config: CameraSettings,
    wanted: { readonly relay: string; readonly on: boolean },
    context: DriverContext,
  ): Promise<void>;
  setAuxiliary?(
    config: CameraSettings,
    wanted: { readonly part: AuxiliaryPart; readonly on: boolean },
    context: DriverContext,
  ): Promise<void>;
  /**
   * Answers what the device has told since the last call, at the latest after `waitMs`, sooner if there is something. Without
   * `session`, or with one that the device has forgotten, it begins anew, which is told by another session, and all
   * states of inputs and of what goes on come with the first answers. The recorder calls it over and over, one call at a
   * time, and after an error again with growing pauses.
   */
  pullEvents?(
    config: CameraSettings,
    wanted: { readonly session?: string; readonly waitMs: number },
    context: DriverContext,
  ): Promise<PulledEvents>;
  /** Nobody listens any more. */
  endEvents?(
    config: CameraSettings,
    wanted: { readonly session: string },
    context: DriverContext,
  ): Promise<void>;
}

/** The names of these methods. */
export const CAMERA_ABILITIES = [
  "capabilities",
  "presets",
  "goToPreset",
  "setPreset",
  "removePreset",
  "move",
  "stop",
  "position",
  "goToPosition",
  "runPatrol",
  "setRelay",
  "setAuxiliary",
  "pullEvents",
  "endEvents",
] as const satisfies readonly (keyof CameraAbilities)[];

/**
 * The type of the catalogue of events that an ONVIF topic stands for, with or without prefixes; undefined where the catalogue
 * has none, or only one that the recorder alone may report: a camera whose memory card fails is no failing disk of the
 * recorder. `alarm-input` is told as an input. One table for all drivers.
 */
export function eventTypeOfOnvif(topic: string): string | undefined {
  const type = typeOfTopic(topic);
  if (type === undefined) return undefined;
  const { scope, group } = eventType(type);
  return scope === "recorder" || group === "exception" ? undefined : type;
}
