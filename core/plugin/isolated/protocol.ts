// Messages between `core` and the process of an isolated plugin, over a pipe that only the two hold. Everything is plain
// data (JSON); what has no answer is a notice. The plugin's side is not trusted: sizes are bounded by the link, and
// whatever it says is checked where it is used.

import type { AnyEntry, RegistryName } from "../calls/registries.ts";
import type { OfferedCamera } from "../contract/define-plugin.ts";
import type { HookName } from "../contract/hook-catalogue.ts";
import type { MqttCommand, MqttCommandFilter } from "../contract/plugin-mqtt.ts";
import type { NetworkLeave } from "../package/permissions.ts";

/** The pipe's descriptor in the plugin's process. */
export const PIPE_DESCRIPTOR = 3;
/** Longest message in either direction. */
export const MESSAGE_LIMIT_BYTES = 4 * 1024 * 1024;
/** Lines in the log; its process keeps to this, and the core does not rely on that. */
export const LOG_LINES_PER_SECOND = 50;

export interface SetupOrder {
  readonly name: string;
  /** `file:` address of the plugin's entry. */
  readonly entry: string;
  /** `file:` address of the running core, which is what `@nightjar/core` means. */
  readonly core: string;
  readonly version: string;
  readonly storageDir: string;
  /** As the owner wrote it; checked by the plugin's own schema over there. */
  readonly config: unknown;
  readonly network: NetworkLeave;
  /** Its timers run in the core: in the box of the test kit alone. */
  readonly hasBoxedTimers: boolean;
}

/** A call that can be given up: `cancel` names it. */
interface Call {
  readonly call: number;
}

/** What cannot cross: the place of the call's own signal, or of its context. */
export type Placeholder = { readonly $place: "signal" | "context" };

/** What `core` asks of the plugin's process. */
export interface PluginMethods {
  [method: string]: (params: never) => unknown;
  setup(params: SetupOrder): void;
  runTap(params: Call & { readonly tap: number; readonly args: readonly unknown[] }): unknown;
  callEntry(
    params: Call & {
      readonly registry: RegistryName;
      readonly id: string;
      readonly method: string;
      readonly args: readonly unknown[];
    },
  ): unknown;
  cancel(params: Call): void;
  /** A command over MQTT to one of its listeners. */
  mqttCommand(params: { readonly subscription: number; readonly command: MqttCommand }): void;
  /** A timer of a boxed plugin is due (boxed-timers.ts). */
  timerFired(params: { readonly timer: number }): void;
  /** `isMeasured`: its memory and processor time are known from outside already. */
  ping(params: { readonly isMeasured: boolean }): PluginHealth;
}

/** What the plugin's process asks of `core`. */
export interface CoreMethodsForPlugin {
  [method: string]: (params: never) => unknown;
  /** An entry of a registry without its functions, and the names of those. */
  register(params: {
    readonly registry: RegistryName;
    readonly card: AnyEntry;
    readonly calls: readonly string[];
  }): void;
  tap(params: { readonly tap: number; readonly hook: HookName; readonly stage: number }): void;
  log(params: {
    readonly level: "debug" | "info" | "notice" | "warn" | "error";
    readonly message: string;
    readonly fields: Readonly<Record<string, unknown>>;
  }): void;
  /** Something of it failed that nobody waits for. */
  failed(params: { readonly where: "timer" | "command"; readonly reason: string }): void;
  /** Of a boxed plugin alone: a timer to be run by the box's clock. */
  timerSet(params: { readonly timer: number; readonly ms: number; readonly isRepeated: boolean }): void;
  timerCancelled(params: { readonly timer: number }): void;
  /** TCP ports that the recorder has opened just now. */
  ownPorts(params: Readonly<Record<string, never>>): readonly number[];
  refreshCameras(params: { readonly driver: string }): void;
  offerCamera(params: { readonly camera: OfferedCamera }): void;
  mqttPublish(params: { readonly topic: string; readonly payload: string; readonly retain: boolean }): void;
  mqttSubscribe(params: { readonly subscription: number; readonly wanted: MqttCommandFilter }): void;
  mqttPublishOutside(params: {
    readonly topic: string;
    readonly payload: string;
    readonly retain: boolean;
  }): void;
  mqttSubscribeOutside(params: { readonly subscription: number; readonly topic: string }): void;
  /** A secret field of what the call `call` is about. */
  secret(params: Call & { readonly field: string }): string | null;
  /** A secret of the plugin's own. */
  ownSecret(params: { readonly name: string }): string | null;
  setOwnSecret(params: { readonly name: string; readonly secret: string | null }): void;
}

/** What the process of an isolated plugin takes of the machine. */
export interface PluginHealth {
  readonly rssBytes: number;
  readonly cpuSeconds: number;
  readonly eventLoopP99Ms: number;
}

export function isPlaceholder(arg: unknown): arg is Placeholder {
  return typeof arg === "object" && arg !== null && "$place" in arg;
}

/** Bytes in front of a picture on the pipe. */
export const PICTURE_HEAD_BYTES = 4;

/** What stands in front of the picture that a call is about: a binary frame that comes before the call itself. */
export function pictureHead(call: number): Buffer {
  const head = Buffer.allocUnsafe(PICTURE_HEAD_BYTES);
  head.writeUInt32BE(call >>> 0);
  return head;
}
