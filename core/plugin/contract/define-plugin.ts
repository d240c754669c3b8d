// The entry of every plugin: `export default definePlugin({...})`, and what `setup` is given.
import type { Static, TObject } from "typebox";
import { NightjarError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import type { CameraDriver } from "./camera-driver.ts";
import type { Detector } from "./detector.ts";
import type { PluginHooks } from "./hook-catalogue.ts";
import type { LinkageAction } from "./linkage-action.ts";
import type { LoginProvider } from "./login-provider.ts";
import type { PluginMqtt } from "./plugin-mqtt.ts";
import type { PluginRoute } from "./plugin-route.ts";
import type { PluginTools } from "./plugin-tools.ts";
import type { PosParser } from "./pos-parser.ts";
import type { StorageDriver } from "./storage-driver.ts";

/** A registry as a plugin sees it: one owner per id. */
export interface PluginRegistry<Entry extends { readonly id: string }> {
  /**
   * Adds an entry. Throws `NJ_PLUGIN_DATA` if it is not what the registry asks for. Where another plugin answers for that
   * id already, the plugin is not set up (`NJ_REGISTRY_DUPLICATE`); nor where the registry wants its entries named in
   * `nightjar.provides` of package.json, and this one is not (`NJ_PLUGIN_PERMISSION`).
   */
  register(entry: Entry): void;
}

/** Secrets of a plugin's own, sealed in the recorder's store: no other plugin and no interface gives them out. */
export interface PluginSecrets {
  get(name: string): Promise<string | undefined>;
  /** Keeps a secret; `undefined` removes it. Names are up to 64 of `a-z 0-9 . _ -`. */
  set(name: string, secret: string | undefined): Promise<void>;
}

/** Everything a plugin can reach. Handed to `setup`, which may keep it; it ends with the plugin. */
export interface Nvr extends PluginTools {
  /** The running Nightjar's version. */
  readonly version: string;
  /** Who answers for a brand of camera. */
  readonly cameraDrivers: PluginRegistry<CameraDriver>;
  /** Resources of the plugin's own below `/api/v1/plugins/<package>/`. */
  readonly routes: PluginRegistry<PluginRoute>;
  /** Who says whether a name and a password belong together, where the recorder has no password for the name. */
  readonly loginProviders: PluginRegistry<LoginProvider>;
  /** Who makes the folder of a volume ready, and says whether it still is. */
  readonly storageDrivers: PluginRegistry<StorageDriver>;
  /** Who reads the lines of a till: where a receipt begins and ends, and what it comes to. */
  readonly posParsers: PluginRegistry<PosParser>;
  /** Who looks at pictures and says what happens in them. */
  readonly detectors: PluginRegistry<Detector>;
  /** What rules can have done because of events. */
  readonly linkageActions: PluginRegistry<LinkageAction>;
  readonly secrets: PluginSecrets;
  /** Topics of the plugin's own over MQTT; its package.json must ask for them. */
  readonly mqtt: PluginMqtt;
  /** Moments at which several plugins may have a say; see `docs/reference/hooks.md`. */
  readonly hooks: PluginHooks;
  /** A log whose lines carry the plugin's name. */
  readonly log: Log;
  /** A folder of the plugin's own below the data directory; it exists. */
  readonly storageDir: string;
  /**
   * Asks the core to call `streams()` again for the cameras of a driver: an address has changed, or they are there again. Those
   * that are away are then tried at once, at most every five seconds and not after a refused password.
   */
  refreshCameras(driver: string): void;
  /** Adds a camera on the plugin's behalf unless one with that id exists or was removed by its owner. */
  offerCamera(camera: OfferedCamera): Promise<void>;
}

/** A camera that a plugin puts on the owner's list by itself, as the demo camera does. */
export interface OfferedCamera {
  readonly id: string;
  readonly name: string;
  readonly driver: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly record: {
    readonly mode: "continuous" | "event" | "manual" | "off";
    readonly streams: "main" | "sub" | "both";
    readonly audio: boolean;
    /** Most bytes of recordings kept, oldest deleted first; `null`: no limit. */
    readonly quotaBytes: number | null;
  };
  /** Only when the owner has no camera yet: the first start of an empty recorder. */
  readonly onlyWhenEmpty: boolean;
}

/** A plugin as its author writes it. */
export interface PluginDefinition<Schema extends TObject = TObject> {
  /** The package's name. */
  readonly name: string;
  /** TypeBox schema of the plugin's own configuration; the same as in `config.schema.json`. */
  readonly configSchema: Schema;
  /**
   * Registers and taps, nothing else: devices open in the `start` hook and close in `stop`. The type of `config` comes from
   * the schema and is not looked at to find it: that would take a compiler two seconds for each plugin.
   */
  setup(nvr: Nvr, config: NoInfer<Static<Schema>>): void | Promise<void>;
}

/** Declares a plugin. Returns its argument; the call gives `config` its type. */
export function definePlugin<Schema extends TObject>(
  definition: PluginDefinition<Schema>,
): PluginDefinition<Schema> {
  return definition;
}

/** The definition in a plugin's entry. Throws `NJ_PLUGIN_ENTRY` if there is none, or it is another plugin's. */
export function definitionOf(module: unknown, name: string): PluginDefinition {
  type Exported = Partial<PluginDefinition> & { readonly default?: Partial<PluginDefinition> };
  const exported = (module as { default?: Exported }).default;
  // What a compiler makes of a default export in CommonJS lies one default deeper.
  const definition = typeof exported?.setup === "function" ? exported : (exported?.default ?? exported);
  if (typeof definition?.setup !== "function" || definition.configSchema === undefined) {
    throw new NightjarError(
      "NJ_PLUGIN_ENTRY",
      "failed-precondition",
      "its entry has no default export of definePlugin({…})",
    );
  }
  if (definition.name !== name) {
    throw new NightjarError(
      "NJ_PLUGIN_ENTRY",
      "failed-precondition",
      `its package is called ${name}, its definePlugin says ${String(definition.name)}`,
    );
  }
  return definition as PluginDefinition;
}
