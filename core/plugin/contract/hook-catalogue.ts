// The catalogue of hooks. Grammar tells the kind: past tense = notification, imperative = first answer wins,
// noun = value passed along, "before…" = veto, bare lifecycle verb = in order. Plugins see `PluginHooks` only,
// which offers nothing but tapPromise; hooks.ts makes them, tap-guard.ts says what happens around every tap.
import type { CameraState } from "../../domain/camera-state.ts";
import type { CameraId, StreamName, VolumeId } from "../../domain/ids.ts";
import type { VolumeState } from "../../media/protocol.ts";
import type { SegmentRecord } from "../../media/segment.ts";
import type { AuditedAct, HookCamera, HookEvent, PlaybackRequest, RecordingPlan } from "./hook-data.ts";

/** The earliest place within a hook. Stages order taps; the order in which plugins load never decides. */
export const STAGE_FIRST = -100;
/** The latest place within a hook. */
export const STAGE_LAST = 100;

/** Who taps a hook, and where in its order. */
export interface TapOptions {
  /** The tapping package's name. */
  readonly name: string;
  /** From `STAGE_FIRST` to `STAGE_LAST`; 0 unless told. */
  readonly stage?: number;
}

/** A hook as a plugin sees it: a listener can be added, and nothing else. */
export interface PluginTap<Arguments extends readonly unknown[], Result = void> {
  tapPromise(options: TapOptions, listener: (...args: Arguments) => Promise<Result>): void;
}

/** Hooks as plugins see them. What crosses is plain data; a listener gets copies. */
export interface PluginHooks {
  /** Devices open here. `signal` aborts when the plugin is stopped before it has finished. */
  readonly start: PluginTap<[signal: AbortSignal]>;
  /** Devices close here, within two seconds. Runs in the reverse order of `start`. */
  readonly stop: PluginTap<[]>;
  /** Everything serves. */
  readonly ready: PluginTap<[]>;
  readonly cameraAdded: PluginTap<[camera: HookCamera]>;
  readonly cameraRemoved: PluginTap<[camera: HookCamera]>;
  readonly cameraStateChanged: PluginTap<[camera: CameraId, state: CameraState]>;
  /** A stream of a camera is received. */
  readonly streamStarted: PluginTap<[camera: CameraId, stream: StreamName]>;
  /** A stream of a camera is received no longer. */
  readonly streamEnded: PluginTap<[camera: CameraId, stream: StreamName]>;
  /**
   * What is to be recorded of a camera, before the media process is told: a listener may answer another plan. Without
   * an answer within half a second the plan stays as it is.
   */
  readonly recordingPlan: PluginTap<[plan: RecordingPlan], RecordingPlan | undefined>;
  /** A recording file is closed and indexed. */
  readonly segmentClosed: PluginTap<[segment: SegmentRecord]>;
  readonly volumeStateChanged: PluginTap<[volume: VolumeId, state: VolumeState]>;
  /** Somebody wants to see or download recordings: an answer refuses, and says why. */
  readonly beforePlayback: PluginTap<[request: PlaybackRequest], string | undefined>;
  /** An armed event has begun: an answer suppresses it, and says why. Recording has been asked for already. */
  readonly beforeAlarm: PluginTap<[event: HookEvent], string | undefined>;
  /** An armed event, before it is written down: a listener may answer it with more in `detail`. */
  readonly alarm: PluginTap<[event: HookEvent], HookEvent | undefined>;
  /** An event was written down: it begins, or has come and gone. */
  readonly alarmRaised: PluginTap<[event: HookEvent]>;
  readonly alarmUpdated: PluginTap<[event: HookEvent]>;
  readonly alarmCleared: PluginTap<[event: HookEvent]>;
  /** An act was written to the audit log. */
  readonly auditRecorded: PluginTap<[act: AuditedAct]>;
}

/** What a hook does with its listeners: its kind. */
export type HookKind = "series" | "notification" | "value" | "veto";

/** Kind and time limit of each hook; `docs/reference/hooks.md` is compared with it. */
export const HOOKS = {
  start: { kind: "series", limitMs: 10_000 },
  stop: { kind: "series", limitMs: 2_000 },
  ready: { kind: "notification", limitMs: 5_000 },
  cameraAdded: { kind: "notification", limitMs: 5_000 },
  cameraRemoved: { kind: "notification", limitMs: 5_000 },
  cameraStateChanged: { kind: "notification", limitMs: 5_000 },
  streamStarted: { kind: "notification", limitMs: 5_000 },
  streamEnded: { kind: "notification", limitMs: 5_000 },
  recordingPlan: { kind: "value", limitMs: 500 },
  segmentClosed: { kind: "notification", limitMs: 5_000 },
  volumeStateChanged: { kind: "notification", limitMs: 5_000 },
  beforePlayback: { kind: "veto", limitMs: 500 },
  beforeAlarm: { kind: "veto", limitMs: 500 },
  alarm: { kind: "value", limitMs: 500 },
  alarmRaised: { kind: "notification", limitMs: 5_000 },
  alarmUpdated: { kind: "notification", limitMs: 5_000 },
  alarmCleared: { kind: "notification", limitMs: 5_000 },
  auditRecorded: { kind: "notification", limitMs: 5_000 },
} as const satisfies Record<
  keyof PluginHooks,
  { readonly kind: HookKind /** What a listener may take, in milliseconds. */; readonly limitMs: number }
>;

export type HookName = keyof typeof HOOKS;
