// Type declarations of a plugin, by the TypeScript compiler of the plugin, else of this checkout. Plugins are loaded, not
// imported, so declarations are a courtesy: where there is no compiler they are left out, and that is said.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, parse, relative } from "node:path";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { refusePacking } from "./refusal.ts";
import { rewriteDeclaration } from "./strip-sources.ts";

const CHECKOUT = join(import.meta.dirname, "../..");
const LIMIT_MS = 120_000;

/** The compiler's file, or undefined where there is none. */
export function findCompiler(pluginFolder: string): string | undefined {
  return [pluginFolder, CHECKOUT]
    .map((folder) => join(folder, "node_modules/typescript/bin/tsc"))
    .find((file) => existsSync(file));
}

/**
 * Declarations of all that the entry reaches within the source folder: path below `dist/` → text. Types are not judged
 * here: that is the author's own check. Throws `NJ_PACK_REFUSED` if the compiler fails.
 */
export function makeDeclarations(
  compiler: string,
  sourcePath: string,
  entry: string,
  sources: ReadonlySet<string>,
): Map<string, string> {
  using dir = tempDir("nightjar-types-");
  const { root } = parse(sourcePath);
  const typeRoot = join(CHECKOUT, "node_modules/@types");
  writeFileSync(
    dir.join("tsconfig.json"),
    JSON.stringify({
      compilerOptions: {
        target: "esnext",
        module: "nodenext",
        lib: ["esnext"],
        strict: true,
        noCheck: true,
        skipLibCheck: true,
        declaration: true,
        emitDeclarationOnly: true,
        verbatimModuleSyntax: true,
        allowImportingTsExtensions: true,
        resolveJsonModule: true,
        // The core's own sources are part of the program; the disk's root is a folder that holds both.
        rootDir: root,
        outDir: dir.join("out"),
        paths: { "@nightjar/core": [join(CHECKOUT, "core/index.ts")] },
        typeRoots: [typeRoot],
        types: existsSync(typeRoot) ? ["node"] : [],
      },
      files: [join(sourcePath, entry)],
    }),
  );
  const run = spawnSync(process.execPath, [compiler, "-p", dir.join("tsconfig.json")], {
    encoding: "utf8",
    timeout: LIMIT_MS,
  });
  const made = new Map<string, string>();
  for (const source of sources) {
    if (!/(?<!\.d)\.m?ts$/.test(source)) continue;
    const path = source.replace(/\.(m?)ts$/, ".d.$1ts");
    const file = join(dir.join("out"), relative(root, sourcePath), path);
    if (existsSync(file)) made.set(path, rewriteDeclaration(readFileSync(file, "utf8")));
  }
  if (!made.has(entry.replace(/\.(m?)ts$/, ".d.$1ts"))) {
    throw refusePacking(`the compiler made no declarations: ${(run.stdout ?? "").trim() || run.stderr}`);
  }
  return made;
}
