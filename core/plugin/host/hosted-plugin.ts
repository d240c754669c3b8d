// What the host asks of a plugin, wherever it runs, and what it lends it.

import type { Worded } from "../../domain/facts.ts";
import type { Log } from "../../log.ts";
import type { TapListener } from "../calls/plugin-taps.ts";
import type { EntryParts, RegistryName } from "../calls/registries.ts";
import type { OfferedCamera, PluginSecrets } from "../contract/define-plugin.ts";
import type { HookName } from "../contract/hook-catalogue.ts";
import type { ConfinementWay } from "../isolated/confinement.ts";
import type { BoundsWay } from "../isolated/control-groups.ts";
import type { PluginHealth } from "../isolated/protocol.ts";
import type { PluginPlace } from "../package/manifest.ts";
import type { NetworkLeave } from "../package/permissions.ts";
import type { PluginMessages } from "./plugin-messages.ts";
import type { Predecessor } from "./set-up-order.ts";

export type HostedStatus = "stopped" | "starting" | "running" | "restarting" | "quarantined" | "failed";

/** A plugin that is to run. Nothing of it rejects: what is wrong stands in `status` and `reason`. */
export interface HostedPlugin extends Predecessor {
  /** The reason as code and facts. */
  readonly worded: Worded | undefined;
  readonly isolation: PluginPlace;
  readonly restarts: number;
  readonly health: PluginHealth | undefined;
  /** How its process is walled in; undefined: it has none of its own, or had none yet. */
  readonly confinement: ConfinementWay | undefined;
  /** Who holds its process to its memory and processor; undefined as with `confinement`. */
  readonly bounds: BoundsWay | undefined;
  /** Whether its process has the network, or why not; undefined: it has none of its own. */
  readonly network: NetworkLeave | undefined;
  /** Loads it and lets it register and tap, once those are set up that come before it. */
  load(): Promise<void>;
  /** The recorder has run its `start`: from now on the plugin is started on its own when it is loaded again. */
  hasStarted(): void;
  /** The recorder is ready: from now on the plugin is told so on its own when it is loaded again. */
  becameReady(): void;
  /** Forgets former failures, and loads it again with the settings of now. */
  restart(): Promise<void>;
  /** Ends it; `restart` and `load` bring it back. */
  stop(): Promise<void>;
}

/** What the host lends one plugin; everything happens in the plugin's name. */
export interface PluginPlaces {
  /** As the owner wrote it; undefined: nothing. */
  config(): unknown;
  /** Resolves when those that come before it are set up, will not be, or took too long, or when `signal` is aborted. */
  predecessors(signal: AbortSignal): Promise<void>;
  readonly log: Log;
  readonly secrets: PluginSecrets;
  /**
   * Puts an entry into a registry; the same id again replaces the plugin's own. Throws `NJ_REGISTRY_DUPLICATE` where
   * another plugin answers for that id.
   */
  register(registry: RegistryName, parts: EntryParts): void;
  /** Takes out of the registries what a former life registered and this one did not. */
  keepOnly(registered: ReadonlySet<string>): void;
  /** These entries answer from now on: for the first time, or after a restart. Names are `registry id`. */
  answers(names: Iterable<string>): void;
  /** Taps a hook for the present life. */
  tap(hook: HookName, stage: number, listener: TapListener): void;
  /** The present life is over: its taps are called no more. */
  clearTaps(): void;
  /** Runs a lifecycle hook for this plugin alone. */
  run(hook: "start" | "ready" | "stop", args: readonly unknown[]): Promise<void>;
  /** Tells this plugin alone what the recorder consists of, if that was told to all before. */
  described(): Promise<void>;
  /** Counts a fault of the plugin, and logs it. */
  failed(what: string, error: unknown): void;
  /** Its process ended by itself: what its card tells of when it runs again. */
  ended(reason: string, worded: Worded): void;
  /** Its way to MQTT. */
  readonly messages: PluginMessages;
  /** The plugin is stopped, for good or for a new life; not so at the end of the recorder. */
  gone(): void;
  /** TCP ports that the recorder has opened just now. */
  ownPorts(): readonly number[];
  refreshCameras(driver: string): void;
  offerCamera(camera: OfferedCamera): Promise<void>;
}
