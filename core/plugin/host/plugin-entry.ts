// What the host keeps of a plugin that was found: its owner's settings, where it runs, and where its own files lie.
import { join } from "node:path";
import type { FoundPlugin } from "../package/discovery.ts";
import type { PluginPlace } from "../package/manifest.ts";
import type { PluginGrants } from "../package/permissions.ts";
import type { HostedPlugin } from "./hosted-plugin.ts";

/** What its owner says of a plugin. */
export interface PluginSettings {
  readonly enabled: boolean;
  readonly config: unknown;
  readonly grants?: PluginGrants;
  /** Where its owner puts a plugin that comes with Nightjar. */
  readonly isolation?: PluginPlace;
}

/** A plugin that was found. Its figures and taps outlive its lives, for hooks keep their taps. */
export interface PluginEntry {
  found: FoundPlugin;
  /** Undefined while it is disabled. */
  hosted: HostedPlugin | undefined;
  /** The settings that it was loaded with. */
  settings: PluginSettings;
}

/** Strangers' plugins run by themselves, always (docs/decisions/0033-who-runs-with-the-core.md); ours where we are told. */
export function placeOf({ bundled, manifest }: FoundPlugin, { isolation }: PluginSettings): PluginPlace {
  return bundled ? (isolation ?? manifest.isolation ?? "inline") : "process";
}

/** A plugin's own folder. */
export function storageDirOf(dataDir: string, plugin: string): string {
  return join(dataDir, "plugins", "storage", folderName(plugin));
}

/** Where the compiled code of a plugin's own process is kept. */
export function cacheDirOf(dataDir: string, plugin: string): string {
  return join(dataDir, "cache", "plugins", folderName(plugin));
}

/** No two plugins share a folder: a name never holds a plus. */
function folderName(plugin: string): string {
  return plugin.replaceAll("/", "+");
}
