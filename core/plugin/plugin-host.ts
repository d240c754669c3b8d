// Loads plugins inline, hands them their Nvr, runs their lives, and keeps their faults to themselves.
// Strangers' plugins wait for process isolation; until then they are listed with that reason.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Value } from "typebox/value";
import { NightjarError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { CameraDriver } from "./camera-driver.ts";
import type { Nvr, OfferedCamera, PluginDefinition } from "./define-plugin.ts";
import { discoverPlugins, type FoundPlugin, type RefusedPlugin, type SearchPath } from "./discovery.ts";
import { createHooks, type HookName, type Hooks, type PluginHooks, type TapOptions } from "./hooks.ts";
import { Registry } from "./registry.ts";

export interface PluginStatus {
  readonly name: string;
  readonly version: string;
  readonly displayName: string;
  readonly kind: string;
  readonly status: "running" | "disabled" | "failed" | "refused";
  /** Why it does not run, for people. */
  readonly reason?: string;
  readonly errors: number;
}

export interface PluginHostOptions {
  readonly dataDir: string;
  readonly version: string;
  readonly paths: readonly SearchPath[];
  readonly log: Log;
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
}

export class PluginHost {
  readonly cameraDrivers = new Registry<CameraDriver>("camera driver");
  readonly hooks: Hooks;
  readonly #options: PluginHostOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #starting = new AbortController();
  #refused: readonly RefusedPlugin[] = [];

  constructor(options: PluginHostOptions) {
    this.#options = options;
    this.hooks = createHooks({
      isEnabled: (plugin) => this.#entries.get(plugin)?.status === "running",
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
    for (const found of plugins) await this.#load(found);
  }

  /** Lets the plugins open what they need. */
  async start(): Promise<void> {
    await this.hooks.start.promise(this.#starting.signal);
  }

  async ready(): Promise<void> {
    await this.hooks.ready.promise();
  }

  async stop(): Promise<void> {
    this.#starting.abort();
    await this.hooks.stop.promise();
  }

  list(): PluginStatus[] {
    const own = [...this.#entries.values()].map(({ found, status, reason, errors }) => ({
      name: found.manifest.name,
      version: found.manifest.version,
      displayName: found.manifest.displayName,
      kind: found.manifest.kind,
      status,
      ...(reason === undefined ? {} : { reason }),
      errors,
    }));
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
      entry.reason =
        "plugins that do not come with Nightjar run in a process of their own, which this version cannot do yet";
      return;
    }
    try {
      const module: unknown = await import(pathToFileURL(join(found.folder, found.manifest.entry)).href);
      const definition = definitionOf(module, name);
      const config = Value.Default(definition.configSchema, structuredClone(settings?.config ?? {}));
      const problems = [...Value.Errors(definition.configSchema, config)];
      if (problems.length > 0) {
        const first = problems[0];
        throw new NightjarError(
          "NJ_CONFIG_INVALID",
          "invalid-argument",
          `its configuration is wrong at ${first?.instancePath || "/"}: ${first?.message ?? ""}`,
        );
      }
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

  async #nvrFor(name: string): Promise<Nvr> {
    const storageDir = join(this.#options.dataDir, "plugins", "storage", name.replaceAll("/", "__"));
    await mkdir(storageDir, { recursive: true, mode: 0o700 });
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

function definitionOf(module: unknown, name: string): PluginDefinition {
  const definition = (module as { default?: Partial<PluginDefinition> }).default;
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

// Only tapPromise is handed out: tapable does not wait for an async function given to `tap`, and has no untap.
function narrowed(hooks: Hooks, plugin: string): PluginHooks {
  const entries = (Object.keys(hooks) as HookName[]).map((hook) => [
    hook,
    {
      tapPromise: (options: TapOptions, listener: never) => {
        // `stop` runs in the reverse order of `start`, which tapable does not do by itself.
        const stage = hook === "stop" ? -(options.stage ?? 0) : (options.stage ?? 0);
        hooks[hook].tapPromise({ name: plugin, stage }, listener);
      },
    },
  ]);
  return Object.fromEntries(entries) as unknown as PluginHooks;
}
