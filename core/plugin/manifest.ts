// The identity card of a plugin: what its package.json must say before any of its code runs
// (docs: architecture, plugins). Pure checks, no I/O.
import semver from "semver";

export const PLUGIN_KINDS = ["camera", "storage", "vca", "pos", "linkage", "cluster", "bridge"] as const;
export type PluginKind = (typeof PLUGIN_KINDS)[number];

export interface PluginManifest {
  readonly name: string;
  readonly version: string;
  readonly displayName: string;
  readonly kind: PluginKind;
  readonly provides: readonly string[];
  /** Plugins that must be set up before this one, where they are present. */
  readonly after: readonly string[];
  /** Path of the configuration schema below the package's folder. */
  readonly configSchema: string | undefined;
  readonly isolation: "inline" | "process";
  /** Entry file below the package's folder. */
  readonly entry: string;
}

export type ManifestResult =
  | { readonly ok: true; readonly manifest: PluginManifest }
  | { readonly ok: false; readonly name: string; readonly reason: string };

const NAME_PATTERN = /^(@[\w-]+\/)?nightjar-(camera|storage|vca|pos|linkage|cluster|bridge)-[\w-]+$/;

/** Reads a package.json's value. A refusal names the reason in a sentence for people. */
export function readManifest(value: unknown, nightjarVersion: string): ManifestResult {
  const card = asRecord(value);
  const name = typeof card["name"] === "string" ? card["name"] : "(no name)";
  const refuse = (reason: string): ManifestResult => ({ ok: false, name, reason });
  const kind = NAME_PATTERN.exec(name)?.[2] as PluginKind | undefined;
  if (kind === undefined)
    return refuse(`its name does not fit nightjar-<kind>-<name>; kinds: ${PLUGIN_KINDS.join(", ")}`);
  const keywords = card["keywords"];
  if (!Array.isArray(keywords) || !keywords.includes("nightjar-plugin")) {
    return refuse('its package.json lacks the keyword "nightjar-plugin"');
  }
  const engine = asRecord(card["engines"])["nightjar"];
  if (typeof engine !== "string") return refuse("its package.json names no engines.nightjar");
  if (!semver.satisfies(nightjarVersion, engine, { includePrerelease: true })) {
    return refuse(`it wants Nightjar ${engine}, this is ${nightjarVersion}`);
  }
  if (asRecord(card["dependencies"])["@nightjar/core"] !== undefined) {
    return refuse("it brings a second @nightjar/core: move it from dependencies to peerDependencies");
  }
  const own = asRecord(card["nightjar"]);
  if (own["kind"] !== undefined && own["kind"] !== kind) {
    return refuse(`its name says kind "${kind}", its nightjar.kind says "${String(own["kind"])}"`);
  }
  const entry = entryOf(card["exports"], card["main"]);
  if (entry === undefined) return refuse('its package.json names no entry file (exports["."])');
  return {
    ok: true,
    manifest: {
      name,
      version: typeof card["version"] === "string" ? card["version"] : "0.0.0",
      displayName: typeof own["displayName"] === "string" ? own["displayName"] : name,
      kind,
      provides: strings(own["provides"]),
      after: strings(own["after"]),
      configSchema: typeof own["configSchema"] === "string" ? own["configSchema"] : undefined,
      isolation: own["isolation"] === "inline" ? "inline" : "process",
      entry,
    },
  };
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

function entryOf(exports: unknown, main: unknown): string | undefined {
  const root = typeof exports === "string" ? exports : asRecord(exports)["."];
  if (typeof root === "string") return root;
  const conditional = asRecord(root);
  for (const condition of ["import", "default"]) {
    const target = conditional[condition];
    if (typeof target === "string") return target;
  }
  return typeof main === "string" ? main : undefined;
}
