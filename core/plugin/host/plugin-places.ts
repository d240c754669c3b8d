// What the host lends one plugin: its way into the registries and hooks, its log, its secrets, its settings. Everything
// goes in the plugin's name, and what it does is counted.
import type { Log } from "../../log.ts";
import { guardedEntry } from "../calls/guarded-entry.ts";
import { REGISTRY_NAMES } from "../calls/registries.ts";
import { faultOf } from "../calls/tap-guard.ts";
import type { OfferedCamera, PluginSecrets } from "../contract/define-plugin.ts";
import type { RecorderDescription } from "../contract/hook-data.ts";
import type { PluginPlaces } from "./hosted-plugin.ts";
import { namedLog } from "./named-log.ts";
import type { PluginBooks } from "./plugin-books.ts";
import type { PluginMessages } from "./plugin-messages.ts";
import { type PluginRegistries, registryOf, requireAnnounced } from "./plugin-registries.ts";

/** What plugins may reach, and how the recorder is just now. */
export interface LentToPlugins {
  readonly log: Log;
  readonly registries: PluginRegistries;
  readonly books: PluginBooks;
  secrets(name: string): PluginSecrets;
  /** TCP ports that the recorder has opened just now. */
  ownPorts(): readonly number[];
  refreshCameras(driver: string): void;
  offerCamera(camera: OfferedCamera): Promise<void>;
  /** What the recorder consists of; undefined until that was told. */
  description(): RecorderDescription | undefined;
  /** All plugins have been tried; before that, the list of cameras asks for all of them by itself. */
  isLoaded(): boolean;
  /** The hook `stop` has run for all plugins with the core. */
  hasStopped(): boolean;
}

/** Makes the places of a plugin. `config` is asked at each start. */
export function placesFor(
  {
    name,
    isInline,
    provides,
    messages,
    predecessors,
  }: {
    readonly name: string;
    /** It runs with the core. */
    readonly isInline: boolean;
    readonly provides: readonly string[];
    readonly messages: PluginMessages;
    readonly predecessors: (log: Log, signal: AbortSignal) => Promise<void>;
  },
  config: () => unknown,
  lent: LentToPlugins,
): PluginPlaces {
  const { books, registries } = lent;
  const { taps } = books.of(name);
  const log = namedLog(lent.log, name);
  return {
    config,
    predecessors: (signal) => predecessors(log, signal),
    log,
    secrets: lent.secrets(name),
    register: (registry, parts) => {
      requireAnnounced(registry, parts.card.id, provides);
      registryOf(registries, registry).add(name, guardedEntry(registry, name, parts, books));
    },
    keepOnly: (registered) => {
      for (const registry of REGISTRY_NAMES)
        registries[registry].keepOnly(name, (id) => registered.has(`${registry} ${id}`));
    },
    answers: (names) => {
      if (!lent.isLoaded()) return;
      for (const entryName of names) {
        const [registry, id = ""] = entryName.split(" ");
        if (registry === "cameraDrivers") lent.refreshCameras(id);
      }
    },
    // In a process of its own, start and stop are its own: one that takes its time must not keep the others waiting.
    tap: (hook, stage, listener) =>
      taps.add(hook, stage, listener, isInline || (hook !== "start" && hook !== "stop")),
    clearTaps: () => {
      taps.clear();
      messages.unsubscribe();
    },
    messages,
    // Another recorder's start finds what is retained; until then its last will says that nobody is there.
    gone: () => {
      if (!lent.hasStopped()) messages.end();
    },
    // At the end the hook itself has run, over all plugins with the core in the order of their stages.
    run: async (hook, args) => {
      if (hook !== "stop" || !lent.hasStopped() || !isInline) await taps.run(hook, args);
    },
    described: async () => {
      const description = lent.description();
      if (description !== undefined) await taps.run("recorderDescribed", [description]);
    },
    failed: (what, error) => books.failed(name, what, faultOf(error, `${name} failed in ${what}`)),
    ended: (reason, worded) => books.keep(name, reason, worded),
    ownPorts: lent.ownPorts,
    refreshCameras: lent.refreshCameras,
    offerCamera: lent.offerCamera,
  };
}
