// The configuration of a data directory that has none yet: only what cannot be a fixed default.
import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { CONFIG_VERSION } from "./config-schema.ts";

/** A new configuration; everything that is missing here has its default in the schema. */
export function initialConfig(): Record<string, unknown> {
  return {
    version: CONFIG_VERSION,
    // Random, because two recorders may share one network folder and must not collide in file names.
    node: { id: `n${randomBytes(4).toString("hex")}`, name: hostname().slice(0, 80) || "Nightjar" },
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC",
  };
}
