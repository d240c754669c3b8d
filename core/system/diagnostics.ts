// What an owner can hand to somebody who helps: versions, configuration, state and checks in one document. Addresses lose
// their credentials; secrets are not in the configuration to begin with.
import { arch, cpus, release, totalmem } from "node:os";
import type { FrozenConfig } from "../config/config-store.ts";
import { redactUrl } from "../domain/redact-url.ts";
import type { Check } from "./doctor.ts";

export interface DiagnosticsInput {
  readonly version: string;
  readonly nowMs: number;
  readonly config: FrozenConfig;
  /** As `GET /status` answers it. */
  readonly status: unknown;
  readonly checks: readonly Check[];
}

const SECRET_KEY = /(?:password|passwd|pwd|secret|token|apikey|api_key|credential)/i;
const MAX_DEPTH = 24;

/** The document, as plain data. */
export function diagnostics(input: DiagnosticsInput): Record<string, unknown> {
  return {
    product: "Nightjar",
    version: input.version,
    madeAt: new Date(input.nowMs).toISOString(),
    machine: {
      platform: process.platform,
      release: release(),
      architecture: arch(),
      node: process.versions.node,
      processors: cpus().length,
      memoryBytes: totalmem(),
    },
    config: withoutSecrets(input.config),
    status: withoutSecrets(input.status),
    checks: withoutSecrets(input.checks),
  };
}

/** A copy without anything that sounds like a secret. `passwordSet: true` and its like stay. */
export function withoutSecrets(value: unknown, depth = 0): unknown {
  if (depth > MAX_DEPTH) return "…";
  if (typeof value === "string") return redactUrl(value);
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, depth + 1));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      SECRET_KEY.test(key) && typeof inner !== "boolean" && inner !== null
        ? "***"
        : withoutSecrets(inner, depth + 1),
    ]),
  );
}
