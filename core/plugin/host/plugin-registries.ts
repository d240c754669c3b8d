// The registries of one host, by their names.
import { NightjarError } from "../../errors.ts";
import { REGISTRIES, REGISTRY_NAMES, type RegistryEntries, type RegistryName } from "../calls/registries.ts";
import { Registry } from "../calls/registry.ts";

export type PluginRegistries = { readonly [Name in RegistryName]: Registry<RegistryEntries[Name]> };

/** Empty ones. */
export function makeRegistries(): PluginRegistries {
  return Object.fromEntries(
    REGISTRY_NAMES.map((name) => [name, new Registry(REGISTRIES[name].title, REGISTRIES[name].isScoped)]),
  ) as unknown as PluginRegistries;
}

/** A registry by a name that is not known beforehand. */
export function registryOf<Name extends RegistryName>(
  registries: PluginRegistries,
  name: Name,
): Registry<RegistryEntries[Name]> {
  return registries[name] as Registry<RegistryEntries[Name]>;
}

/** What a plugin registered, as `camera-driver:rtsp`. */
export function providedBy(registries: PluginRegistries, plugin: string): string[] {
  return REGISTRY_NAMES.flatMap((registry) =>
    registries[registry].idsOf(plugin).map((id) => `${REGISTRIES[registry].word}:${id}`),
  );
}

/** Takes everything of a plugin out. */
export function forgetPlugin(registries: PluginRegistries, plugin: string): void {
  for (const registry of REGISTRY_NAMES) registries[registry].removeAllOf(plugin);
}

/** Throws `NJ_PLUGIN_PERMISSION` for something powerful that the plugin's identity card does not name. */
export function requireAnnounced(registry: RegistryName, id: string, provides: readonly string[]): void {
  const { isAnnounced, title, word } = REGISTRIES[registry];
  if (!isAnnounced || provides.includes(`${word}:${id}`)) return;
  throw new NightjarError(
    "NJ_PLUGIN_PERMISSION",
    "permission-denied",
    `it may not register the ${title} "${id}": its package.json does not name "${word}:${id}" in nightjar.provides`,
  );
}
