// Finds plugins by their identity cards: bundled folder, `<data>/plugins/node_modules`, `--plugin-path`.
// The first of a name wins; the others and the refused are named with their reason. No plugin code runs here.
import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Facts } from "../../domain/facts.ts";
import { systemCode } from "../../errors.ts";
import { loadOrder } from "./load-order.ts";
import { PLUGIN_KEYWORD, type PluginManifest, readManifest } from "./manifest.ts";
import { checkIcon } from "./plugin-icon.ts";

export interface FoundPlugin {
  readonly manifest: PluginManifest;
  /** Absolute, links resolved. */
  readonly folder: string;
  readonly bundled: boolean;
  /** Its picture: absolute, links resolved, below the folder when it was looked at. */
  readonly icon: string | undefined;
}

export interface RefusedPlugin {
  readonly name: string;
  readonly folder: string;
  readonly reason: string;
  /** Which `case` of a refusal it is, and what the reason names. */
  readonly context: Facts;
}

export interface Discovery {
  readonly plugins: readonly FoundPlugin[];
  readonly refused: readonly RefusedPlugin[];
}

export interface SearchPath {
  /** Bundled plugins run inline, the others in processes of their own. */
  readonly bundled: boolean;
  /** A plugin's folder, or a folder of plugins (and of @scopes of plugins). */
  readonly folder: string;
  /** It was named by hand (`--plugin-path`): if no plugin lies there, that is told as a refusal. */
  readonly named?: boolean;
}

/** There is a package.json, and nothing can be made of it. */
const UNREADABLE = Symbol("unreadable");
/** Longest package.json that is read. */
const CARD_LIMIT_BYTES = 256 * 1024;

/** Looks through the search paths in order. Folders that do not exist are passed over. */
export async function discoverPlugins(
  paths: readonly SearchPath[],
  nightjarVersion: string,
): Promise<Discovery> {
  const plugins: FoundPlugin[] = [];
  const refused: RefusedPlugin[] = [];
  for (const path of paths) {
    const before = plugins.length + refused.length;
    for (const folder of await candidates(path.folder)) {
      const card = await readCard(folder);
      if (card === UNREADABLE) {
        // What else lies in such a folder, as a disk's own lost+found, is no plugin's business.
        if (path.bundled || folder === path.folder || isMeant(basename(folder))) {
          const reason = "its package.json cannot be read, or is not JSON";
          refused.push({ name: basename(folder), folder, reason, context: { case: "unreadable" } });
        }
        continue;
      }
      const result = readManifest(card, nightjarVersion);
      if (!result.ok) {
        // A folder of npm packages holds dependencies too; only what calls itself a plugin is worth a word.
        if (path.bundled || folder === path.folder || isMeant(result.name) || hasKeyword(card))
          refused.push({ name: result.name, folder, reason: result.reason, context: result.context });
        continue;
      }
      const { manifest } = result;
      const first = plugins.find((plugin) => plugin.manifest.name === manifest.name);
      if (first !== undefined) {
        const reason = `another one of that name was found first in ${first.folder}`;
        const context = { case: "twice", other: first.folder };
        refused.push({ name: manifest.name, folder, reason, context });
        continue;
      }
      const real = await realpath(folder);
      const icon = manifest.icon === undefined ? undefined : await checkIcon(real, manifest.icon);
      if (icon !== undefined && "reason" in icon) {
        refused.push({ name: manifest.name, folder, reason: icon.reason, context: { case: "icon" } });
        continue;
      }
      plugins.push({ manifest, folder: real, bundled: path.bundled, icon: icon?.path });
    }
    if (path.named === true && plugins.length + refused.length === before)
      refused.push(await leadsNowhere(path.folder));
  }
  const { order, circles } = loadOrder(plugins, ({ manifest }) => manifest);
  for (const { item, circle } of circles) {
    const reason = `it waits for itself: ${circle} (nightjar.after in package.json)`;
    const context = { case: "circle", circle };
    refused.push({ name: item.manifest.name, folder: item.folder, reason, context });
  }
  return { plugins: order, refused };
}

async function leadsNowhere(folder: string): Promise<RefusedPlugin> {
  const isThere = await readdir(folder).then(
    () => true,
    () => false,
  );
  const told = isThere
    ? { reason: `no plugin lies in the folder ${folder}`, context: { case: "no-plugin", folder } }
    : { reason: `there is no folder ${folder} that can be read`, context: { case: "no-folder", folder } };
  return { name: basename(folder) || folder, folder, ...told, reason: `${told.reason} (--plugin-path)` };
}

async function candidates(folder: string): Promise<string[]> {
  if ((await readCard(folder)) !== undefined) return [folder];
  const found: string[] = [];
  for (const name of (await list(folder)).sort()) {
    if (name.startsWith(".")) continue;
    const inner = join(folder, name);
    if (name.startsWith("@")) {
      for (const scoped of (await list(inner)).sort()) found.push(join(inner, scoped));
    } else {
      found.push(inner);
    }
  }
  return found;
}

async function list(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    // Of a scope, or of a whole path: what cannot be looked into holds nothing.
    if (systemCode(error) !== undefined) return [];
    throw error;
  }
}

async function readCard(folder: string): Promise<unknown> {
  try {
    const path = join(folder, "package.json");
    const { size } = await stat(path);
    return size > CARD_LIMIT_BYTES ? UNREADABLE : JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return undefined;
    // Whatever it is (no leave, a folder of that name, a link to itself): one folder must not hide all others.
    return UNREADABLE;
  }
}

function isMeant(name: string): boolean {
  return name.includes("nightjar-");
}

function hasKeyword(card: unknown): boolean {
  const keywords: unknown =
    typeof card === "object" && card !== null && "keywords" in card ? card.keywords : [];
  return Array.isArray(keywords) && keywords.includes(PLUGIN_KEYWORD);
}
