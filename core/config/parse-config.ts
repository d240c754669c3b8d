// From the text of config.json to a checked configuration of the current version.
import { checkConfig } from "./check-config.ts";
import { ConfigInvalidError } from "./config-errors.ts";
import { CONFIG_FILE } from "./config-file.ts";
import type { Config } from "./config-schema.ts";
import { migrateConfig } from "./migrations.ts";

/** Parses, converts and checks. Throws {@link ConfigInvalidError} for whatever is not a configuration, and nothing else. */
export function parseConfig(text: string): { readonly config: Config; readonly from: number } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigInvalidError(CONFIG_FILE, [
      { path: "", message: `is not JSON (${reason.slice(0, 200)})` },
    ]);
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw new ConfigInvalidError(CONFIG_FILE, [{ path: "", message: "must be an object" }]);
  }
  const { value, from } = migrateConfig(CONFIG_FILE, parsed as Record<string, unknown>);
  return { config: checkConfig(CONFIG_FILE, value), from };
}
