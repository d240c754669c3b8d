// @nightjar/core: the plugin API, and the only thing a plugin may import. This file is its manual:
// start with definePlugin, then the registry of your kind (cameras: CameraDriver), then PluginHooks.
// Everything that crosses is asynchronous and plain data, so that a plugin runs inline or in a process of its own.

/**
 * TypeBox, to write configuration schemas with: one schema is type, validation, form and documentation.
 * `Static<typeof schema>` is the type of the values that it describes; `TObject` and `TSchema` are schemas as types.
 */
export { type Static, type TObject, type TSchema, Type } from "typebox";
/** What a camera is told to be in: connected, recording, or why not. Hooks hand it over, pages show it. */
export type { CameraState, CameraStatus } from "./domain/camera-state.ts";
/** Plain values by name, as they stand beside an error or an event for programs to read. */
export type { Facts } from "./domain/facts.ts";
/** Names of cameras, streams, volumes and segments: strings that TypeScript keeps apart, so that none is taken for another. */
export type { CameraId, SegmentId, StreamName, VolumeId } from "./domain/ids.ts";
/** Why something is recorded: `continuous`, `manual`, `event`, … */
export type { RecordReason } from "./domain/record-reasons.ts";
/**
 * The error that everything throws, in the recorder and in plugins: a code, a kind by which callers decide, and a sentence
 * for people. Throw it from a driver, and its words are shown; anything else is shown as an inner failure.
 */
export { type ErrorContext, type ErrorKind, NightjarError } from "./errors.ts";
/** The log that `nvr.log` is: a sentence, and fields beside it. Lines are shown on the plugin's card. */
export type { Log, LogFields } from "./log.ts";
/** How a volume is: hooks hand it over when that changes. */
export type { VolumeState, VolumeStatus } from "./media/protocol.ts";
/** A small RTSP server for plugins that make pictures themselves: the demo camera stands on it. */
export * from "./media/rtsp-server/index.ts";
/** A recorded file as the index knows it, for hooks that look after files: what is in it, since when, and what is missing. */
export type { ClockSource, Hole, ReasonSpan, SegmentIdentity, SegmentRecord } from "./media/segment.ts";
/** What a camera can do besides sending pictures: PTZ, its own events, relays, siren and light. A driver offers what it has. */
export {
  type AuxiliaryPart,
  type CameraAbilities,
  type CameraCapabilities,
  type CameraPart,
  type CameraReport,
  type CameraSettings,
  eventTypeOfOnvif,
  type PtzCapabilities,
  type PtzPosition,
  type PtzVelocity,
  type PulledEvents,
} from "./plugin/contract/camera-abilities.ts";
/** The registry `nvr.cameraDrivers`: a brand or protocol, from the settings that a person types to the streams of a camera. */
export type {
  CameraDriver,
  CameraStreams,
  DriverContext,
  FoundCamera,
  RtspStreamDescriptor,
  SearchWish,
  StreamDescriptor,
  UrlPattern,
} from "./plugin/contract/camera-driver.ts";
/**
 * Where a plugin begins: `definePlugin` is its default export, `Nvr` is what its `setup` is given, with the registries, hooks and
 * tools that this page explains.
 */
export {
  definePlugin,
  type Nvr,
  type OfferedCamera,
  type PluginDefinition,
  type PluginRegistry,
  type PluginSecrets,
} from "./plugin/contract/define-plugin.ts";
/** The registry `nvr.detectors`: looks at a camera's pictures and says what it sees, by the areas and settings of each camera. */
export type {
  Detector,
  DetectorActivity,
  DetectorAnswer,
  DetectorArea,
  DetectorContext,
  DetectorFrames,
  DetectorLook,
  DetectorPoint,
  DetectorReport,
  DetectorRule,
  DetectorSettings,
  DetectorWake,
  DetectorWatch,
} from "./plugin/contract/detector.ts";
/**
 * Moments at which a plugin is told of something or has a say: `nvr.hooks`, each with its kind, order and time limit
 * (docs/reference/hooks.md lists them).
 */
export {
  type PluginHooks,
  type PluginTap,
  STAGE_FIRST,
  STAGE_LAST,
  type TapOptions,
} from "./plugin/contract/hook-catalogue.ts";
/** What the hooks hand over: copies, which a plugin may keep and change without anybody's noticing. */
export type {
  AuditedAct,
  CapturedPicture,
  DescribedAbilities,
  DescribedCamera,
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
} from "./plugin/contract/hook-data.ts";
/** The registry `nvr.linkageActions`: something that a rule has done because of events, with tries, age and what came of it. */
export type {
  LinkageAccount,
  LinkageAction,
  LinkageDone,
  LinkagePicture,
  LinkageRequest,
} from "./plugin/contract/linkage-action.ts";
/** The registry `nvr.loginProviders`: people of a directory sign in with the password that they have there. */
export type { LoginAttempt, LoginIdentity, LoginProvider } from "./plugin/contract/login-provider.ts";
/** The plugin's own topics over MQTT, and those of others that its card names: `nvr.mqtt`. */
export type {
  MqttCommand,
  MqttCommandFilter,
  MqttPublishOptions,
  PluginMqtt,
} from "./plugin/contract/plugin-mqtt.ts";
/** Resources of its own below `/api/v1/plugins/<name>`, each with a right and schemas: `nvr.routes`. */
export type { PluginRequest, PluginRoute } from "./plugin/contract/plugin-route.ts";
/** Timers, requests and look-ups that end with the plugin; a timer that Node gives would outlive it. */
export type {
  PluginTimer,
  PluginTimers,
  PluginTools,
  ResolvedAddress,
} from "./plugin/contract/plugin-tools.ts";
/** The registry `nvr.posParsers`: makes receipts of what a till sends. */
export type { PosLine, PosMark, PosParser, PosRequest } from "./plugin/contract/pos-parser.ts";
/** The registry `nvr.storageDrivers`: makes the folder of a volume ready, and says whether it still is. */
export type { StorageDriver, StorageHealth, StorageRequest } from "./plugin/contract/storage-driver.ts";
