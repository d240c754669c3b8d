// The catalogue of hooks. Grammar tells the kind: past tense = notification, noun = value passed along, "before…" = veto,
// plural noun = collection, bare lifecycle verb = in order. Plugins see `PluginHooks` only,
// which offers nothing but tapPromise; hooks.ts makes them, tap-guard.ts says what happens around every tap, and
// docs/reference/hooks.md is written from the table below.
import type { CameraState } from "../../domain/camera-state.ts";
import type { CameraId, StreamName, VolumeId } from "../../domain/ids.ts";
import type { VolumeState } from "../../media/protocol.ts";
import type { SegmentRecord } from "../../media/segment.ts";
import type {
  AuditedAct,
  CapturedPicture,
  DiagnosticPart,
  EvictionRequest,
  HookCamera,
  HookEvent,
  PlacementPlan,
  PlaybackRequest,
  PosTransaction,
  RecorderDescription,
  RecordingPlan,
  StreamEnd,
} from "./hook-data.ts";

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
  /**
   * What the recorder consists of: at its start, at each later start of the plugin, and whenever that is another. For those
   * that present it elsewhere.
   */
  readonly recorderDescribed: PluginTap<[recorder: RecorderDescription]>;
  readonly cameraAdded: PluginTap<[camera: HookCamera]>;
  readonly cameraRemoved: PluginTap<[camera: HookCamera]>;
  readonly cameraStateChanged: PluginTap<[camera: CameraId, state: CameraState]>;
  /** A stream of a camera is received. */
  readonly streamStarted: PluginTap<[camera: CameraId, stream: StreamName]>;
  /** A stream of a camera is received no longer; the reason is there where one is known. */
  readonly streamEnded: PluginTap<[camera: CameraId, stream: StreamName, reason?: StreamEnd]>;
  /**
   * What is to be recorded of a camera, before the media process is told: a listener may answer another plan. Without
   * an answer within half a second the plan stays as it is.
   */
  readonly recordingPlan: PluginTap<[plan: RecordingPlan], RecordingPlan | undefined>;
  /**
   * Where the next files of a camera go: a listener may answer the volumes in another order. Those that it leaves out
   * come last: recording never has fewer places to go.
   */
  readonly placementPlan: PluginTap<[plan: PlacementPlan], PlacementPlan | undefined>;
  /** A recording file is closed and indexed. */
  readonly segmentClosed: PluginTap<[segment: SegmentRecord]>;
  /**
   * Recordings of one stream are about to be deleted: an answer keeps them a while longer, and says why. What must go to make
   * room goes all the same once nothing else is left, and a tenth of what lies on a volume is kept back at most.
   */
  readonly beforeEvict: PluginTap<[request: EvictionRequest], string | undefined>;
  /** A picture was kept with an event. */
  readonly pictureCaptured: PluginTap<[picture: CapturedPicture]>;
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
  /** A receipt of a till is over, before it is written for good: a listener may change its lines, total and number. */
  readonly posTransaction: PluginTap<[transaction: PosTransaction], PosTransaction | undefined>;
  /** An act was written to the audit log. */
  readonly auditRecorded: PluginTap<[act: AuditedAct]>;
  /** Somebody takes the diagnostics document: an answer becomes the plugin's part of it. Secrets are taken out. */
  readonly diagnostics: PluginTap<[], DiagnosticPart | undefined>;
}

/** What a hook does with its listeners: its kind. */
export type HookKind = "series" | "notification" | "value" | "veto" | "collection";

/** What the catalogue says of a hook. */
export interface HookCard {
  readonly kind: HookKind;
  /** What a listener may take, in milliseconds. */
  readonly limitMs: number;
  /** Names of what a listener is given. */
  readonly args: readonly string[];
  /** For the reference: the moment, in Markdown. */
  readonly when: string;
}

const LIFE = "series";
const TOLD = { kind: "notification", limitMs: 5_000 } as const;
const SAY = { kind: "value", limitMs: 500 } as const;
const VETO = { kind: "veto", limitMs: 500 } as const;

