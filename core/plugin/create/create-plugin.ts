// Makes a new plugin from the template of its kind: a folder with sources, tests that pass, an identity card and a
// README. The templates are real plugins below templates/, checked and tested like everything else.
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { isId } from "../../domain/ids.ts";
import { NightjarError, systemCode } from "../../errors.ts";
import { bundledDrivers } from "../package/bundled.ts";
import { PLUGIN_KINDS, type PluginKind } from "../package/manifest.ts";
import { fileOfTemplate, type PluginNames } from "./template-file.ts";

const TEMPLATES = join(import.meta.dirname, "templates");
const CORE_FOLDER = resolve(import.meta.dirname, "../..");
/** With `nightjar-<kind>-` before it, well below what registries and file systems take. */
const LONGEST_ID = 40;

export interface CreateOptions {
  readonly kind: string;
  /** `acme`, or a whole package name: `nightjar-camera-acme`, `@me/nightjar-camera-acme`. */
  readonly name: string;
  /** Folder that the plugin's folder is made in. */
  readonly parent: string;
  /** Plain JavaScript instead of TypeScript. */
  readonly javascript: boolean;
}

export interface CreatedPlugin {
  readonly folder: string;
  readonly packageName: string;
  /** The id that its driver answers for. */
  readonly id: string;
  readonly files: readonly string[];
}

/** Kinds that a plugin can be made of. */
export async function templateKinds(): Promise<readonly PluginKind[]> {
  const folders = await readdir(TEMPLATES);
  return PLUGIN_KINDS.filter((kind) => folders.includes(kind));
}

/**
 * Makes a plugin. Throws `NJ_PLUGIN_KIND` for a kind that there is no place for, `NJ_PLUGIN_NAME` for a name that cannot
 * be one, `NJ_PLUGIN_FOLDER` if its folder exists and is not empty.
 */
export async function createPlugin(options: CreateOptions): Promise<CreatedPlugin> {
  const kind = await checkedKind(options.kind);
  const names = await checkedName(kind, options.name);
  const folder = join(options.parent, names.packageName.replace(/^@[^/]+\//, ""));
  await requireEmpty(folder);
  const files: string[] = [];
  for (const path of await filesBelow(join(TEMPLATES, kind))) {
    const text = await readFile(join(TEMPLATES, kind, path), "utf8");
    const corePath = relative(folder, CORE_FOLDER).replaceAll("\\", "/");
    const made = fileOfTemplate({ path, text }, names, options.javascript, corePath);
    if (made === undefined) continue;
    await mkdir(dirname(join(folder, made.path)), { recursive: true });
    await writeFile(join(folder, made.path), made.text, { flag: "wx" });
    files.push(made.path);
  }
  await linkCore(folder);
  return { folder, packageName: names.packageName, id: names.id, files: files.sort() };
}

async function checkedKind(text: string): Promise<PluginKind> {
  const kind = PLUGIN_KINDS.find((known) => known === text);
  const possible = await templateKinds();
  if (kind !== undefined && possible.includes(kind)) return kind;
  throw new NightjarError(
    "NJ_PLUGIN_KIND",
    kind === undefined ? "invalid-argument" : "unimplemented",
    kind === undefined
      ? `"${text.slice(0, 80)}" is no kind of plugin: ${PLUGIN_KINDS.join(", ")}`
      : `this Nightjar has no place yet where a plugin of the kind "${kind}" could do anything; possible: ${possible.join(", ")}`,
  );
}

async function checkedName(kind: PluginKind, name: string): Promise<PluginNames> {
  const [, scope = "", id = ""] =
    new RegExp(`^(@[a-z0-9][a-z0-9_-]*/)?(?:nightjar-${kind}-)?([a-z0-9-]+)$`).exec(name) ?? [];
  const refuse = (why: string): NightjarError =>
    new NightjarError(
      "NJ_PLUGIN_NAME",
      "invalid-argument",
      `"${name.slice(0, 80)}" cannot be its name: ${why}`,
    );
  if (!isId(id) || id.length > LONGEST_ID) {
    throw refuse(`give the brand in 1 to ${LONGEST_ID} of a-z, 0-9 and inner hyphens, as in "acme"`);
  }
  if (id === "template") throw refuse("that is what the template itself is called");
  const owner = kind === "camera" ? (await bundledDrivers()).get(id) : undefined;
  if (owner !== undefined) throw refuse(`${owner} answers for the driver "${id}" already`);
  const title = id
    .split("-")
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join(" ");
  return { kind, id, packageName: `${scope}nightjar-${kind}-${id}`, title };
}

async function requireEmpty(folder: string): Promise<void> {
  let present: string[] = [];
  try {
    present = await readdir(folder);
  } catch (error) {
    if (systemCode(error) !== "ENOENT" && systemCode(error) !== "ENOTDIR") throw error;
    if (systemCode(error) === "ENOTDIR") present = ["a file"];
  }
  if (present.length === 0) return;
  throw new NightjarError(
    "NJ_PLUGIN_FOLDER",
    "failed-precondition",
    `${folder} exists and is not empty: choose another name, or another folder`,
  );
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
    .filter((path) => !path.startsWith("node_modules/"))
    .sort();
}

/** Tests and editors find `@nightjar/core` by a link to the core that made the plugin, without an installation. */
async function linkCore(folder: string): Promise<void> {
  await mkdir(join(folder, "node_modules/@nightjar"), { recursive: true });
  await symlink(CORE_FOLDER, join(folder, "node_modules/@nightjar/core"), "junction");
}
