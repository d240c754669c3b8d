// Loads plugins, bundled ones inline and strangers' ones in processes of their own, lends them what they need, runs their
// lives, and keeps their faults to themselves. Plugins come, go and change without the recorder being restarted.
import { mkdir, realpath } from "node:fs/promises";
import { join, sep } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Clock } from "../../clock.ts";
import type { Right } from "../../domain/roles.ts";
import { NightjarError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { guardedEntry } from "../calls/guarded-entry.ts";
import { createHooks, type Hooks } from "../calls/hooks.ts";
import { PluginTaps } from "../calls/plugin-taps.ts";
import { REGISTRIES, REGISTRY_NAMES, type RegistryEntries, type RegistryName } from "../calls/registries.ts";
import { Registry } from "../calls/registry.ts";
import { faultOf } from "../calls/tap-guard.ts";
import type { OfferedCamera, PluginSecrets } from "../contract/define-plugin.ts";
import type { PluginRoute } from "../contract/plugin-route.ts";
import type { Confinement } from "../isolated/confinement.ts";
import { IsolatedPlugin } from "../isolated/isolated-plugin.ts";
import {
  discoverPlugins,
  type FoundPlugin,
  type RefusedPlugin,
  type SearchPath,
} from "../package/discovery.ts";
import { type IconFile, readIcon } from "../package/icon-file.ts";
import { mayTap, networkLeave, type PluginGrants } from "../package/permissions.ts";
import type { HostedPlugin, PluginPlaces } from "./hosted-plugin.ts";
import { InlinePlugin } from "./inline-plugin.ts";
import { type PluginFigures, type PluginStatus, statusOf, statusOfRefused } from "./plugin-status.ts";

export type { PluginStatus };

/** How long the recorder waits for plugins in processes of their own before it goes on without them. */
const PATIENCE_MS = 3_000;

export interface PluginHostOptions {
  readonly dataDir: string;
  readonly version: string;
  readonly paths: readonly SearchPath[];
  readonly log: Log;
  readonly clock: Clock;
  /** Configuration of a plugin as the owner wrote it, with its secrets; undefined: none. */
  settings(
    name: string,
    found: FoundPlugin,
  ): PluginSettings | undefined | Promise<PluginSettings | undefined>;
  /** The secrets of one plugin. */
  secrets(name: string): PluginSecrets;
  refreshCameras(driver: string): void;
  offerCamera(camera: OfferedCamera): Promise<void>;
  /** The walls around strangers' plugins; the strongest that work here unless given. */
  readonly walls?: Confinement;
}

export interface PluginSettings {
  readonly enabled: boolean;
  readonly config: unknown;
  readonly grants?: PluginGrants;
}

/** A plugin's own page. */
export interface PluginPage {
  /** Folder of its files, absolute. */
  readonly folder: string;
  readonly permission: Right;
  readonly title: string;
}

/** A plugin that was found. Its figures and taps outlive its lives, for hooks keep their taps. */
interface Entry {
  found: FoundPlugin;
  /** Undefined while it is disabled. */
  hosted: HostedPlugin | undefined;
  /** The settings that it was loaded with. */
  settings: PluginSettings;
}

interface Books {
  readonly figures: PluginFigures;
  readonly taps: PluginTaps;
}

export class PluginHost {
  readonly registries: { readonly [Name in RegistryName]: Registry<RegistryEntries[Name]> };
  readonly hooks: Hooks;
  readonly #options: PluginHostOptions;
  readonly #guard = {
    failed: (plugin: string, hook: string, error: NightjarError): void => this.#failed(plugin, hook, error),
    measured: (plugin: string, _hook: string, durationMs: number): void => this.#count(plugin, durationMs),
  };
  readonly #entries = new Map<string, Entry>();
  readonly #books = new Map<string, Books>();
  readonly #starting = new AbortController();
  #refused: readonly RefusedPlugin[] = [];
  #loaded: Promise<unknown> = Promise.resolve();
  #installed: string | undefined;
  #isLoaded = false;
  #hasStarted = false;
  #hasStopped = false;
  /** Plugins come, go and restart one after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: PluginHostOptions) {
    this.#options = options;
    this.hooks = createHooks(this.#guard);
    this.registries = Object.fromEntries(
      REGISTRY_NAMES.map((name) => [name, new Registry(REGISTRIES[name].title, REGISTRIES[name].isScoped)]),
    ) as unknown as PluginHost["registries"];
  }

  /** Finds and sets up all plugins. One that fails is listed, never thrown. */
  async load(): Promise<void> {
    const waiting: Promise<void>[] = [];
    for (const found of await this.#discover()) {
      const entry = await this.#enter(found);
      const loaded = this.#host(entry);
      // A stranger's plugin that takes its time must not keep the recorder waiting: its cameras follow when it is there.
      if (found.bundled) await loaded;
      else waiting.push(loaded);
    }
    this.#loaded = Promise.all(waiting);
    await Promise.race([this.#loaded, this.#patience()]);
    this.#isLoaded = true;
  }

  /** Resolves when every plugin has been tried, also those that `load` did not wait for. */
  async loaded(): Promise<void> {
    await this.#loaded;
  }

  /** Lets the plugins open what they need: bundled ones in the order of their stages, strangers' beside each other. */
  async start(): Promise<void> {
    await this.hooks.start.promise(this.#starting.signal);
    this.#hasStarted = true;
    const strangers: Promise<void>[] = [];
    for (const { found, hosted } of this.#entries.values()) {
      hosted?.hasStarted();
      if (found.bundled || hosted?.status !== "running") continue;
      strangers.push(this.#booksOf(found.manifest.name).taps.run("start", [this.#starting.signal]));
    }
    await Promise.race([Promise.all(strangers), this.#patience()]);
  }

  async ready(): Promise<void> {
    await this.hooks.ready.promise();
  }

  async stop(): Promise<void> {
    this.#starting.abort();
    await this.hooks.stop.promise();
    this.#hasStopped = true;
    await Promise.all([...this.#entries.values()].map(({ hosted }) => hosted?.stop()));
  }

  /**
   * Looks through the search paths again: loads what is new, ends what has gone, and replaces what has another version
   * or place. The other plugins do not notice.
   */
  rescan(): Promise<void> {
    return this.#inTurn(async () => {
      const plugins = await this.#discover();
      for (const [name, entry] of this.#entries) {
        const now = plugins.find(({ manifest }) => manifest.name === name);
        if (now !== undefined && isDeepStrictEqual(now, entry.found)) continue;
        await this.#unhost(entry);
        this.#entries.delete(name);
      }
      for (const found of plugins) {
        if (!this.#entries.has(found.manifest.name)) await this.#host(await this.#enter(found));
      }
    });
  }

  /** Starts, ends and restarts plugins whose settings have changed, and only those. */
  settingsChanged(): Promise<void> {
    return this.#inTurn(async () => {
      for (const entry of this.#entries.values()) {
        const next = await this.#settingsOf(entry.found);
        if (isDeepStrictEqual(next, entry.settings)) continue;
        entry.settings = next;
        if (!next.enabled) await this.#unhost(entry);
        else if (entry.hosted === undefined) await this.#host(entry);
        else await entry.hosted.restart();
      }
    });
  }

  /** Starts a plugin anew, also one that failed too often. Throws `NJ_PLUGIN_NOT_FOUND` if none of that name runs. */
  restart(name: string): Promise<void> {
    return this.#inTurn(async () => {
      const hosted = this.#entries.get(name)?.hosted;
      if (hosted === undefined) {
        throw new NightjarError("NJ_PLUGIN_NOT_FOUND", "not-found", `there is no enabled plugin ${name}`);
      }
      await hosted.restart();
    });
  }

  list(): PluginStatus[] {
    const own = [...this.#entries.values()].map(({ found, hosted }) => {
      const { name } = found.manifest;
      const installed = this.#installed !== undefined && found.folder.startsWith(this.#installed + sep);
      return statusOf(found, hosted, this.#booksOf(name).figures, this.#providedBy(name), installed);
    });
    return [...own, ...this.#refused.map(statusOfRefused)];
  }

  /** The resources of a plugin's own; none if there is no such plugin. */
  routesOf(name: string): PluginRoute[] {
    return this.registries.routes.ofPlugin(name);
  }

  /** The page of a plugin that is enabled; undefined if it has none. */
  pageOf(name: string): PluginPage | undefined {
    const entry = this.#entries.get(name);
    const page = entry?.found.manifest.page;
    if (entry?.hosted === undefined || page === undefined) return undefined;
    const { folder, manifest } = entry.found;
    return { folder: join(folder, page.folder), permission: page.permission, title: manifest.displayName };
  }

  /** What was found of a plugin. Throws `NJ_PLUGIN_NOT_FOUND`. */
  find(name: string): FoundPlugin {
    const found = this.#entries.get(name)?.found;
    if (found !== undefined) return found;
    throw new NightjarError("NJ_PLUGIN_NOT_FOUND", "not-found", `there is no plugin ${name}`);
  }

  /** A plugin's picture; undefined: it has none. Throws `NJ_PLUGIN_NOT_FOUND`. */
  icon(name: string): Promise<IconFile | undefined> {
    return readIcon(this.find(name));
  }

  async #discover(): Promise<readonly FoundPlugin[]> {
    const { dataDir, paths, version, log } = this.#options;
    const { plugins, refused } = await discoverPlugins(paths, version);
    for (const each of refused) {
      const { name, folder, reason } = each;
      if (!this.#refused.some((known) => isDeepStrictEqual(known, each)))
        log.warn("plugin refused", { plugin: name, folder, reason });
    }
    this.#refused = refused;
    // Where plugins are installed, links resolved as in the plugins' own folders.
    this.#installed = await realpath(join(dataDir, "plugins", "node_modules")).catch(() => undefined);
    return plugins;
  }

  async #enter(found: FoundPlugin): Promise<Entry> {
    const { name } = found.manifest;
    const entry: Entry = { found, hosted: undefined, settings: await this.#settingsOf(found) };
    this.#entries.set(name, entry);
    return entry;
  }

  /** Brings a plugin to life unless it is disabled. */
  async #host(entry: Entry): Promise<void> {
    if (!entry.settings.enabled) return;
    const { found } = entry;
    const { name, entry: file } = found.manifest;
    const { dataDir, version, clock } = this.#options;
    const places = this.#placesFor(name, entry);
    const common = { name, folder: found.folder, entry: file, version, places };
    const storageDir = await this.#storageFor(name);
    entry.hosted = found.bundled
      ? new InlinePlugin({ ...common, storageDir })
      : new IsolatedPlugin({
          ...common,
          storageDir,
          cacheDir: join(dataDir, "cache", "plugins", folderName(name)),
          clock,
          network: () => networkLeave(entry.found.manifest.permissions, entry.settings.grants),
          mayTap: (hook) => mayTap(hook, entry.found.manifest.permissions, entry.settings.grants),
          walls: this.#options.walls,
        });
    if (this.#hasStarted) entry.hosted.hasStarted();
    await entry.hosted.load();
  }

  /** Ends a plugin's life; nothing of it answers any more. */
  async #unhost(entry: Entry): Promise<void> {
    const { hosted } = entry;
    entry.hosted = undefined;
    await hosted?.stop();
    for (const name of REGISTRY_NAMES) this.registries[name].removeAllOf(entry.found.manifest.name);
  }

  #placesFor(name: string, entry: Entry): PluginPlaces {
    const { taps } = this.#booksOf(name);
    const watch = {
      called: (plugin: string, durationMs: number, failed: boolean): void => {
        this.#count(plugin, durationMs);
        if (failed) this.#booksOf(plugin).figures.errors += 1;
      },
    };
    return {
      config: () => entry.settings.config,
      log: this.#options.log.child({ plugin: name }),
      secrets: this.#options.secrets(name),
      register: (registry, parts) =>
        this.#registry(registry).add(name, guardedEntry(registry, name, parts, watch)),
      keepOnly: (registered) => {
        for (const registry of REGISTRY_NAMES)
          this.registries[registry].keepOnly(name, (id) => registered.has(`${registry} ${id}`));
      },
      answers: (names) => {
        // Before that, the list of cameras asks for all of them by itself.
        if (!this.#isLoaded) return;
        for (const entryName of names) {
          const [registry, id = ""] = entryName.split(" ");
          if (registry === "cameraDrivers") this.#options.refreshCameras(id);
        }
      },
      // A stranger's start and stop are his own: one that takes its time must not keep the others waiting.
      tap: (hook, stage, listener) =>
        taps.add(hook, stage, listener, entry.found.bundled || (hook !== "start" && hook !== "stop")),
      clearTaps: () => taps.clear(),
      // At the end the hook itself has run, over all bundled plugins in the order of their stages.
      run: async (hook, args) => {
        if (hook !== "stop" || !this.#hasStopped || !entry.found.bundled) await taps.run(hook, args);
      },
      failed: (what, error) => this.#failed(name, what, faultOf(error, `${name} failed in ${what}`)),
      refreshCameras: this.#options.refreshCameras,
      offerCamera: this.#options.offerCamera,
    };
  }

  /** A registry by a name that is not known beforehand. */
  #registry<Name extends RegistryName>(name: Name): Registry<RegistryEntries[Name]> {
    return this.registries[name] as Registry<RegistryEntries[Name]>;
  }

  async #settingsOf(found: FoundPlugin): Promise<PluginSettings> {
    const settings = await this.#options.settings(found.manifest.name, found);
    return structuredClone(settings ?? { enabled: true, config: undefined });
  }

  #providedBy(name: string): string[] {
    return REGISTRY_NAMES.flatMap((registry) =>
      this.registries[registry].idsOf(name).map((id) => `${REGISTRIES[registry].word}:${id}`),
    );
  }

  #booksOf(name: string): Books {
    const known = this.#books.get(name);
    if (known !== undefined) return known;
    const books: Books = {
      figures: { errors: 0, calls: 0, callMs: 0 },
      taps: new PluginTaps(name, this.hooks, this.#guard),
    };
    this.#books.set(name, books);
    return books;
  }

  #count(plugin: string, durationMs: number): void {
    const { figures } = this.#booksOf(plugin);
    figures.calls += 1;
    figures.callMs += durationMs;
  }

  #failed(plugin: string, what: string, error: NightjarError): void {
    this.#booksOf(plugin).figures.errors += 1;
    this.#options.log.error("plugin failed", {
      plugin,
      where: what,
      code: error.code,
      reason: error.message,
    });
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(work, work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  #patience(): Promise<void> {
    return new Promise((resolve) => {
      this.#options.clock.after(PATIENCE_MS, resolve);
    });
  }

  async #storageFor(name: string): Promise<string> {
    const storageDir = join(this.#options.dataDir, "plugins", "storage", folderName(name));
    await mkdir(storageDir, { recursive: true, mode: 0o700 });
    return storageDir;
  }
}

/** No two plugins share a folder: a name never holds a plus. */
function folderName(plugin: string): string {
  return plugin.replaceAll("/", "+");
}
