// Detectors of plugins that come with Nightjar, run in this process: each plugin is set up once more here, with a registry for
// detectors and nothing else, behind the same guards as in core.
import { systemClock } from "../clock.ts";
import { NightjarError } from "../errors.ts";
import type { Log } from "../log.ts";
import { guardedEntry } from "../plugin/calls/guarded-entry.ts";
import type { Detector } from "../plugin/contract/detector.ts";
import type { PluginPlaces } from "../plugin/host/hosted-plugin.ts";
import { InlinePlugin } from "../plugin/host/inline-plugin.ts";
import { namedLog } from "../plugin/host/named-log.ts";
import { NO_MESSAGES, PluginMessages } from "../plugin/host/plugin-messages.ts";
import type { DetectorCalls } from "./detector-run.ts";
import type { DesiredDetector, InlineDetectors } from "./protocol.ts";

interface Hosted {
  readonly plugin: InlinePlugin;
  readonly detectors: Map<string, Detector>;
  /** What it was loaded with, to see whether it is another now. */
  readonly order: string;
}

export class InlineDetectorHost {
  readonly #log: Log;
  readonly #hosted = new Map<string, Hosted>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** Loads what is new, ends what has gone, and loads anew what has changed. */
  async setPlugins(plugins: readonly InlineDetectors[], version: string): Promise<void> {
    for (const [name, { plugin, order }] of this.#hosted) {
      const now = plugins.find((each) => each.name === name);
      if (now !== undefined && JSON.stringify(now) === order) continue;
      this.#hosted.delete(name);
      await plugin.stop();
    }
    for (const each of plugins) if (!this.#hosted.has(each.name)) await this.#load(each, version);
  }

  async close(): Promise<void> {
    for (const { plugin } of this.#hosted.values()) await plugin.stop();
    this.#hosted.clear();
  }

  /** The calls of a detector; they reject, or throw, where it is not there. */
  callsOf({ plugin, id }: DesiredDetector): DetectorCalls {
    const found = (): Detector => {
      const hosted = this.#hosted.get(plugin);
      const detector = hosted?.detectors.get(id);
      if (detector !== undefined) return detector;
      throw new NightjarError(
        "NJ_PLUGIN_AWAY",
        "unavailable",
        `the plugin ${plugin} does not run${hosted?.plugin.reason === undefined ? "" : `: ${hosted.plugin.reason}`}`,
      );
    };
    const { signal } = new AbortController();
    return {
      begin: async (watch) => found().begin(watch, { signal }),
      look: (look, luma) => found().look(look, { signal, luma }),
      end: async (watch) => found().end(watch, { signal }),
    };
  }

  async #load(order: InlineDetectors, version: string): Promise<void> {
    const detectors = new Map<string, Detector>();
    const { name, folder, entry, storageDir } = order;
    const log = namedLog(this.#log, name);
    const plugin = new InlinePlugin({
      ...{ name, folder, entry, storageDir, version, clock: systemClock },
      places: placesFor(order, log, detectors),
    });
    this.#hosted.set(name, { plugin, detectors, order: JSON.stringify(order) });
    await plugin.load();
    plugin.hasStarted();
  }
}

function placesFor(
  { name, config }: InlineDetectors,
  log: Log,
  detectors: Map<string, Detector>,
): PluginPlaces {
  const nothing = (): void => undefined;
  return {
    config: () => config,
    // What comes before it was set up in core, where its hooks are.
    predecessors: async () => undefined,
    log,
    // Settings come with their secrets; a store of its own the plugin has in core.
    secrets: { get: async () => undefined, set: async () => undefined },
    register(registry, parts) {
      if (registry !== "detectors") return;
      detectors.set(parts.card.id, guardedEntry(registry, name, parts, { called: nothing }));
    },
    keepOnly: (registered) => {
      for (const id of detectors.keys()) if (!registered.has(`detectors ${id}`)) detectors.delete(id);
    },
    answers: nothing,
    // Hooks are core's: there the plugin has tapped them.
    tap: nothing,
    clearTaps: nothing,
    run: async () => undefined,
    described: async () => undefined,
    failed: (what, error) => log.warn("a plugin failed", { what, reason: String(error) }),
    ended: nothing,
    refreshCameras: nothing,
    offerCamera: async () => undefined,
    // Nor is there MQTT in this process.
    messages: new PluginMessages({
      ...{ plugin: name, clock: systemClock, lent: () => NO_MESSAGES },
      leave: () => "granted",
      outside: () => ({ leave: "unasked", topics: { publish: [], subscribe: [] } }),
    }),
    // A detector has pictures to look at, and asks nobody.
    ownPorts: () => [],
    gone: nothing,
  };
}
