// Numbered migrations of config.json: entry n turns version n into version n + 1.
// Before the first one runs, the store copies the old file to `config.v<n>.backup.json`.
import { ConfigInvalidError } from "./config-errors.ts";
import { CONFIG_VERSION } from "./config-schema.ts";

/** Changes a parsed configuration of one version into the next one's form; returns a new object. */
export type ConfigMigration = (old: Readonly<Record<string, unknown>>) => Record<string, unknown>;

/** By the version that they start from. Version 1 is the first; there is nothing to convert yet. */
export const CONFIG_MIGRATIONS: ReadonlyMap<number, ConfigMigration> = new Map();

/** Brings a parsed file to the current version; answers the version it came from as well. */
export function migrateConfig(
  path: string,
  parsed: Readonly<Record<string, unknown>>,
  migrations: ReadonlyMap<number, ConfigMigration> = CONFIG_MIGRATIONS,
  target = CONFIG_VERSION,
): { readonly value: Record<string, unknown>; readonly from: number } {
  const version = parsed["version"] ?? target;
  if (typeof version !== "number" || !Number.isInteger(version) || version < 1) {
    throw new ConfigInvalidError(path, [{ path: "/version", message: "must be a whole number from 1 on" }]);
  }
  if (version > target) {
    throw new ConfigInvalidError(path, [
      {
        path: "/version",
        message: `is ${version}: written by a newer Nightjar, this one knows up to ${target}`,
      },
    ]);
  }
  let value: Record<string, unknown> = { ...parsed };
  for (let step = version; step < target; step += 1) {
    const migration = migrations.get(step);
    if (migration === undefined) {
      throw new ConfigInvalidError(path, [
        { path: "/version", message: `is ${step}: this Nightjar cannot convert it any more` },
      ]);
    }
    value = { ...migration(value), version: step + 1 };
  }
  return { value, from: version };
}
