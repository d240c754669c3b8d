// Asks an npm registry about plugins: one version's card, and the search. Only when somebody asks for it; answers are
// bounded in size and time, and nothing of them is believed that readManifest has not checked.
import semver from "semver";
import { redactUrl } from "../../domain/redact-url.ts";
import { NightjarError } from "../../errors.ts";
import { isPluginName, PLUGIN_KEYWORD } from "../package/manifest.ts";

const LIMIT_MS = 20_000;
const ANSWER_LIMIT_BYTES = 4 * 1024 * 1024;
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
  readonly #url: () => string;

  /** `url` is asked for anew each time: the owner may change it. */
  constructor(url: () => string) {
    this.#url = url;
  }

  /**
   * One version, by its number or a tag. Throws `NJ_PLUGIN_NOT_ON_REGISTRY`, `NJ_PLUGIN_REGISTRY_AWAY`, or
   * `NJ_PLUGIN_INTEGRITY` where the registry names no checksum.
   */
  async version(name: string, wanted: string, signal?: AbortSignal): Promise<RegistryCard> {
    const found = await this.#get(`${name.replace("/", "%2f")}/${encodeURIComponent(wanted)}`, signal);
    const card = record(found);
    const version = semver.valid(String(card["version"]));
    if (found === undefined || card["name"] !== name || version === null) {
      throw new NightjarError(
        "NJ_PLUGIN_NOT_ON_REGISTRY",
        "not-found",
        `${redactUrl(this.#url())} has no ${name}@${wanted}`,
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

  /** Plugins that fit the text, in the registry's order; a plugin's whole name finds that one too. */
  async search(text: string, signal?: AbortSignal): Promise<OfferedPlugin[]> {
    const typed = text.trim().slice(0, TEXT_LIMIT);
    let found = await this.#ask(`keywords:${PLUGIN_KEYWORD} ${typed}`.trim(), signal);
    // Verdaccio and others look for names only, and do not know what `keywords:` means.
    if (found.length === 0) found = await this.#ask(typed === "" ? "nightjar-" : typed, signal);
    if (isPluginName(typed) && !found.some(({ name }) => name === typed)) {
      const exact = await this.#exact(typed, signal);
      if (exact !== undefined) found.unshift(exact);
    }
    return found.slice(0, SHOWN);
  }

  async #ask(text: string, signal: AbortSignal | undefined): Promise<OfferedPlugin[]> {
    const query = new URLSearchParams({ text, size: String(ASKED) });
    const objects = record(await this.#get(`-/v1/search?${query}`, signal))["objects"];
    if (!Array.isArray(objects)) return [];
    return objects
      .map((object) => record(record(object)["package"]))
      .filter(({ keywords }) => Array.isArray(keywords) && keywords.includes(PLUGIN_KEYWORD))
      .map(offered)
      .filter((plugin) => plugin !== undefined);
  }

  async #exact(name: string, signal: AbortSignal | undefined): Promise<OfferedPlugin | undefined> {
    const card = record(await this.#get(`${name.replace("/", "%2f")}/latest`, signal));
    const keywords = card["keywords"];
    if (card["name"] !== name || !Array.isArray(keywords) || !keywords.includes(PLUGIN_KEYWORD)) return;
    const repository = record(card["repository"])["url"];
    return offered({
      ...card,
      publisher: record(card["_npmUser"]),
      links: { homepage: card["homepage"], repository },
    });
  }

  /** Undefined for 404. */
  async #get(path: string, signal: AbortSignal | undefined): Promise<unknown> {
    const base = this.#url();
    const limit = AbortSignal.timeout(LIMIT_MS);
    try {
      const response = await fetch(new URL(path, base.endsWith("/") ? base : `${base}/`), {
        headers: { accept: "application/json" },
        signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
      });
      if (response.status === 404) {
        await response.body?.cancel();
        return undefined;
      }
      if (!response.ok) {
        await response.body?.cancel();
        throw away(base, `it answers ${response.status}`);
      }
      return JSON.parse(await boundedText(response, base));
    } catch (error) {
      if (error instanceof NightjarError) throw error;
      if (error instanceof SyntaxError) throw away(base, "its answer is not JSON", error);
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      throw away(base, limit.aborted ? `no answer in ${LIMIT_MS / 1000} s` : messageOf(cause), error);
    }
  }
}

async function boundedText(response: Response, base: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.byteLength;
    if (length > ANSWER_LIMIT_BYTES)
      throw away(base, `its answer is longer than ${ANSWER_LIMIT_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function away(base: string, why: string, cause?: unknown): NightjarError {
  return new NightjarError(
    "NJ_PLUGIN_REGISTRY_AWAY",
    "unavailable",
    `the registry ${redactUrl(base)} does not serve: ${why}. Check the network, or pluginRegistry.url in config.json`,
    {},
    cause,
  );
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Node tells a refused connection to several addresses as an error without words.
  return error.message === "" && "code" in error ? String(error.code) : error.message;
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
