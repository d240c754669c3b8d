// @nightjar/core: the plugin API, and the only thing a plugin may import. This file is its manual:
// start with definePlugin, then the registry of your kind (cameras: CameraDriver), then PluginHooks.
// Everything that crosses is asynchronous and plain data, so that a plugin runs inline or in a process of its own.

/**
 * TypeBox, to write configuration schemas with: one schema is type, validation, form and documentation.
 * `Static<typeof schema>` is the type of the values that it describes; `TObject` and `TSchema` are schemas as types.
 */
export { type Static, type TObject, type TSchema, Type } from "typebox";
export type { CameraState, CameraStatus } from "./domain/camera-state.ts";
export type { Facts } from "./domain/facts.ts";
export type { CameraId, SegmentId, StreamName, VolumeId } from "./domain/ids.ts";
export type { RecordReason } from "./domain/record-reasons.ts";
export { type ErrorContext, type ErrorKind, NightjarError } from "./errors.ts";
export type { Log, LogFields } from "./log.ts";
export type { VolumeState, VolumeStatus } from "./media/protocol.ts";
/** A small RTSP server for plugins that make pictures themselves: the demo camera stands on it. */
export * from "./media/rtsp-server/index.ts";
export type { ClockSource, Hole, ReasonSpan, SegmentIdentity, SegmentRecord } from "./media/segment.ts";
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
export {
  definePlugin,
  type Nvr,
  type OfferedCamera,
  type PluginDefinition,
  type PluginRegistry,
  type PluginSecrets,
} from "./plugin/contract/define-plugin.ts";
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
export {
  type PluginHooks,
  type PluginTap,
  STAGE_FIRST,
  STAGE_LAST,
  type TapOptions,
} from "./plugin/contract/hook-catalogue.ts";
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
export type {
  LinkageAccount,
  LinkageAction,
  LinkageDone,
  LinkagePicture,
  LinkageRequest,
} from "./plugin/contract/linkage-action.ts";
export type { LoginAttempt, LoginIdentity, LoginProvider } from "./plugin/contract/login-provider.ts";
export type {
  MqttCommand,
  MqttCommandFilter,
  MqttPublishOptions,
  PluginMqtt,
} from "./plugin/contract/plugin-mqtt.ts";
export type { PluginRequest, PluginRoute } from "./plugin/contract/plugin-route.ts";
export type {
  PluginTimer,
  PluginTimers,
  PluginTools,
  ResolvedAddress,
} from "./plugin/contract/plugin-tools.ts";
export type { PosLine, PosMark, PosParser, PosRequest } from "./plugin/contract/pos-parser.ts";
export type { StorageDriver, StorageHealth, StorageRequest } from "./plugin/contract/storage-driver.ts";
