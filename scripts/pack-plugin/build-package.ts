// Makes the folder that is published of a plugin: `dist/`, the identity card, a fresh configuration schema, and what
// else travels; then tries it out as the recorder runs it. Leaves nothing behind when it refuses.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { dirname, join, relative, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { definitionOf } from "../../core/plugin/contract/define-plugin.ts";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { VERSION } from "../../core/version.ts";
import { findCompiler, makeDeclarations } from "./declarations.ts";
import { allowedPackages, type PackedCard, packedCard } from "./package-card.ts";
import { tryFields } from "./quality-facts.ts";
import { refusePacking } from "./refusal.ts";
import { type StrippedFile, stripSource } from "./strip-sources.ts";

const CHECKOUT = join(import.meta.dirname, "../..");
const CORE = pathToFileURL(join(CHECKOUT, "core/index.ts")).href;
/** What travels beside `dist/` without being asked for. Everything else is named in `files` of package.json. */
const USUAL = ["README.md", "LICENSE", "CHANGELOG.md", "quality.json", "nightjar-ui", "translations"];

export interface BuiltPackage {
  readonly name: string;
  readonly version: string;
  /** Paths of the files in it. */
  readonly files: readonly string[];
  /** Names of the settings of its cameras. */
  readonly cameraFields: readonly string[];
  /** What its author should know. */
  readonly notes: readonly string[];
}

/** Builds the package of `pluginFolder` into `target`, which must not exist. Throws `NJ_PACK_REFUSED` with the reason. */
export async function buildPackage(pluginFolder: string, target: string): Promise<BuiltPackage> {
  if (existsSync(target)) throw refusePacking(`${target} exists already`);
  const source = readCard(pluginFolder);
  const compiler = findCompiler(pluginFolder);
  const packed = packedCard(source, VERSION, {
    hasDeclarations: compiler !== undefined,
    has: (path) => existsSync(join(pluginFolder, path)),
  });
  const notes: string[] = [];
  if (compiler === undefined) notes.push("there is no TypeScript compiler: no declarations (.d.ts) in it");
  mkdirSync(target, { recursive: true });
  let cameraFields: readonly string[];
  try {
    const sources = await fill(pluginFolder, target, packed, notes);
    cameraFields = await tryOut(pluginFolder, target, packed);
    // Last, since they take longest and nothing is refused for them that is not refused by now.
    if (compiler !== undefined && packed.entry.endsWith("ts")) {
      const sourcePath = join(pluginFolder, packed.sourceFolder);
      const declarations = makeDeclarations(compiler, sourcePath, packed.entry, sources);
      for (const [path, text] of declarations) write(join(target, "dist", path), text);
    }
  } catch (error) {
    rmSync(target, { recursive: true, force: true });
    throw error;
  }
  const { name, version } = packed;
  return { name, version, files: filesBelow(target), cameraFields, notes };
}

/** All but the declarations. Answers the paths of the sources. */
async function fill(
  pluginFolder: string,
  target: string,
  packed: PackedCard,
  notes: string[],
): Promise<ReadonlySet<string>> {
  const sourcePath = join(pluginFolder, packed.sourceFolder);
  const sources = new Set(filesBelow(sourcePath));
  if (!sources.has(packed.entry)) throw refusePacking(`its entry ${packed.entry} does not exist`);
  const stripped = [...sources]
    .filter((path) => /(?<!\.d)\.m?[jt]s$/.test(path))
    .map((path) =>
      stripSource(path, readFileSync(join(sourcePath, path), "utf8"), sources, packed.sourceFolder),
    );
  checkPackages(stripped, packed);
  for (const { path, text } of stripped) write(join(target, "dist", path), text);
  for (const path of sources) {
    if (!/\.m?[jt]s$/.test(path)) copy(join(sourcePath, path), join(target, "dist", path));
  }
  await writeSchema(pluginFolder, target, packed, notes);
  copyBeside(pluginFolder, target, packed, notes);
  const travels = readdirSync(target).filter((name) => name !== "package.json");
  write(
    join(target, "package.json"),
    `${JSON.stringify({ ...packed.card, files: travels.sort() }, null, 2)}\n`,
  );
  for (const { path, assets } of stripped) {
    const missing = assets.find((asset) => !existsSync(join(target, atTarget(asset, packed))));
    if (missing !== undefined) {
      throw refusePacking(
        `${path} reads ${missing}, which is not published: name it in "files" of package.json`,
      );
    }
  }
  return sources;
}

