// Reads the project's own sources for the architecture tests: files, their lines, what they import.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

export const ROOT = resolve(import.meta.dirname, "../..");

export interface SourceFile {
  /** From the project's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly lines: number;
  /** Specifiers as written. */
  readonly imports: readonly string[];
}

const SKIPPED = new Set(["node_modules", "dist", ".git", "data", "screenshots", "coverage", "media"]);

/** All TypeScript sources below a folder of the project. */
export function sourcesBelow(folder: string): SourceFile[] {
  const found: SourceFile[] = [];
  const walk = (path: string) => {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      const inner = join(path, entry.name);
      // `core/media` is code, `plugins/*/media` holds clips.
      if (entry.isDirectory()) {
        if (!SKIPPED.has(entry.name) || inner === join(ROOT, "core/media")) walk(inner);
      } else if (/\.tsx?$/.test(entry.name) && !entry.name.endsWith(".d.ts")) {
        const text = readFileSync(inner, "utf8");
        found.push({
          path: relative(ROOT, inner).replaceAll("\\", "/"),
          text,
          lines: text.split("\n").length,
          imports: importsOf(text),
        });
      }
    }
  };
  walk(join(ROOT, folder));
  return found;
}

function importsOf(text: string): string[] {
  const found: string[] = [];
  for (const match of text.matchAll(/^(?:import|export)\s[^;"'=]*?\bfrom\s+["']([^"']+)["']/gm))
    found.push(match[1] as string);
  for (const match of text.matchAll(/^import\s+["']([^"']+)["']/gm)) found.push(match[1] as string);
  for (const match of text.matchAll(/\bimport\(\s*["']([^"']+)["']\s*\)/g)) found.push(match[1] as string);
  return found;
}

/** Where a relative import leads, from the project's root; undefined for packages. */
export function targetOf(file: SourceFile, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  return relative(ROOT, resolve(ROOT, dirname(file.path), specifier)).replaceAll("\\", "/");
}
