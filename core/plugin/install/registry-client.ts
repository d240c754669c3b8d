// Asks an npm registry about plugins: one version's card, and the search. Only when somebody asks for it; answers are
// bounded in size and time, and nothing of them is believed that readManifest has not checked.
import semver from "semver";
import { redactUrl } from "../../domain/redact-url.ts";
import { NightjarError } from "../../errors.ts";
import { isPluginName, PLUGIN_KEYWORD } from "../package/manifest.ts";
import { placeFor, type Registries, type RegistryPlace } from "./registries.ts";
import { askRegistry } from "./registry-request.ts";

const ASKED = 100;
const SHOWN = 50;
const TEXT_LIMIT = 400;

/** What a registry says of one version. */
export interface RegistryCard {
  readonly name: string;
  readonly version: string;
  /** Of the tarball, as npm's lock file writes it (W3C SRI). */
  readonly integrity: string;
  /** The version's package.json as published, for readManifest. */
  readonly card: Readonly<Record<string, unknown>>;
}

/** A plugin that the search found. */
export interface OfferedPlugin {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly publisher?: string;
  /** ISO 8601. */
  readonly date?: string;
  readonly links: Readonly<Record<string, string>>;
}

export class RegistryClient {
  readonly #registries: () => Registries;

  /** `registries` is asked anew each time: the owner may change them. */
  constructor(registries: () => Registries) {
    this.#registries = registries;
  }

  /**
   * One version, by its number or a tag. Throws `NJ_PLUGIN_NOT_ON_REGISTRY`, `NJ_PLUGIN_REGISTRY_AWAY`,
   * `NJ_PLUGIN_REGISTRY_LOGIN`, or `NJ_PLUGIN_INTEGRITY` where the registry names no checksum.
   */
  async version(name: string, wanted: string, signal?: AbortSignal): Promise<RegistryCard> {
    const place = placeFor(this.#registries(), name);
    const path = `${name.replace("/", "%2f")}/${encodeURIComponent(wanted)}`;
    const found = await askRegistry(place, path, signal);
    const card = record(found);
    const version = semver.valid(String(card["version"]));
    if (found === undefined || card["name"] !== name || version === null) {
      throw new NightjarError(
        "NJ_PLUGIN_NOT_ON_REGISTRY",
        "not-found",
        `${redactUrl(place.url)} has no ${name}@${wanted}`,
      );
    }
    const integrity = record(card["dist"])["integrity"];
    if (typeof integrity !== "string" || !/^sha(256|384|512)-/.test(integrity)) {
      throw new NightjarError(
        "NJ_PLUGIN_INTEGRITY",
        "failed-precondition",
        `the registry names no checksum of ${name}@${version}, by which a changed file could be told`,
      );
    }
    return { name, version, integrity, card };
  }

  /**
   * Plugins that fit the text, in the registries' order, those of scopes last; a plugin's whole name finds that one too.
   * Throws as `version` does, if the main registry does not serve; another's silence hides what it has.
   */
  async search(text: string, signal?: AbortSignal): Promise<OfferedPlugin[]> {
    const { main, scopes } = this.#registries();
    const typed = text.trim().slice(0, TEXT_LIMIT);
    const others = Object.values(scopes).map((place) => this.#searchIn(place, typed, signal).catch(() => []));
    const all = (await Promise.all([this.#searchIn(main, typed, signal), ...others])).flat();
    if (isPluginName(typed) && !all.some(({ name }) => name === typed)) {
      const exact = await this.#exact(typed, signal);
      if (exact !== undefined) all.unshift(exact);
    }
    const first = new Map<string, OfferedPlugin>();
    for (const plugin of all) if (!first.has(plugin.name)) first.set(plugin.name, plugin);
    return [...first.values()].slice(0, SHOWN);
  }

  async #searchIn(
    place: RegistryPlace,
    typed: string,
    signal: AbortSignal | undefined,
  ): Promise<OfferedPlugin[]> {
    const found = await this.#ask(place, `keywords:${PLUGIN_KEYWORD} ${typed}`.trim(), signal);
    // Verdaccio and others look for names only, and do not know what `keywords:` means.
    const all = found.length > 0 ? found : await this.#ask(place, typed === "" ? "nightjar-" : typed, signal);
    // Of what a registry offers only that which would be fetched from it.
    return all.filter(({ name }) => placeFor(this.#registries(), name).url === place.url);
  }

  async #ask(place: RegistryPlace, text: string, signal: AbortSignal | undefined): Promise<OfferedPlugin[]> {
    const query = new URLSearchParams({ text, size: String(ASKED) });
    const objects = record(await askRegistry(place, `-/v1/search?${query}`, signal))["objects"];
    if (!Array.isArray(objects)) return [];
    return objects
      .map((object) => record(record(object)["package"]))
      .filter(({ keywords }) => Array.isArray(keywords) && keywords.includes(PLUGIN_KEYWORD))
      .map(offered)
      .filter((plugin) => plugin !== undefined);
  }

  async #exact(name: string, signal: AbortSignal | undefined): Promise<OfferedPlugin | undefined> {
    const place = placeFor(this.#registries(), name);
    const card = record(await askRegistry(place, `${name.replace("/", "%2f")}/latest`, signal));
    const keywords = card["keywords"];
    if (card["name"] !== name || !Array.isArray(keywords) || !keywords.includes(PLUGIN_KEYWORD)) return;
    const repository = record(card["repository"])["url"];
    return offered({
      ...card,
      publisher: record(card["_npmUser"]),
      links: { homepage: card["homepage"], repository },
    });
  }
}

function offered(found: Readonly<Record<string, unknown>>): OfferedPlugin | undefined {
  const name = String(found["name"]);
  // Verdaccio's search names the newest version among the tags only.
  const version = semver.valid(String(found["version"] ?? record(found["dist-tags"])["latest"]));
  if (!isPluginName(name) || version === null) return undefined;
  const date = found["date"] ?? record(found["time"])["modified"];
  const publisher = record(found["publisher"]);
  const who = publisher["username"] ?? publisher["name"];
  const links = Object.entries(record(found["links"]))
    .map(([kind, url]) => [kind, webAddress(url)] as const)
    .filter((link): link is readonly [string, string] => link[1] !== undefined)
    .slice(0, 8);
  return {
    name,
    version,
    description: typeof found["description"] === "string" ? found["description"].slice(0, 500) : "",
    ...(typeof who === "string" ? { publisher: who.slice(0, 100) } : {}),
    ...(typeof date === "string" ? { date: date.slice(0, 40) } : {}),
    links: Object.fromEntries(links),
  };
}

/** Only addresses that a page may link to: anything else could run in it. */
function webAddress(value: unknown): string | undefined {
  if (typeof value !== "string" || value.length > 500) return undefined;
  const plain = value.replace(/^git\+/, "");
  return /^https?:\/\//.test(plain) && URL.canParse(plain) ? plain : undefined;
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}
