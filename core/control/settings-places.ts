// What importing and exporting settings must know of drivers and plugins: which are there, and which fields of their
// settings are secrets wherever they were typed; and who is told of secrets that are others now, or cannot be opened.
import type { CameraList } from "../cameras/camera-list.ts";
import { secretFields } from "../cameras/driver-call.ts";
import type { FrozenConfig } from "../config/config-store.ts";
import { escapePointer } from "../config/schema-problems.ts";
import type { SecretStore } from "../config/secret-store.ts";
import type { Log } from "../log.ts";
import type { PluginHost } from "../plugin/host/plugin-host.ts";
import { readSettingsSchema } from "../plugin/package/settings-schema.ts";
import type { HiddenPlaces } from "../settings/hidden-places.ts";
import type { PresentAbilities } from "../settings/import-plan.ts";
import { cameraOfSecret, pluginOfSecret } from "../settings/settings-parts.ts";

/** The drivers and plugins that are there now. */
export function presentAbilities(plugins: PluginHost): PresentAbilities {
  return {
    drivers: new Set(plugins.registries.cameraDrivers.all().map(({ id }) => id)),
    plugins: new Set(plugins.list().map(({ name }) => name)),
  };
}

/** Lets cameras and plugins use secrets that are others now; config.json may be as it was, so nothing else would notice. */
export async function secretsChanged(
  names: readonly string[],
  list: CameraList,
  plugins: PluginHost,
): Promise<void> {
  const cameras = names.flatMap((name) => cameraOfSecret(name) ?? []);
  const drivers = new Set(cameras.flatMap((id) => list.find(id)?.camera.driver ?? []));
  await Promise.all([...drivers].map((driver) => list.refresh(driver)));
  if (names.some((name) => pluginOfSecret(name) !== undefined)) await plugins.settingsChanged();
}

/** Places of a configuration that a driver's or plugin's schema marks as secret. */
export async function hiddenPlaces(plugins: PluginHost, config: FrozenConfig): Promise<HiddenPlaces> {
  const hidden = new Set<string>();
  for (const { id, driver } of config.cameras) {
    const found = plugins.registries.cameraDrivers.get(driver)?.entry;
    for (const field of found === undefined ? [] : secretFields(found))
      hidden.add(`/cameras/${escapePointer(id)}/config/${escapePointer(field)}`);
  }
  const present = new Set(plugins.list().map(({ name }) => name));
  for (const name of Object.keys(config.plugins)) {
    if (!present.has(name)) continue;
    // A schema that cannot be read names no fields; those that are named like secrets are hidden all the same.
    const schema = await Promise.resolve(name)
      .then((known) => readSettingsSchema(plugins.find(known)))
      .catch(() => undefined);
    for (const place of schema?.secrets ?? [])
      hidden.add(
        `/plugins/${escapePointer(name)}/config${place.map((step) => `/${escapePointer(step)}`).join("")}`,
      );
  }
  return hidden;
}

const UNREADABLE_LISTED = 20;

/** Names in the log which secrets cannot be opened, as after a backup with another key: somebody has to set them again. */
export function tellUnreadable(secrets: Pick<SecretStore, "unreadable">, log: Log): void {
  const names = secrets.unreadable();
  if (names.length === 0) return;
  log.error("secrets cannot be opened with the key of this data directory: set them again", {
    ...{ code: "NJ_SECRETS_UNREADABLE", count: names.length },
    secrets: names.slice(0, UNREADABLE_LISTED),
  });
}
