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
  /** What plugins add, each under its name. */
  readonly plugins?: Readonly<Record<string, unknown>>;
  /** What must not stand in what plugins add, whatever it is called there. */
  readonly secrets?: readonly string[];
}

const SECRET_KEY = /(?:password|passwd|pwd|secret|token|apikey|api_key|credential)/i;
const MAX_DEPTH = 24;
/** Shorter ones would be found in anything. */
const SHORTEST_SECRET = 4;

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
    plugins: partsOfPlugins(input.plugins ?? {}, input.secrets ?? []),
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

/** By name: a plugin may be called after what it keeps secret. */
function partsOfPlugins(
  plugins: Readonly<Record<string, unknown>>,
  secrets: readonly string[],
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(plugins).map(([name, part]) => [name, withoutValues(withoutSecrets(part), secrets)]),
  );
}

/** A copy in which none of the secrets stands, neither in a text nor in a key. */
function withoutValues(value: unknown, secrets: readonly string[]): unknown {
  const hidden = secrets
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    // What holds another goes first, or the rest of it would stay.
    .toSorted((left, right) => right.length - left.length);
  const text = (given: string): string =>
    hidden.reduce((before, secret) => before.replaceAll(secret, "***"), given);
  const walk = (given: unknown): unknown => {
    if (typeof given === "string") return text(given);
    if (Array.isArray(given)) return given.map(walk);
    if (typeof given !== "object" || given === null) return given;
    return Object.fromEntries(Object.entries(given).map(([key, inner]) => [text(key), walk(inner)]));
  };
  return walk(value);
}
