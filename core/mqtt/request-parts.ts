// What requests over MQTT may hold, and what of the recorder they reach: types alone. How they are done stands in requests.ts.

import type { Clock } from "../clock.ts";
import type { EventTypeId } from "../domain/event-types.ts";
import type { CameraService, DetectionService, ExplainService } from "../http/services.ts";
import type { SirenWish } from "../linkage/camera-actions.ts";
import type { PopupEnd } from "../linkage/screen-actions.ts";
import type { Log } from "../log.ts";
import type { AuxiliaryPart } from "../plugin/contract/camera-abilities.ts";
import type { AuditLog } from "../users/audit-log.ts";
import type { AlarmIoControl } from "./alarm-io-control.ts";
import type { PtzControl } from "./ptz-requests.ts";

/** What was asked, once it fits the schema of its command. */
export interface Request {
  readonly transaction?: string;
  readonly time?: string;
  readonly maxAge?: number;
  /** Of what is asked of a camera always, of linkage where there is one. */
  readonly camera: string;
  readonly profile: string;
  readonly mode: "continuous" | "event" | "manual" | "off";
  readonly output: string;
  readonly input: string;
  readonly dwell_seconds?: number;
  readonly rule: string;
  readonly action: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly event?: number;
  readonly state?: "ON" | "OFF";
  readonly until?: string;
  readonly at?: string;
  readonly type?: EventTypeId;
  readonly width?: number;
  readonly walls?: readonly string[];
  readonly cameras?: readonly string[];
  /** Of detection: `package/id`. */
  readonly detector: string;
  readonly part: AuxiliaryPart;
  readonly seconds?: number;
}

/** What linkage is asked to act for. */
export interface LinkageCause {
  readonly camera?: string;
  readonly event?: number;
}

/** What came of actions, as the API tells it. */
export type LinkageResults = readonly { readonly action: string; readonly status: string }[];

export interface LinkageNames {
  readonly rules: readonly { readonly id: string; readonly name: string }[];
  readonly actions: readonly { readonly id: string; readonly name: string }[];
}

/** Linkage as it can be asked for. */
export interface LinkageControl {
  names(): LinkageNames;
  runRule(rule: string, cause: LinkageCause): Promise<LinkageResults>;
  runAction(
    action: string,
    settings: Readonly<Record<string, unknown>>,
    cause: LinkageCause,
  ): Promise<LinkageResults>;
}

/** Sirens, lights and wipers of cameras as they can be switched. */
export interface AuxiliaryControl {
  /** Answers what cameras have none of. */
  siren(wish: SirenWish): Promise<readonly string[]>;
}

/** Arming as it can be asked for. */
export interface ArmingControl {
  arming(): {
    readonly profile: string;
    readonly profiles: readonly { readonly id: string; readonly name: string }[];
    /** `armed`: it arms now. */
    readonly rules: readonly { readonly id: string; readonly armed: boolean }[];
  };
  /** Puts a profile in force, and gives the one before. Throws `NJ_CONFIG_INVALID` for one that there is not. */
  setProfile(profile: string): Promise<string>;
}

export interface RequestsOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly base: () => string;
  readonly node: string;
  readonly cameras: Pick<CameraService, "get" | "update" | "startManualRecording" | "stopManualRecording">;
  readonly linkage: LinkageControl;
  readonly arming: Pick<ArmingControl, "setProfile">;
  readonly explain: ExplainService;
  readonly alarmIo: Pick<AlarmIoControl, "setOutput" | "setAllOutputs" | "setInput">;
  readonly abilities: PtzControl & AuxiliaryControl;
  readonly detection: Pick<DetectionService, "change">;
  /** Publishes a picture of what the camera shows now; answers when it was taken and how large it is. */
  publishSnapshot(
    camera: string,
    width: number,
  ): Promise<{ readonly timeMs: number; readonly sizeBytes: number }>;
  /** Takes pop-ups from walls; answers which were told. */
  readonly endPopups: (end: PopupEnd) => readonly string[];
  readonly audit: Pick<AuditLog, "record">;
  /** A JPEG of what the camera shows now. */
  snapshot(camera: string, width: number): Promise<{ readonly jpeg: Buffer; readonly timeMs: number }>;
}
