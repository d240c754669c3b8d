// Declarations of what plugins may import of the core, for their authors' editors and compilers.
import { spawnSync } from "node:child_process";
import { globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { findCompiler } from "../pack-plugin/declarations.ts";
import { refusePacking } from "../pack-plugin/refusal.ts";
import { rewriteDeclaration } from "../pack-plugin/strip-sources.ts";

const LIMIT_MS = 240_000;

/** Writes the declarations of `doors` (paths below core/) and of all that they reach. Throws `NJ_PACK_REFUSED`. */
export function coreDeclarations(root: string, target: string, doors: readonly string[]): void {
  const compiler = findCompiler(root);
  if (compiler === undefined) throw refusePacking("there is no TypeScript compiler: run npm install");
  using dir = tempDir("nightjar-types-");
  const core = join(root, "core");
  writeFileSync(
    dir.join("tsconfig.json"),
    JSON.stringify({
      extends: join(root, "tsconfig.json"),
      compilerOptions: {
        noEmit: false,
        // Types are judged by `npm run types`.
        noCheck: true,
        declaration: true,
        emitDeclarationOnly: true,
        rootDir: core,
        outDir: dir.join("out"),
        typeRoots: [join(root, "node_modules/@types")],
      },
      include: [],
      files: doors.map((path) => join(core, path)),
    }),
  );
  const run = spawnSync(process.execPath, [compiler, "-p", dir.join("tsconfig.json")], {
    encoding: "utf8",
    timeout: LIMIT_MS,
  });
  const made = globSync("**/*.d.ts", { cwd: dir.join("out") });
  const lacking = doors.find((path) => !made.includes(path.replace(/\.ts$/, ".d.ts")));
  if (lacking !== undefined) {
    throw refusePacking(`the compiler made no declarations of ${lacking}: ${run.stdout || run.stderr}`);
  }
  for (const path of made) {
    const file = join(target, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, rewriteDeclaration(readFileSync(dir.join("out", path), "utf8")));
  }
}
