// The published package.json: the author's own, with its paths led from the sources to `dist/`, and without what
// concerns only those who work on the plugin. Pure; the checks of the identity card are the recorder's own.
import { readManifest } from "../../core/plugin/package/manifest.ts";
import { refusePacking } from "./refusal.ts";
import { javascriptName } from "./strip-sources.ts";

type Json = Record<string, unknown>;

export interface PackedCard {
  readonly card: Json;
  readonly name: string;
  readonly version: string;
  /** Where the sources lie below the plugin's folder: `src`. */
  readonly sourceFolder: string;
  /** The entry below the source folder: `index.ts`. */
  readonly entry: string;
  /** Files and folders that the author wants published besides the usual. */
  readonly extra: readonly string[];
  /** Files that the identity card names and that must therefore be there: its icon, its page. */
  readonly named: readonly string[];
}

/** What there is besides package.json. */
export interface PackedPlaces {
  readonly hasDeclarations: boolean;
  /** Whether there is a file at a path below the plugin's folder. */
  has(path: string): boolean;
}

/** Reads an author's package.json. Throws `NJ_PACK_REFUSED` for one that the recorder would refuse. */
export function packedCard(
  source: Json,
  nightjarVersion: string,
  { hasDeclarations, has }: PackedPlaces,
): PackedCard {
  const result = readManifest(source, nightjarVersion);
  if (!result.ok) throw refusePacking(`the recorder would refuse it: ${result.reason}`);
  const { name, entry, icon, page } = result.manifest;
  const version = source["version"];
  if (typeof version !== "string") throw refusePacking("its package.json has no version");
  const [, sourceFolder, entryName] = /^\.?\/?([\w-]+)\/(.+\.(?:m?ts|m?js))$/.exec(entry) ?? [];
  if (sourceFolder === undefined || entryName === undefined) {
    throw refusePacking(
      `its entry is ${entry}: sources belong into a folder of their own, as in ./src/index.ts. A plugin that is plain JavaScript beside its package.json is packed by npm pack alone`,
    );
  }
  if (sourceFolder === "dist") throw refusePacking("its package.json is that of a packed plugin already");
  const {
    scripts: _scripts,
    devDependencies: _development,
    files,
    types: _types,
    main: _main,
    ...kept
  } = source;
  return {
    card: { ...kept, exports: exportsOf(source["exports"] ?? entry, sourceFolder, hasDeclarations) },
    name,
    version,
    sourceFolder,
    entry: entryName,
    extra: [
      ...(Array.isArray(files) ? files.filter((item) => typeof item === "string") : []),
      ...(page === undefined ? [] : [page.folder]),
    ],
    named: [
      ...(icon === undefined ? [] : [icon]),
      ...(page === undefined ? [] : [pageFile(page.folder, has)]),
    ],
  };
}

/** A page is a custom element or a document: what is to be there of it. */
function pageFile(folder: string, has: PackedPlaces["has"]): string {
  return [`${folder}/index.html`, `${folder}/element.js`].find(has) ?? `${folder}/element.js`;
}

/** Leads each target below the source folder to `dist/`; the types come first, as Node asks for. */
function exportsOf(exports: unknown, sourceFolder: string, hasDeclarations: boolean): Json {
  const table: Json =
    typeof exports === "string" || !Object.keys(exports as Json).some((key) => key.startsWith("."))
      ? { ".": exports }
      : (exports as Json);
  return Object.fromEntries(
    Object.entries(table).map(([place, target]) => [place, ledToDist(target, sourceFolder, hasDeclarations)]),
  );
}

function ledToDist(target: unknown, sourceFolder: string, hasDeclarations: boolean): unknown {
  if (typeof target === "object" && target !== null) {
    const entries = Object.entries(target as Json).filter(([condition]) => condition !== "types");
    return Object.fromEntries(
      entries.map(([condition, inner]) => [condition, ledToDist(inner, sourceFolder, hasDeclarations)]),
    );
  }
  if (typeof target !== "string") return target;
  const inner = /^\.?\/?/.exec(target)?.[0] ?? "";
  const path = target.slice(inner.length);
  if (!path.startsWith(`${sourceFolder}/`)) return target;
  const script = `./dist/${javascriptName(path.slice(sourceFolder.length + 1))}`;
  const isTyped = /\.m?ts$/.test(target);
  return isTyped && hasDeclarations
    ? { types: script.replace(/\.(m?)js$/, ".d.$1ts"), default: script }
    : script;
}

/** Names of the packages that the published plugin may import. */
export function allowedPackages(card: Json): Set<string> {
  const names = (field: string): string[] => Object.keys((card[field] as Json | undefined) ?? {});
  return new Set(["@nightjar/core", ...names("dependencies"), ...names("optionalDependencies")]);
}