/** An asset among the sources has moved with them. */
function atTarget(asset: string, { sourceFolder }: PackedCard): string {
  return asset.startsWith(`${sourceFolder}/`) ? `dist/${asset.slice(sourceFolder.length + 1)}` : asset;
}

function checkPackages(stripped: readonly StrippedFile[], packed: PackedCard): void {
  const allowed = allowedPackages(packed.card);
  for (const { path, packages } of stripped) {
    for (const specifier of packages) {
      const name = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
      if (specifier.startsWith("@nightjar/core/")) {
        throw refusePacking(`${path} imports ${specifier}: a running plugin has @nightjar/core alone`);
      }
      if (!allowed.has(name)) {
        throw refusePacking(`${path} imports ${specifier}, which package.json does not name in dependencies`);
      }
    }
  }
}

/** Writes the schema that the code says, and notes if the author's own copy is another. */
async function writeSchema(
  pluginFolder: string,
  target: string,
  packed: PackedCard,
  notes: string[],
): Promise<void> {
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      specifier === "@nightjar/core" ? { url: CORE, shortCircuit: true } : next(specifier, context),
  });
  try {
    const entry = pathToFileURL(join(pluginFolder, packed.sourceFolder, packed.entry)).href;
    const { configSchema } = definitionOf(await import(entry), packed.name);
    const text = `${JSON.stringify(configSchema, null, 2)}\n`;
    write(join(target, "config.schema.json"), text);
    const own = join(pluginFolder, "config.schema.json");
    if (!existsSync(own) || readFileSync(own, "utf8").trim() !== text.trim()) {
      notes.push("config.schema.json beside the sources is missing or stale; the packed one is fresh");
    }
  } catch (error) {
    throw refusePacking(`it does not load: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    hooks.deregister();
  }
  const card = packed.card["nightjar"] as Record<string, unknown> | undefined;
  packed.card["nightjar"] = { ...card, configSchema: "./config.schema.json" };
}

function copyBeside(pluginFolder: string, target: string, packed: PackedCard, notes: string[]): void {
  const wanted = [...USUAL, ...packed.extra, ...packed.named];
  for (const name of new Set(wanted)) {
    const from = resolve(pluginFolder, name);
    if (!from.startsWith(pluginFolder + sep)) throw refusePacking(`${name} lies outside of the plugin`);
    const path = relative(pluginFolder, from);
    if (existsSync(from) && !existsSync(join(target, path))) copy(from, join(target, path));
    else if (packed.named.includes(name) && !existsSync(from))
      throw refusePacking(`its package.json names ${name}, which does not exist`);
  }
  // Ours share the licence that lies at the root of the checkout.
  const shared = join(CHECKOUT, "LICENSE");
  if (!existsSync(join(target, "LICENSE")) && pluginFolder.startsWith(CHECKOUT + sep)) {
    copy(shared, join(target, "LICENSE"));
  }
  for (const name of ["README.md", "LICENSE"]) {
    if (!existsSync(join(target, name))) notes.push(`there is no ${name}`);
  }
}

/** Runs the package as a stranger's plugin runs, from a folder of its own. Answers its cameras' settings. */
async function tryOut(pluginFolder: string, target: string, packed: PackedCard): Promise<readonly string[]> {
  using dir = tempDir("nightjar-try-");
  const folder = dir.join("plugin");
  cpSync(target, folder, { recursive: true });
  const modules = join(pluginFolder, "node_modules");
  const hasDependencies = Object.keys((packed.card["dependencies"] as object | undefined) ?? {}).length > 0;
  if (hasDependencies && existsSync(modules)) {
    const leftOut = ["@nightjar", "typescript", "@types", ".bin"].map((name) => join(modules, name));
    cpSync(modules, join(folder, "node_modules"), {
      recursive: true,
      filter: (from) => !leftOut.includes(from),
    });
  }
  try {
    return await tryFields(folder);
  } catch (error) {
    throw refusePacking(`packed, it does not run: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function readCard(folder: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Record<string, unknown>;
  } catch (error) {
    throw refusePacking(`${folder} has no package.json that can be read: ${String(error)}`);
  }
}

/** Paths of all files below a folder, hidden ones and packages left out. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
    .filter((path) => !/(^|\/)(\.|node_modules\/)/.test(path))
    .sort();
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true });
}
