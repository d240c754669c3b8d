// Loads plugins, bundled ones inline and strangers' ones in processes of their own, hands them their Nvr, runs their
// lives, and keeps their faults to themselves.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Clock } from "../clock.ts";
import { NightjarError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { CameraDriver } from "./camera-driver.ts";
import { checkedConfig, definitionOf, type Nvr, type OfferedCamera } from "./define-plugin.ts";
import { discoverPlugins, type FoundPlugin, type RefusedPlugin, type SearchPath } from "./discovery.ts";
import { createHooks, type HookName, type Hooks, type PluginHooks, type TapOptions } from "./hooks.ts";
import { IsolatedPlugin, type PluginPlaces } from "./isolated/isolated-plugin.ts";
import type { PluginHealth } from "./isolated/protocol.ts";
import { Registry } from "./registry.ts";

/** How long the recorder waits for plugins in processes of their own before it goes on without them. */
const PATIENCE_MS = 3_000;

export interface PluginStatus {
  readonly name: string;
  readonly version: string;
  readonly displayName: string;
  readonly kind: string;
  readonly status: "running" | "restarting" | "quarantined" | "disabled" | "failed" | "refused";
  /** Why it does not run, for people. */
  readonly reason?: string;
  readonly errors: number;
  /** Where it runs: with the core, or in a process of its own. */
  readonly isolation?: "inline" | "process";
  readonly restarts?: number;
  /** Of a process of its own, at most a second old. */
  readonly health?: PluginHealth;
}

export interface PluginHostOptions {
  readonly dataDir: string;
  readonly version: string;
  readonly paths: readonly SearchPath[];
  readonly log: Log;
  readonly clock: Clock;
  /** Configuration of a plugin as the owner wrote it; undefined: none. */
  settings(name: string): { readonly enabled: boolean; readonly config: unknown } | undefined;
  refreshCameras(driver: string): void;
  offerCamera(camera: OfferedCamera): Promise<void>;
}

interface Entry {
  readonly found: FoundPlugin;
  status: "running" | "disabled" | "failed";
  reason?: string;
  errors: number;
  isolated?: IsolatedPlugin;
}

export class PluginHost {
  readonly cameraDrivers = new Registry<CameraDriver>("camera driver");
  readonly hooks: Hooks;
  readonly #options: PluginHostOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #starting = new AbortController();
  #refused: readonly RefusedPlugin[] = [];
  #isLoaded = false;

  constructor(options: PluginHostOptions) {
    this.#options = options;
    this.hooks = createHooks({
      isEnabled: (plugin) => this.#runs(plugin),
      failed: (plugin, hook, error) => {
        const entry = this.#entries.get(plugin);
        if (entry !== undefined) entry.errors += 1;
        options.log.error("plugin failed", { plugin, hook, code: error.code, reason: error.message });
      },
      measured: () => undefined,
    });
  }

  /** Finds and sets up all plugins. One that fails is listed, never thrown. */
  async load(): Promise<void> {
    const { plugins, refused } = await discoverPlugins(this.#options.paths, this.#options.version);
    this.#refused = refused;
    for (const { name, folder, reason } of refused) {
      this.#options.log.warn("plugin refused", { plugin: name, folder, reason });
    }
    const waiting: Promise<void>[] = [];
    for (const found of plugins) {
      if (found.bundled) await this.#load(found);
      else waiting.push(this.#load(found));
    }
    // A stranger's plugin that takes its time must not keep the recorder waiting: its cameras follow when it is there.
    await Promise.race([Promise.all(waiting), this.#patience()]);
    this.#isLoaded = true;
  }

  /** Lets the plugins open what they need. */
  async start(): Promise<void> {
    await this.hooks.start.promise(this.#starting.signal);
    for (const { isolated } of this.#entries.values()) isolated?.hasStarted();
  }

  async ready(): Promise<void> {
    await this.hooks.ready.promise();
  }

  async stop(): Promise<void> {
    this.#starting.abort();
    await this.hooks.stop.promise();
    await Promise.all([...this.#entries.values()].map(({ isolated }) => isolated?.stop()));
  }

  /**
   * Starts an isolated plugin anew, also one that failed too often. Throws `NJ_PLUGIN_NOT_FOUND` if there is no such
   * plugin, or none with a process of its own.
   */
  async restart(name: string): Promise<void> {
    const isolated = this.#entries.get(name)?.isolated;
    if (isolated === undefined) {
      throw new NightjarError(
        "NJ_PLUGIN_NOT_FOUND",
        "not-found",
        `there is no plugin ${name} that runs in a process of its own`,
      );
    }
    await isolated.restart();
  }

  list(): PluginStatus[] {
    const own = [...this.#entries.values()].map((entry) => statusOf(entry));
    const refused = this.#refused.map(({ name, reason }) => ({
      name,
      version: "",
      displayName: name,
      kind: "",
      status: "refused" as const,
      reason,
      errors: 0,
    }));
    return [...own, ...refused];
  }

  async #load(found: FoundPlugin): Promise<void> {
    const { name } = found.manifest;
    const settings = this.#options.settings(name);
    const entry: Entry = { found, status: "failed", errors: 0 };
    this.#entries.set(name, entry);
    if (settings?.enabled === false) {
      entry.status = "disabled";
      return;
    }
    if (!found.bundled) {
      entry.isolated = await this.#isolate(found);
      await entry.isolated.load();
      return;
    }
    try {
      const module: unknown = await import(pathToFileURL(join(found.folder, found.manifest.entry)).href);
      const definition = definitionOf(module, name);
      const config = checkedConfig(definition.configSchema, settings?.config);
      entry.status = "running";
      await definition.setup(await this.#nvrFor(name), config as never);
    } catch (error) {
      entry.status = "failed";
      entry.errors += 1;
      entry.reason = error instanceof Error ? error.message : String(error);
      this.cameraDrivers.removeAllOf(name);
      this.#options.log.error("plugin not loaded", { plugin: name, reason: entry.reason });
    }
  }

  async #isolate(found: FoundPlugin): Promise<IsolatedPlugin> {
    const { name, entry } = found.manifest;
    const { dataDir, version, log, clock } = this.#options;
    const places: PluginPlaces = {
      registerDriver: (driver) => this.cameraDrivers.replace(name, driver),
      driversAnswer: (ids) => {
        // Before that, the list of cameras asks for all of them by itself.
        if (this.#isLoaded) for (const id of ids) this.#options.refreshCameras(id);
      },
      tap: (hook, stage, listener) => tapIn(this.hooks, name, hook, stage, listener),
      refreshCameras: this.#options.refreshCameras,
      offerCamera: this.#options.offerCamera,
    };
    return new IsolatedPlugin({
      name,
      entry,
      folder: found.folder,
      version,
      storageDir: await this.#storageFor(name),
      cacheDir: join(dataDir, "cache", "plugins", folderName(name)),
      clock,
      log,
      config: () => this.#options.settings(name)?.config,
      places,
    });
  }

  #patience(): Promise<void> {
    return new Promise((resolve) => {
      this.#options.clock.after(PATIENCE_MS, resolve);
    });
  }

  #runs(plugin: string): boolean {
    const entry = this.#entries.get(plugin);
    return entry !== undefined && (entry.isolated?.status ?? entry.status) === "running";
  }

  async #storageFor(name: string): Promise<string> {
    const storageDir = join(this.#options.dataDir, "plugins", "storage", folderName(name));
    await mkdir(storageDir, { recursive: true, mode: 0o700 });
    return storageDir;
  }

  async #nvrFor(name: string): Promise<Nvr> {
    const storageDir = await this.#storageFor(name);
    return {
      version: this.#options.version,
      cameraDrivers: this.cameraDrivers.for(name),
      hooks: narrowed(this.hooks, name),
      log: this.#options.log.child({ plugin: name }),
      storageDir,
      refreshCameras: this.#options.refreshCameras,
      offerCamera: this.#options.offerCamera,
    };
  }
}

function folderName(plugin: string): string {
  return plugin.replaceAll("/", "__");
}

function statusOf({ found, status, reason, errors, isolated }: Entry): PluginStatus {
  const { name, version, displayName, kind } = found.manifest;
  const now = isolated?.status;
  const shown =
    now === undefined ? status : now === "starting" ? "restarting" : now === "stopped" ? "failed" : now;
  const why = isolated?.reason ?? reason;
  return {
    name,
    version,
    displayName,
    kind,
    status: shown,
    ...(why === undefined || shown === "running" ? {} : { reason: why }),
    errors: errors + (isolated?.restarts ?? 0),
    isolation: isolated === undefined ? "inline" : "process",
    ...(isolated === undefined ? {} : { restarts: isolated.restarts }),
    ...(isolated?.health === undefined ? {} : { health: isolated.health }),
  };
}

function tapIn(hooks: Hooks, plugin: string, hook: HookName, stage: number, listener: unknown): void {
  // `stop` runs in the reverse order of `start`, which tapable does not do by itself.
  hooks[hook].tapPromise({ name: plugin, stage: hook === "stop" ? -stage : stage }, listener as never);
}

// Only tapPromise is handed out: tapable does not wait for an async function given to `tap`, and has no untap.
function narrowed(hooks: Hooks, plugin: string): PluginHooks {
  const entries = (Object.keys(hooks) as HookName[]).map((hook) => [
    hook,
    {
      tapPromise: (options: TapOptions, listener: never) =>
        tapIn(hooks, plugin, hook, options.stage ?? 0, listener),
    },
  ]);
  return Object.fromEntries(entries) as unknown as PluginHooks;
}
