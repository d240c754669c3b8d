// Compiles the pixel kernel of plugins/vca-motion: `node scripts/build-motion-kernel.ts [--check]` makes src/kernel-binary.ts of
// kernel/pixel-kernel.ts. With --check nothing is written; exit code 1 says that it is stale.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import asc from "assemblyscript/asc";

const PLUGIN = join(import.meta.dirname, "../plugins/vca-motion");
const SOURCE = "pixel-kernel.ts";
const BINARY = join(PLUGIN, "src/kernel-binary.ts");

/** The text of src/kernel-binary.ts, as the present source makes it. Throws what the compiler complains of. */
export async function kernelBinaryFile(): Promise<string> {
  let binary: Uint8Array | undefined;
  const { error, stderr } = await asc.main(
    [
      [SOURCE, "--outFile", "kernel.wasm", "--optimizeLevel", "3", "--converge", "--noAssert"],
      [
        "--enable",
        "simd",
        "--enable",
        "relaxed-simd",
        "--runtime",
        "stub",
        "--importMemory",
        "--initialMemory",
        "1",
        "--disableWarning",
      ],
    ].flat(),
    {
      readFile: (name) => (name === SOURCE ? readFileSync(join(PLUGIN, "kernel", SOURCE), "utf8") : null),
      writeFile: (_name, contents) => {
        if (typeof contents !== "string") binary = contents;
      },
      listFiles: () => [],
    },
  );
  if (error !== null || binary === undefined) throw error ?? new Error(stderr.toString());
  return [
    "// kernel/pixel-kernel.ts, compiled: written by scripts/build-motion-kernel.ts. Change the source, not this file.",
    `export const KERNEL_BINARY =\n  "${Buffer.from(binary).toString("base64")}";`,
    "",
  ].join("\n");
}

if (import.meta.main) {
  const text = await kernelBinaryFile();
  if (!process.argv.includes("--check")) writeFileSync(BINARY, text);
  else if (readFileSync(BINARY, "utf8") !== text) {
    process.stderr.write(`${BINARY} is stale: node scripts/build-motion-kernel.ts\n`);
    process.exitCode = 1;
  }
}
