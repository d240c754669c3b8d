// What is known of a camera and a moment, as it was gathered, before anybody judges it: the input of explain.ts. What an
// account may not see is absent, what nobody knows is said to be so. Moments are milliseconds since the epoch.
import type { RecordReason } from "../domain/record-reasons.ts";
import type { RecordMode } from "../recording/recorded-camera.ts";

/** A stretch of time; without an end it goes on. */
export interface Stretch {
  readonly fromMs: number;
  readonly toMs?: number | undefined;
}

/** An event as far as it matters here. */
export interface EventFacts extends Stretch {
  readonly id: number;
  readonly type: string;
  readonly camera?: string | undefined;
  readonly actions: readonly {
    readonly rule: string;
    readonly action: string;
    readonly status: string;
    readonly note?: string | undefined;
  }[];
}

/** That a camera was not reached, or could not be recorded. */
export interface TroubleFacts extends Stretch {
  readonly code: string;
  /** The recorder's own sentence. */
  readonly said: string;
}

/** What a rule of arming says of one kind of event at the moment. */
export interface RuleFacts {
  readonly id: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly types: readonly string[];
  readonly isInProfile: boolean;
  /** By its schedule; true without one. */
  readonly isOn: boolean;
  /** For how long its schedule has been, and will be, like this; absent: beyond a week. */
  readonly sinceMs?: number | undefined;
  readonly untilMs?: number | undefined;
  /** Name of the holiday whose row of its schedule held. */
  readonly holiday?: string | undefined;
}

export interface ArmingFacts {
  /** The profile at the moment, by name. */
  readonly profile: string;
  readonly profileId: string;
  readonly arms: "by-rules" | "everything" | "nothing";
  /** The profile has been changed since: this one is what the audit log knows of then. */
  readonly profileChangedMs?: number | undefined;
  readonly armed: readonly string[];
  readonly unarmed: readonly string[];
  readonly rules: readonly RuleFacts[];
  /** Clocks were changed on that day. */
  readonly clockChange?: "forward" | "back" | undefined;
}

export interface ExplainFacts {
  readonly atMs: number;
  /** The moment is now: states are those of this moment, settings hold. */
  readonly isNow: boolean;
  readonly camera: { readonly id: string; readonly enabled: boolean };
  readonly record: {
    readonly mode: RecordMode;
    /** Cameras whose events record it too, by name, as far as the account sees them. */
    readonly linked: readonly string[];
    /** How many there are that it does not see. */
    readonly hiddenLinked: number;
    /** Plugins have a say in it. */
    readonly isShaped: boolean;
  };
  /**
   * When settings were changed first after the moment, as far as the audit log knows; `isWhole` is false where that does
   * not reach back.
   */
  readonly changes: {
    readonly isWhole: boolean;
    readonly cameraMs?: number | undefined;
    readonly detectionMs?: number | undefined;
    readonly rulesMs?: number | undefined;
  };
  /** Of now only. */
  readonly live?: {
    readonly status: "connecting" | "online" | "degraded" | "offline" | "disabled";
    readonly code?: string | undefined;
    readonly said?: string | undefined;
    readonly sinceMs: number;
    /** Why nothing is recorded although it should be. */
    readonly recordingProblem?: string | undefined;
  };
  /** Somebody had started recording by hand; undefined: whether is not known. */
  readonly manual: { readonly isOn: boolean; readonly fromMs?: number | undefined } | undefined;
  /** Undefined: the account may not see recordings. */
  readonly recordings?:
    | {
        /** What is recorded around the moment. */
        readonly span?: (Partial<Stretch> & { readonly reasons: readonly RecordReason[] }) | undefined;
        /** What is not; `broke` is why the last run before it ended. */
        readonly gap?: (Partial<Stretch> & { readonly broke?: string | undefined }) | undefined;
        /** Oldest recording that was not kept from deletion; undefined: there is none. */
        readonly oldestMs?: number | undefined;
      }
    | undefined;
  /** Undefined: the account may not see events. */
  readonly events?:
    | {
        /** False: events of then are not kept any more. */
        readonly isKept: boolean;
        /** Of the camera, at the moment, the newest first. */
        readonly at: readonly EventFacts[];
        readonly before?: EventFacts | undefined;
        readonly after?: EventFacts | undefined;
        /** Those that asked for recording, the camera's own and those of linked cameras; `cameraName` of the latter. */
        readonly recording: readonly (EventFacts & { readonly cameraName?: string | undefined })[];
        readonly outage?: TroubleFacts | undefined;
        readonly failure?: TroubleFacts | undefined;
      }
    | undefined;
  /** Undefined: storage is not shown to the account. */
  readonly storage?:
    | {
        /** Of now only. */
        readonly volumes: readonly {
          readonly path: string;
          readonly status: string;
          readonly said?: string | undefined;
        }[];
        /** Of the moment. */
        readonly troubles: readonly (Stretch & { readonly path: string; readonly status: string })[];
      }
    | undefined;
  /** Undefined: there is no detection for the camera. */
  readonly detection?:
    | {
        readonly enabled: boolean;
        /** Of now only. */
        readonly status?: string | undefined;
        readonly said?: string | undefined;
        /** Of now only: which pictures are left out, as looking takes more of the processor than it may. */
        readonly leftOut?: "slower" | "key-frames" | undefined;
        /** What its detectors look for. */
        readonly types: readonly string[];
        /** Names of rules that are drawn for one of its detectors, which makes nothing of them. */
        readonly unread?: readonly string[];
      }
    | undefined;
  /** Undefined: arming is not shown to the account. */
  readonly arming?: ArmingFacts | undefined;
  /** Only of this exception is asked: these are armed always, and no detector finds them. */
  readonly isException?: boolean | undefined;
  /** How events of the first kind in question are put together. */
  readonly timing: { readonly mergeMs: number; readonly cooldownMs: number };
  /** How many linkage rules are about the first event of the moment; undefined: not known. */
  readonly linkageRules: number | undefined;
}
