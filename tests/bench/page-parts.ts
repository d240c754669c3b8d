// Puts parts of the web interface's player, and the reader of the burnt-in number, into a benchmark's page: what is
// measured is the code that owners run. Bundled by Vite, in memory.
import { join } from "node:path";
import type { Page } from "playwright-core";
import { build } from "vite";

const ROOT = join(import.meta.dirname, "../..");
const ENTRY = "nightjar-bench-parts";

/** Module and the names that pages find in `globalThis.benchParts`. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  "ui/src/player/stream-socket.ts": ["StreamSocket"],
  "ui/src/player/fragment-builder.ts": ["FragmentBuilder"],
  "ui/src/player/mse-live.ts": ["MseLive"],
  "ui/src/player/wire-text.ts": ["formatOf"],
  "core/testing/frame-counter.ts": ["readFrameCounter"],
};

/** Makes the code that sets `globalThis.benchParts`. */
export async function bundleParts(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: "silent",
    root: ROOT,
    plugins: [
      {
        name: ENTRY,
        resolveId: (id) => (id === ENTRY ? `\0${ENTRY}` : undefined),
        load: (id) => (id === `\0${ENTRY}` ? entryCode() : undefined),
      },
    ],
    build: {
      write: false,
      minify: false,
      target: "es2022",
      rolldownOptions: { input: ENTRY, output: { format: "iife" } },
    },
  });
  const [output] = Array.isArray(built) ? built : [built];
  if (output === undefined || !("output" in output)) throw new Error("Vite made no bundle");
  return output.output[0].code;
}

/** Runs what {@link bundleParts} made in a page. */
export async function putParts(page: Page, code: string): Promise<void> {
  await page.evaluate(`(() => { ${code} })()`);
}

function entryCode(): string {
  const names = Object.values(PARTS).flat();
  const imports = Object.entries(PARTS).map(
    ([file, parts]) => `import { ${parts.join(", ")} } from ${JSON.stringify(join(ROOT, file))};`,
  );
  return `${imports.join("\n")}\nglobalThis.benchParts = { ${names.join(", ")} };`;
}
