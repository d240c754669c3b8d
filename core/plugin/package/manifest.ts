// The identity card of a plugin: what its package.json must say before any of its code runs
// (docs: architecture, plugins). Pure checks, no I/O; every text is bounded, since all of it is shown to people.
import semver from "semver";
import type { Facts } from "../../domain/facts.ts";
import { type PluginLinks, readLinks } from "./manifest-links.ts";
import { type PluginPageCard, readPage } from "./page-card.ts";
import { NO_PERMISSIONS, type PluginPermissions, readPermissions } from "./permissions.ts";

export const PLUGIN_KINDS = [
  "camera",
  "storage",
  "vca",
  "pos",
  "linkage",
  "cluster",
  "bridge",
  "login",
] as const;
export type PluginKind = (typeof PLUGIN_KINDS)[number];

/** Kinds whose room is not built yet: nothing would ever ask such a plugin, and nobody should think that it works. */
export const PLACELESS_KINDS: readonly PluginKind[] = ["cluster"];

/** Where a plugin runs: with the core, or in a process of its own. */
export const PLUGIN_PLACES = ["inline", "process"] as const;
export type PluginPlace = (typeof PLUGIN_PLACES)[number];

export interface PluginManifest {
  readonly name: string;
  readonly version: string;
  readonly displayName: string;
  /** What it is for, in a sentence; empty: it does not say. */
  readonly description: string;
  readonly links: PluginLinks;
  readonly kind: PluginKind;
  readonly provides: readonly string[];
  /** Plugins that must be set up before this one, where they are present. */
  readonly after: readonly string[];
  /** What it wants to be allowed; nothing else is. */
  readonly permissions: PluginPermissions;
  /** Path of the configuration schema below the package's folder. */
  readonly configSchema: string | undefined;
  /** Path of its picture below the package's folder, .svg or .png. */
  readonly icon: string | undefined;
  /** A page of its own in the interface. */
  readonly page: PluginPageCard | undefined;
  /** Where it wishes to run; undefined: it does not say. Its owner decides (`placeOf` of the host). */
  readonly isolation: PluginPlace | undefined;
  /** What Node it wants where this one is another; no reason to refuse it. */
  readonly nodeWanted?: string;
  /** Entry file below the package's folder. */
  readonly entry: string;
}

export type ManifestResult =
  | { readonly ok: true; readonly manifest: PluginManifest }
  | { readonly ok: false; readonly name: string; readonly reason: string; readonly context: Facts };

/** What a plugin's package.json has among its keywords. */
export const PLUGIN_KEYWORD = "nightjar-plugin";

const NAME_PATTERN = /^(@[\w-]+\/)?nightjar-(camera|storage|vca|pos|linkage|cluster|bridge|login)-[\w-]+$/;
/** npm's own limit for names. */
const NAME_LIMIT = 214;
/** Letters that a plugin may be called by. */
export const DISPLAY_NAME_LIMIT = 80;
const DESCRIPTION_LIMIT = 300;
const PATH_LIMIT = 200;
const LIST_LIMIT = 64;
// Line feeds, escapes and marks that turn the direction of writing could make a name look like another one.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** True if a package of that name can be a plugin; npm allows 214 characters. */
export function isPluginName(name: string): boolean {
  return name.length <= 214 && NAME_PATTERN.test(name);
}

