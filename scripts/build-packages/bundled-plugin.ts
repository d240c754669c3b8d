// A plugin that comes with Nightjar, as it lies in the built package: one file in `dist/` and one for each worker, and its import of
// the core led to the one core beside it, since npm puts no link there as it does in a checkout. Packages that it needs are
// put together with it, as the core's are: npm installs none for it.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { rolldown } from "rolldown";
import { packedCard } from "../pack-plugin/package-card.ts";
import { refusePacking } from "../pack-plugin/refusal.ts";
import { plainLetters } from "./plain-letters.ts";
import { quietBuiltins } from "./quiet-builtins.ts";
import { type ThirdParty, thirdParties } from "./third-parties.ts";

type Json = Record<string, unknown>;

const USUAL = ["README.md", "config.schema.json", "quality.json", "nightjar-ui", "translations"];
const CORE = "@nightjar/core";
/** A file beside it that a module starts as a worker. */
const WORKER = /new URL\(\s*"(\.\/[^"]+)\.ts",\s*import\.meta\.url,?\s*\)/g;
/** What packages would use of a machine if it were there, and do without. */
const OF_MACHINES = [/\.node$/, "cpu-features"];

/**
 * Builds the plugin in `folder` into `target`. Answers whose code is in it besides ours. Throws `NJ_PACK_REFUSED` for what the
 * recorder would refuse.
 */
export async function buildBundledPlugin(
  folder: string,
  target: string,
  nightjarVersion: string,
): Promise<readonly ThirdParty[]> {
  const source = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Json;
  const packed = packedCard(source, nightjarVersion, {
    hasDeclarations: false,
    has: (path) => existsSync(join(folder, path)),
  });
  const sources = join(folder, packed.sourceFolder);
  const { dependencies: _inside, ...card } = packed.card;
  const parties = await together(sources, packed.entry, target);
  for (const name of [...USUAL, ...packed.extra, ...packed.named]) {
    if (existsSync(join(folder, name))) cpSync(join(folder, name), join(target, name), { recursive: true });
  }
  writeFileSync(join(target, "package.json"), `${JSON.stringify(card, null, 2)}\n`);
  return parties;
}

/** Entry, workers and parts side by side in `dist/`, with the packages that they import: each file more costs every start. */
async function together(sources: string, entry: string, target: string): Promise<readonly ThirdParty[]> {
  const build = await rolldown({
    input: [entry, ...workersIn(sources)].map((name) => join(sources, name)),
    platform: "node",
    external: [CORE, ...OF_MACHINES],
    plugins: [
      quietBuiltins,
      plainLetters,
      {
        name: "workers",
        transform: (code, id) =>
          id.startsWith(sources) ? code.replaceAll(WORKER, 'new URL("$1.js", import.meta.url)') : undefined,
      },
    ],
    onLog: (level, log) => {
      if (level === "warn") throw refusePacking(`${sources} cannot be put together: ${log.message}`);
    },
  });
  try {
    const dist = join(target, "dist");
    const { output } = await build.generate({
      dir: dist,
      format: "esm",
      entryFileNames: "[name].js",
      chunkFileNames: "[name]-[hash].js",
    });
    const parts = output.filter((part) => part.type === "chunk");
    mkdirSync(dist, { recursive: true });
    for (const { fileName, code } of parts)
      writeFileSync(join(dist, fileName), ledToCore(code, dist, target));
    return thirdParties(parts.flatMap(({ moduleIds }) => moduleIds));
  } finally {
    await build.close();
  }
}

/** Files in the folder that another one there starts by their address. */
function workersIn(sources: string): string[] {
  const texts = readdirSync(sources)
    .filter((name) => name.endsWith(".ts"))
    .map((name) => readFileSync(join(sources, name), "utf8"));
  return texts.flatMap((text) => [...text.matchAll(WORKER)].map(([, name]) => `${name}.ts`));
}

function ledToCore(text: string, folder: string, target: string): string {
  const core = relative(folder, join(target, "../../core/index.js"));
  return text.replaceAll(/(\bfrom\s*)"@nightjar\/core"/g, `$1"${core}"`);
}
