// Makes what runs one plugin, with the core or in a process of its own, and ties it to what its package asks for and its
// owner allows. Cards and settings change while it lives: all of that is asked when it is needed, never kept.
import type { Clock } from "../../clock.ts";
import type { Log } from "../../log.ts";
import type { ChildPlaces } from "../isolated/child-places.ts";
import type { Confinement } from "../isolated/confinement.ts";
import type { GroupBranch } from "../isolated/control-groups.ts";
import { IsolatedPlugin } from "../isolated/isolated-plugin.ts";
import { withSettings } from "../package/outside-topics.ts";
import { mayTap, mqttLeave, mqttTopicsLeave, networkLeave } from "../package/permissions.ts";
import type { HostedPlugin } from "./hosted-plugin.ts";
import { InlinePlugin } from "./inline-plugin.ts";
import { cacheDirOf, type PluginEntry, placeOf, storageDirOf } from "./plugin-entry.ts";
import { type MessagesForPlugins, NO_MESSAGES, PluginMessages } from "./plugin-messages.ts";
import { type LentToPlugins, placesFor } from "./plugin-places.ts";
import { untilSetUp } from "./set-up-order.ts";

/** Where and how plugins are run. */
export interface HostingOptions {
  readonly dataDir: string;
  readonly version: string;
  readonly clock: Clock;
  /** MQTT for plugins; without it there is none. */
  messages?(): MessagesForPlugins;
  /** The walls around strangers' plugins; the strongest that work here unless given. */
  readonly walls?: Confinement;
  /** Where control groups of strangers' plugins are made; looked for unless given. `null`: nowhere. */
  readonly groups?: GroupBranch | null;
  /** The core whose files their processes run; the running one unless given. */
  readonly childCore?: ChildPlaces | undefined;
  /** For the test kit: timers of strangers' plugins run on `clock` too, which a test turns; their processes are watched in real time. */
  readonly hasBoxedTimers?: boolean;
}

/**
 * Makes what runs a plugin that is enabled; it is not loaded yet, and makes its folder itself when it is: what is wrong
 * with that is its own trouble. `hostedOf` gives the other plugins, for those that come before it.
 */
export function makeHosted(
  entry: PluginEntry,
  options: HostingOptions,
  lent: LentToPlugins,
  hostedOf: (name: string) => HostedPlugin | undefined,
): HostedPlugin {
  const { dataDir, version, clock } = options;
  const { folder, manifest } = entry.found;
  const { name, entry: file, provides } = manifest;
  const isInline = placeOf(entry.found, entry.settings) === "inline";
  const messages = messagesOf(entry, options);
  const predecessors = (log: Log, signal: AbortSignal): Promise<void> =>
    untilSetUp(entry.found.manifest.after, hostedOf, { clock, log }, signal);
  const card = { name, isInline, provides, messages, predecessors };
  const places = placesFor(card, () => entry.settings.config, lent);
  const storageDir = storageDirOf(dataDir, name);
  const common = { name, folder, entry: file, version, places, storageDir, clock };
  if (isInline) return new InlinePlugin(common);
  if (entry.settings.isolation === "inline")
    places.log.warn("a plugin that does not come with Nightjar runs in a process of its own all the same");
  return new IsolatedPlugin({
    ...common,
    cacheDir: cacheDirOf(dataDir, name),
    network: () => networkLeave(entry.found.manifest.permissions, entry.settings.grants),
    mayTap: (hook) => mayTap(hook, entry.found.manifest.permissions, entry.settings.grants),
    walls: options.walls,
    groups: options.groups,
    core: options.childCore,
    hasBoxedTimers: options.hasBoxedTimers,
  });
}

/** Its way to MQTT, as far as it asks for that and is left it. */
function messagesOf(entry: PluginEntry, options: HostingOptions): PluginMessages {
  return new PluginMessages({
    plugin: entry.found.manifest.name,
    clock: options.clock,
    lent: () => options.messages?.() ?? NO_MESSAGES,
    leave: () => mqttLeave(entry.found.manifest.permissions, entry.settings.grants),
    outside: () => {
      const { permissions } = entry.found.manifest;
      const { publish = [], subscribe = [] } = permissions.mqttTopics ?? {};
      return {
        leave: mqttTopicsLeave(permissions, entry.settings.grants),
        topics: withSettings({ publish, subscribe }, entry.settings.config),
      };
    },
  });
}