/** Reads a package.json's value. A refusal names the reason in a sentence for people. */
export function readManifest(value: unknown, nightjarVersion: string): ManifestResult {
  const card = asRecord(value);
  const name = typeof card["name"] === "string" ? card["name"].slice(0, NAME_LIMIT + 1) : "(no name)";
  const refuse = (which: string, reason: string, facts: Facts = {}): ManifestResult => ({
    ok: false,
    name,
    reason,
    context: { case: which, ...facts },
  });
  const kind = NAME_PATTERN.exec(name)?.[2] as PluginKind | undefined;
  if (kind === undefined)
    return refuse("name", `its name does not fit nightjar-<kind>-<name>; kinds: ${PLUGIN_KINDS.join(", ")}`);
  if (name.length > NAME_LIMIT) return refuse("name", `its name is longer than ${NAME_LIMIT} letters`);
  const keywords = card["keywords"];
  if (!Array.isArray(keywords) || !keywords.includes(PLUGIN_KEYWORD)) {
    return refuse("keyword", `its package.json lacks the keyword "${PLUGIN_KEYWORD}"`, {
      keyword: PLUGIN_KEYWORD,
    });
  }
  if (PLACELESS_KINDS.includes(kind)) {
    const reason = `this Nightjar has no place yet where a plugin of the kind "${kind}" could do anything`;
    return refuse("no-place", reason, { kind });
  }
  const engine = asRecord(card["engines"])["nightjar"];
  if (typeof engine !== "string") return refuse("no-engine", "its package.json names no engines.nightjar");
  if (!satisfies(nightjarVersion, engine)) {
    const wanted = engine.slice(0, DISPLAY_NAME_LIMIT);
    const facts = { wanted, version: nightjarVersion };
    return refuse("engine", `it wants Nightjar ${wanted}, this is ${nightjarVersion}`, facts);
  }
  if (asRecord(card["dependencies"])["@nightjar/core"] !== undefined) {
    return refuse(
      "second-core",
      "it brings a second @nightjar/core: move it from dependencies to peerDependencies",
    );
  }
  const version = card["version"] ?? "0.0.0";
  if (typeof version !== "string" || version.length > PATH_LIMIT || semver.valid(version) === null) {
    return refuse("version", "its version is none, as 1.2.3 is one");
  }
  const own = asRecord(card["nightjar"]);
  if (own["kind"] !== undefined && own["kind"] !== kind) {
    return refuse("kind", `its name says kind "${kind}", its nightjar.kind says "${shortly(own["kind"])}"`);
  }
  const displayName = own["displayName"] ?? name;
  if (
    typeof displayName !== "string" ||
    !isLine(displayName, name.length > 80 ? NAME_LIMIT : DISPLAY_NAME_LIMIT)
  ) {
    return refuse("card", `its nightjar.displayName is not a line of at most ${DISPLAY_NAME_LIMIT} letters`);
  }
  const provides = namesIn(own["provides"]);
  const after = namesIn(own["after"]);
  if (provides === undefined || after === undefined) {
    return refuse(
      "card",
      `its nightjar.provides or nightjar.after is not a list of at most ${LIST_LIMIT} names`,
    );
  }
  const permissions = own["permissions"] === undefined ? NO_PERMISSIONS : readPermissions(own["permissions"]);
  if (typeof permissions === "string") return refuse("permissions", permissions);
  const page = own["page"] === undefined ? undefined : readPage(own["page"]);
  if (typeof page === "string") return refuse("page", page);
  const entry = entryOf(card["exports"], card["main"]);
  if (entry === undefined) return refuse("entry", 'its package.json names no entry file (exports["."])');
  const { configSchema, icon } = own;
  for (const [field, path] of Object.entries({ "entry file": entry, configSchema, icon })) {
    if (path !== undefined && !isPathBelow(path))
      return refuse("path", `its ${field} is not the path of a file below its folder`);
  }
  if (icon !== undefined && !/\.(svg|png)$/i.test(String(icon))) {
    return refuse("icon", "its nightjar.icon is not a .svg or .png file");
  }
  return {
    ok: true,
    manifest: {
      name,
      version,
      displayName,
      description: descriptionOf(card["description"]),
      links: readLinks(card),
      kind,
      provides,
      after,
      permissions,
      configSchema: configSchema as string | undefined,
      icon: icon as string | undefined,
      page,
      isolation: PLUGIN_PLACES.find((place) => place === own["isolation"]),
      ...nodeWanted(asRecord(card["engines"])["node"]),
      entry,
    },
  };
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

function satisfies(version: string, range: string): boolean {
  return range.length <= PATH_LIMIT && semver.satisfies(version, range, { includePrerelease: true });
}

/** npm says what a range is; one that is none says nothing. */
function nodeWanted(range: unknown): { readonly nodeWanted?: string } {
  if (typeof range !== "string" || range.length > PATH_LIMIT || semver.validRange(range) === null) return {};
  return satisfies(process.versions.node, range) ? {} : { nodeWanted: range.slice(0, DISPLAY_NAME_LIMIT) };
}

function shortly(value: unknown): string {
  return String(value).slice(0, DISPLAY_NAME_LIMIT);
}

/** Whether a text is a line that says something, without letters that are not seen. */
export function isLine(text: string, limit: number): boolean {
  return text.trim() !== "" && text.length <= limit && !UNSEEN.test(text);
}

/** npm's own field, which others write for other readers: cut and cleaned rather than refused; empty: it is no text. */
export function descriptionOf(value: unknown): string {
  if (typeof value !== "string") return "";
  const clean = value
    .slice(0, 4 * DESCRIPTION_LIMIT)
    .replaceAll(new RegExp(UNSEEN, "gu"), " ")
    .trim();
  return clean.length > DESCRIPTION_LIMIT ? `${clean.slice(0, DESCRIPTION_LIMIT - 1)}…` : clean;
}

function namesIn(value: unknown): string[] | undefined {
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.length > LIST_LIMIT) return undefined;
  const names = value.filter((item) => typeof item === "string" && isLine(item, NAME_LIMIT));
  return names.length === value.length ? (names as string[]) : undefined;
}

/** Whether it stays below the folder as written; links are followed and looked at by whoever opens the file. */
function isPathBelow(path: unknown): boolean {
  if (typeof path !== "string" || path === "" || path.length > PATH_LIMIT || UNSEEN.test(path)) return false;
  const steps = path.split(/[\\/]/);
  return steps[0] !== "" && !steps.includes("..") && !/^[A-Za-z]:/.test(path);
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
