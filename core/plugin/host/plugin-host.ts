// Finds plugins, brings them to life in their order and ends them again: they come, go and change without the recorder being
// restarted, and their faults stay theirs. What runs one, and what it is lent, is made in make-hosted.ts.
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Right } from "../../domain/roles.ts";
import { NightjarError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import type { Hooks } from "../calls/hooks.ts";
import type { OfferedCamera, PluginSecrets } from "../contract/define-plugin.ts";
import type { RecorderDescription } from "../contract/hook-data.ts";
import type { PluginRoute } from "../contract/plugin-route.ts";
import type { FoundPlugin, SearchPath } from "../package/discovery.ts";
import { type IconFile, readIcon } from "../package/icon-file.ts";
import { accountsLeave, asksOf } from "../package/permissions.ts";
import { type PluginWords, readPluginWords } from "../package/plugin-words.ts";
import type { HostedPlugin } from "./hosted-plugin.ts";
import { type HostingOptions, makeHosted } from "./make-hosted.ts";
import { PluginBooks } from "./plugin-books.ts";
import { type PluginEntry, type PluginSettings, placeOf, storageDirOf } from "./plugin-entry.ts";
import type { LentToPlugins } from "./plugin-places.ts";
import { forgetPlugin, makeRegistries, type PluginRegistries, providedBy } from "./plugin-registries.ts";
import { PluginSearch } from "./plugin-search.ts";
import { type PluginStatus, statusOf, statusOfRefused } from "./plugin-status.ts";
import { isComing } from "./set-up-order.ts";

export type { PluginSettings, PluginStatus };

/** How long the recorder waits for plugins in processes of their own before it goes on without them. */
const PATIENCE_MS = 3_000;

/** What another process needs to load a plugin. */
export interface InlineOrder {
  readonly name: string;
  readonly folder: string;
  /** Entry file below the folder. */
  readonly entry: string;
  readonly storageDir: string;
  readonly config: unknown;
}

export interface PluginHostOptions extends HostingOptions {
  readonly paths: readonly SearchPath[];
  readonly log: Log;
  /** Configuration of a plugin as the owner wrote it, with its secrets; undefined: none. */
  settings(
    name: string,
    found: FoundPlugin,
  ): PluginSettings | undefined | Promise<PluginSettings | undefined>;
  /** The secrets of one plugin. */
  secrets(name: string): PluginSecrets;
  /** TCP ports that the recorder has opened just now: plugins do not reach them. None unless given. */
  ownPorts?(): readonly number[];
  refreshCameras(driver: string): void;
  offerCamera(camera: OfferedCamera): Promise<void>;
  /** Plugins came, went, or were switched on or off. */
  changed?(): void;
}

/** A plugin's own page. */
export interface PluginPage {
  /** Folder of its files, absolute. */
  readonly folder: string;
  readonly permission: Right;
  readonly title: string;
}

export class PluginHost {
  readonly registries: PluginRegistries = makeRegistries();
  readonly #options: PluginHostOptions;
  readonly #books: PluginBooks;
  readonly #lent: LentToPlugins;
  readonly #search: PluginSearch;
  readonly #entries = new Map<string, PluginEntry>();
  readonly #starting = new AbortController();
  #loaded: Promise<unknown> = Promise.resolve();
  #description: RecorderDescription | undefined;
  #isLoaded = false;
  #hasStarted = false;
  #isReady = false;
  #hasStopped = false;
  /** Plugins come, go and restart one after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: PluginHostOptions) {
    const { log, secrets, refreshCameras, offerCamera } = options;
    this.#options = options;
    this.#books = new PluginBooks(log, options.clock);
    this.#search = new PluginSearch(options);
    this.#lent = {
      ...{ log, secrets, refreshCameras, offerCamera },
      ownPorts: () => options.ownPorts?.() ?? [],
      registries: this.registries,
      books: this.#books,
      description: () => this.#description,
      isLoaded: () => this.#isLoaded,
      hasStopped: () => this.#hasStopped,
    };
  }

  get hooks(): Hooks {
    return this.#books.hooks;
  }

  /** Finds and sets up all plugins. One that fails is listed, never thrown. */
  async load(): Promise<void> {
    // All are there before one is loaded: those that come later are looked for among them.
    for (const found of await this.#search.look()) this.#prepare(await this.#enter(found));
    const waiting: Promise<void>[] = [];
    for (const { found, hosted } of this.#entries.values()) {
      if (hosted === undefined) continue;
      const isHeld = found.manifest.after.some((name) => {
        const before = this.#entries.get(name)?.hosted;
        return before !== undefined && isComing(before.status);
      });
      const loaded = hosted.load();
      // A stranger's plugin that takes its time must not keep the recorder waiting: its cameras follow when it is there.
      if (hosted.isolation === "inline" && !isHeld) await loaded;
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
    const others: Promise<void>[] = [];
    for (const { found, hosted } of this.#entries.values()) {
      hosted?.hasStarted();
      if (hosted?.status !== "running") continue;
      // Whom the hook has reached is not told again.
      others.push(this.#books.of(found.manifest.name).taps.run("start", [this.#starting.signal]));
    }
    await Promise.race([Promise.all(others), this.#patience()]);
  }

  async ready(): Promise<void> {
    this.#isReady = true;
    for (const { hosted } of this.#entries.values()) hosted?.becameReady();
    await this.hooks.ready.promise();
  }

  /** Tells all plugins what the recorder consists of, and from now on each that is started. */
  async described(description: RecorderDescription): Promise<void> {
    this.#description = description;
    await this.hooks.recorderDescribed.promise(description);
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
      const plugins = await this.#search.look();
      for (const [name, entry] of this.#entries) {
        const now = plugins.find(({ manifest }) => manifest.name === name);
        if (now !== undefined && isDeepStrictEqual(now, entry.found)) continue;
        await this.#unhost(entry);
        this.#entries.delete(name);
      }
      for (const found of plugins) {
        if (!this.#entries.has(found.manifest.name)) await this.#host(await this.#enter(found));
      }
      this.#options.changed?.();
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
        else if (entry.hosted?.isolation === placeOf(entry.found, next)) await entry.hosted.restart();
        else {
          await this.#unhost(entry);
          await this.#host(entry);
        }
      }
      this.#options.changed?.();
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

  /** True if a plugin is installed, not refused and switched on, be it running at the moment or not. */
  isPresent(name: string): boolean {
    return this.#entries.get(name)?.settings.enabled === true;
  }

  list(): PluginStatus[] {
    const own = [...this.#entries.values()].map(({ found, hosted, settings }) => {
      const { name, permissions } = found.manifest;
      return statusOf(found, hosted, {
        figures: this.#books.of(name).figures,
        provides: providedBy(this.registries, name),
        installed: this.#search.isInstalled(found),
        // What runs with the core is not held to it.
        asks:
          placeOf(found, settings) === "inline" ? [] : asksOf(permissions, settings.grants, settings.config),
      });
    });
    const refused = this.#search.refused.map((one) => statusOfRefused(one, this.#search.isInstalled(one)));
    return [...own, ...refused];
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

  /** True for a plugin that comes with Nightjar, wherever it runs. */
  isBundled(name: string): boolean {
    return this.#entries.get(name)?.found.bundled === true;
  }

  /** True if a plugin may know which accounts may see an event. What runs with the core is held to its card alone. */
  mayKnowAccounts(name: string): boolean {
    const entry = this.#entries.get(name);
    if (entry?.hosted === undefined) return false;
    const grants = entry.hosted.isolation === "inline" ? undefined : entry.settings.grants;
    return accountsLeave(entry.found.manifest.permissions, grants) === "granted";
  }

  /** How to load a plugin once more in another process, as one that runs with the core may be; undefined for others. */
  inlineOrder(name: string): InlineOrder | undefined {
    const entry = this.#entries.get(name);
    if (entry?.hosted?.isolation !== "inline") return undefined;
    const { folder, manifest } = entry.found;
    const { config } = entry.settings;
    return {
      name,
      folder,
      entry: manifest.entry,
      storageDir: storageDirOf(this.#options.dataDir, name),
      config,
    };
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

  /** What plugins that have words of a language are called in it. */
  async words(language: string): Promise<(PluginWords & { readonly name: string })[]> {
    const found = [...this.#entries.values()].map((entry) => entry.found);
    const all = await Promise.all(
      found.map(async ({ folder, manifest }) => {
        const words = await readPluginWords(folder, language);
        return words === undefined ? [] : [{ name: manifest.name, ...words }];
      }),
    );
    return all.flat();
  }

  async #enter(found: FoundPlugin): Promise<PluginEntry> {
    const { name } = found.manifest;
    const entry: PluginEntry = { found, hosted: undefined, settings: await this.#settingsOf(found) };
    this.#entries.set(name, entry);
    return entry;
  }

  /** Brings a plugin to life unless it is disabled. */
  async #host(entry: PluginEntry): Promise<void> {
    this.#prepare(entry);
    await entry.hosted?.load();
  }

  /** Makes what runs a plugin, unless it is disabled; it is loaded afterwards. */
  #prepare(entry: PluginEntry): void {
    if (!entry.settings.enabled) return;
    const hostedOf = (name: string): HostedPlugin | undefined => this.#entries.get(name)?.hosted;
    entry.hosted = makeHosted(entry, this.#options, this.#lent, hostedOf);
    if (this.#hasStarted) entry.hosted.hasStarted();
    if (this.#isReady) entry.hosted.becameReady();
  }

  /** Ends a plugin's life; nothing of it answers any more. */
  async #unhost(entry: PluginEntry): Promise<void> {
    const { hosted } = entry;
    entry.hosted = undefined;
    await hosted?.stop();
    forgetPlugin(this.registries, entry.found.manifest.name);
  }

  async #settingsOf(found: FoundPlugin): Promise<PluginSettings> {
    const settings = await this.#options.settings(found.manifest.name, found);
    return structuredClone(settings ?? { enabled: true, config: undefined });
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
}
