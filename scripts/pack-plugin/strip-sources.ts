// Makes JavaScript of a plugin's sources: types stripped by Node itself, imports of `./x.ts` turned to `./x.js`.
// Node's own stripper, not a compiler: what is published is, character for character, what its author ran and tested,
// line numbers included, and nothing needs to be installed for it. Compilers are asked for declarations alone.
import { stripTypeScriptTypes } from "node:module";
import { posix } from "node:path";
import { refusePacking } from "./refusal.ts";

/** Where a relative path to another file may stand: imports, and addresses made from one's own. */
const PLACES =
  /(\bfrom\s*|\bimport\s*\(?\s*|\bnew\s+URL\(\s*|\bimport\.meta\.resolve\(\s*)(["'])(\.{1,2}\/[^"'\n]+)\2/g;
const PACKAGES =
  /(?:^|[;}\n])\s*(?:import|export)\b[^;"'`]*?\bfrom\s*["']([^."'][^"'\n]*)["']|\bimport\s*\(?\s*["']([^."'][^"'\n]*)["']/g;
const TYPESCRIPT = /\.(m?)ts$/;
const LEFT_OVER = /["'`]\.{1,2}\/[^"'`\n]*\.m?ts["'`]/;

export interface StrippedFile {
  /** Below `dist/`. */
  readonly path: string;
  readonly text: string;
  /** Packages that it imports, by name. */
  readonly packages: readonly string[];
  /** Other places that it names, from the plugin's folder: `media`. They must be published too. */
  readonly assets: readonly string[];
}

/** `index.ts` → `index.js`, `worker.mts` → `worker.mjs`; anything else stays. */
export function javascriptName(path: string): string {
  return path.replace(TYPESCRIPT, ".$1js");
}

/**
 * Strips one source. `path` is from the source folder, `sources` are all its files, `sourceFolder` is its name below the
 * plugin's folder. Throws `NJ_PACK_REFUSED` for syntax that cannot be stripped and for paths that cannot be followed.
 */
export function stripSource(
  path: string,
  text: string,
  sources: ReadonlySet<string>,
  sourceFolder: string,
): StrippedFile {
  const script = TYPESCRIPT.test(path) ? withoutTypes(path, text) : text;
  const assets: string[] = [];
  const rewritten = script.replaceAll(PLACES, (whole, before: string, quote: string, target: string) => {
    const named = posix.normalize(posix.join(posix.dirname(path), target));
    if (sources.has(named)) return `${before}${quote}${javascriptName(target)}${quote}`;
    const fromPlugin = posix.normalize(posix.join(sourceFolder, named)).replace(/\/$/, "");
    // Its own folder is always there.
    if (fromPlugin !== ".") assets.push(fromPlugin);
    return whole;
  });
  const left = LEFT_OVER.exec(rewritten);
  if (left !== null && TYPESCRIPT.test(path)) {
    const line = rewritten.slice(0, left.index).split("\n").length;
    throw refusePacking(
      `${path}:${line} names ${left[0]} in a way that cannot be followed: write it as an import, or as new URL("./x.ts", import.meta.url)`,
    );
  }
  return { path: javascriptName(path), text: rewritten, packages: packagesOf(rewritten), assets };
}

/** Turns the paths in declarations to those of the published files. */
export function rewriteDeclaration(text: string): string {
  return text.replaceAll(
    /((?:\bfrom|\bimport)\s*\(?\s*["'])(\.{1,2}\/[^"'\n]+\.m?ts)(["'])/g,
    (_, before: string, target: string, after: string) => `${before}${javascriptName(target)}${after}`,
  );
}

function withoutTypes(path: string, text: string): string {
  try {
    return stripTypeScriptTypes(text, { mode: "strip" });
  } catch (error) {
    throw refusePacking(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function packagesOf(script: string): string[] {
  const names = [...script.matchAll(PACKAGES)].map((match) => match[1] ?? match[2] ?? "");
  return [...new Set(names.filter((name) => name !== "" && !name.startsWith("node:")))];
}
