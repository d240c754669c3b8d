// Compiles the pixel kernel of plugins/vca-motion: `node scripts/build-motion-kernel.ts` makes src/kernel-binary.ts of
// what lies in kernel/. The compiler takes a hundred megabytes, and nobody else needs it: npm brings it when it is asked
// for here. The file says of which source it was made, and by which compiler, so that a test can tell when it is stale.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const ROOT = join(import.meta.dirname, "..");
const PLUGIN = join(ROOT, "plugins/vca-motion");
const SOURCES = join(PLUGIN, "kernel");
const ENTRY = "pixel-kernel.ts";
const COMPILER = "assemblyscript@0.28.20";
const COMPILER_FOLDER = join(ROOT, "node_modules/.nightjar/assemblyscript");
const OPTIONS = [
  ...["--optimizeLevel", "3", "--converge", "--noAssert", "--runtime", "stub", "--disableWarning"],
  ...["--enable", "simd", "--enable", "relaxed-simd", "--importMemory", "--initialMemory", "1"],
];

export const KERNEL_BINARY_FILE = join(PLUGIN, "src/kernel-binary.ts");

/** What the compiled file must say to be that of the present source, compiler and options. */
export function kernelMark(): string {
  const sources = readdirSync(SOURCES).filter((name) => name.endsWith(".ts"));
  const texts = sources.sort().map((name) => [name, readFileSync(join(SOURCES, name), "utf8")]);
  const made = [...texts, COMPILER, ...OPTIONS];
  return createHash("sha256").update(JSON.stringify(made)).digest("hex");
}

/** As far as it is used here. */
interface Compiler {
  main(
    args: readonly string[],
    surroundings: {
      readFile(name: string): string | null;
      writeFile(name: string, contents: Uint8Array | string): void;
      listFiles(): readonly string[];
    },
  ): Promise<{ readonly error: Error | null; readonly stderr: { toString(): string } }>;
}

async function compiler(): Promise<Compiler> {
  const entry = join(COMPILER_FOLDER, "node_modules/assemblyscript/dist/asc.js");
  if (!existsSync(entry)) {
    mkdirSync(COMPILER_FOLDER, { recursive: true });
    const args = ["install", "--prefix", COMPILER_FOLDER, "--no-save", "--ignore-scripts", COMPILER];
    const { status } = spawnSync("npm", args, { stdio: "inherit" });
    if (status !== 0) throw new Error(`npm could not bring ${COMPILER}`);
  }
  return ((await import(pathToFileURL(entry).href)) as { default: Compiler }).default;
}

async function kernelBinary(): Promise<Uint8Array> {
  let binary: Uint8Array | undefined;
  const { error, stderr } = await (await compiler()).main([ENTRY, "--outFile", "kernel.wasm", ...OPTIONS], {
    readFile: (name) => {
      // Imports are written with their ending, as everywhere; the compiler puts another one behind it.
      const path = join(SOURCES, name.replace(/\.ts\.ts$/, ".ts"));
      return existsSync(path) ? readFileSync(path, "utf8") : null;
    },
    writeFile: (_name, contents) => {
      if (typeof contents !== "string") binary = contents;
    },
    listFiles: () => [],
  });
  if (error !== null || binary === undefined) throw error ?? new Error(stderr.toString());
  return binary;
}

if (import.meta.main) {
  const text = [
    "// kernel/, compiled: written by scripts/build-motion-kernel.ts. Change the source, not this file.",
    `// ${kernelMark()}`,
    `export const KERNEL_BINARY =\n  "${Buffer.from(await kernelBinary()).toString("base64")}";`,
    "",
  ];
  writeFileSync(KERNEL_BINARY_FILE, text.join("\n"));
}