/** All hooks. `docs/reference/hooks.md` is written from this: run `npm run docs:write` after a change. */
export const HOOKS = {
  start: {
    ...{ kind: LIFE, limitMs: 10_000, args: ["signal"] },
    when: "the plugin is set up: devices open here; `signal` aborts when it is stopped before it has finished",
  },
  stop: {
    ...{ kind: LIFE, limitMs: 2_000, args: [] },
    when: "the plugin ends: devices close here, in the reverse order of `start`",
  },
  ready: { ...TOLD, args: [], when: "everything serves" },
  recorderDescribed: {
    ...{ ...TOLD, args: ["recorder"] },
    when: "the recorder is there with its name, cameras and what can be turned and switched at them, detectors, volumes, arming profiles and base of topics, or one of these is another; also whenever the plugin is started",
  },
  cameraAdded: { ...TOLD, args: ["camera"], when: "a camera was added, or is there at start" },
  cameraRemoved: { ...TOLD, args: ["camera"], when: "a camera was taken off the list" },
  cameraStateChanged: {
    ...{ ...TOLD, args: ["camera", "state"] },
    when: "a camera went online, degraded, offline",
  },
  streamStarted: { ...TOLD, args: ["camera", "stream"], when: "a stream is received" },
  streamEnded: {
    ...{ ...TOLD, args: ["camera", "stream", "reason"] },
    when: "a stream is received no longer; `reason` is there where one is known",
  },
  recordingPlan: {
    ...{ ...SAY, args: ["plan"] },
    when: "before the media process is told what to record of a camera: after every change, and each minute",
  },
  placementPlan: {
    ...{ ...SAY, args: ["plan"] },
    when: "before the media process is told where the next files of a camera go, where there is a choice: after every change, and each minute. Volumes that are left out come last",
  },
  segmentClosed: { ...TOLD, args: ["segment"], when: "a recording file is closed and indexed" },
  beforeEvict: {
    ...{ ...VETO, args: ["request"] },
    when: "recordings of a stream are next to be deleted (`space`), too old (`days`) or too many (`quota`), asked each minute: an answer keeps them for now. They go last where room is needed, a day after their days at the latest, and a tenth of a volume is kept back at most. Recordings that a person deletes are not asked about",
  },
  pictureCaptured: {
    ...{ ...TOLD, args: ["picture"] },
    when: "an action has kept a picture with an event. The picture itself is not handed over",
  },
  volumeStateChanged: { ...TOLD, args: ["volume", "state"], when: "a volume fails, fills up, comes back" },
  beforePlayback: {
    ...{ ...VETO, args: ["request"] },
    when: "an account that may wants to play or download recordings",
  },
  beforeAlarm: {
    ...{ ...VETO, args: ["event"] },
    when: "an armed event has begun: an answer suppresses it. Recording has been asked for already; in a storm of events plugins are left out",
  },
  alarm: {
    ...{ ...SAY, args: ["event"] },
    when: "the same event, before it is written down: `detail` may be added to",
  },
  alarmRaised: {
    ...{ ...TOLD, args: ["event"] },
    when: "an event was written down: it begins, or has come and gone",
  },
  alarmUpdated: {
    ...{ ...TOLD, args: ["event"] },
    when: "an event goes on and has changed, or somebody has acknowledged it",
  },
  alarmCleared: { ...TOLD, args: ["event"], when: "an event is over" },
  posTransaction: {
    ...{ ...SAY, args: ["transaction"] },
    when: "a receipt of a till is over, before it is indexed and told: lines, total and number may be changed",
  },
  auditRecorded: { ...TOLD, args: ["act"], when: "an act was written to the audit log" },
  diagnostics: {
    ...{ kind: "collection", limitMs: 2_000, args: [] },
    when: "somebody takes the diagnostics document",
  },
} as const satisfies Record<keyof PluginHooks, HookCard>;

export type HookName = keyof typeof HOOKS;
