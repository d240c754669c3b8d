// Looks on the registry for newer versions of what is installed.
import semver from "semver";
import { NightjarError } from "../../errors.ts";
import { readManifest } from "../package/manifest.ts";
import type { PluginPermissions } from "../package/permissions.ts";
import type { InstalledPlugin } from "./plugin-project.ts";
import type { RegistryClient } from "./registry-client.ts";

export interface PluginUpdate {
  readonly name: string;
  readonly installed: string;
  readonly newest: string;
  /** It can be installed here. */
  readonly fits: boolean;
  /** Why it does not fit. */
  readonly reason?: string;
  readonly code?: string;
  readonly context?: Record<string, string | number>;
  /** What the newest one asks to be allowed. */
  readonly permissions?: PluginPermissions;
}

const AT_ONCE = 4;

/** Plugins with a newer version, by name. One that the registry does not know (any more) is passed over. */
export async function findUpdates(
  installed: readonly InstalledPlugin[],
  registry: RegistryClient,
  nightjarVersion: string,
  signal?: AbortSignal,
): Promise<PluginUpdate[]> {
  const waiting = installed.filter(({ origin }) => origin === "registry");
  const found: PluginUpdate[] = [];
  const work = async (): Promise<void> => {
    for (let plugin = waiting.shift(); plugin !== undefined; plugin = waiting.shift()) {
      const update = await updateOf(plugin, registry, nightjarVersion, signal);
      if (update !== undefined) found.push(update);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return found.sort((a, b) => a.name.localeCompare(b.name));
}

async function updateOf(
  { name, version }: InstalledPlugin,
  registry: RegistryClient,
  nightjarVersion: string,
  signal: AbortSignal | undefined,
): Promise<PluginUpdate | undefined> {
  try {
    const newest = await registry.version(name, "latest", signal);
    if (semver.valid(version) === null || semver.lte(newest.version, version)) return undefined;
    const card = readManifest(newest.card, nightjarVersion);
    const update = { name, installed: version, newest: newest.version };
    return card.ok
      ? { ...update, fits: true, permissions: card.manifest.permissions }
      : {
          ...update,
          fits: false,
          reason: card.reason,
          code: "NJ_PLUGIN_REFUSED",
          context: { ...card.context },
        };
  } catch (error) {
    if (error instanceof NightjarError && error.kind === "not-found") return undefined;
    throw error;
  }
}
