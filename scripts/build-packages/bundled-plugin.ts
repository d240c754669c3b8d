// A plugin that comes with Nightjar, as it lies in the built package: JavaScript in `dist/`, and its import of the core led to
// the one core beside it, since npm puts no link there as it does in a checkout. Packages that it needs are put together with
// it, as the core's are: npm installs none for it.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { rolldown } from "rolldown";
import { packedCard } from "../pack-plugin/package-card.ts";
import { refusePacking } from "../pack-plugin/refusal.ts";
import { stripSource } from "../pack-plugin/strip-sources.ts";
import { type ThirdParty, thirdParties } from "./third-parties.ts";

type Json = Record<string, unknown>;

const USUAL = ["README.md", "config.schema.json", "quality.json", "nightjar-ui", "translations"];
const CORE = "@nightjar/core";
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
  const packed = packedCard(source, nightjarVersion, false);
  const sources = join(folder, packed.sourceFolder);
  const { dependencies: inside, ...card } = packed.card;
  const parties =
    inside === undefined
      ? stripped(sources, packed.sourceFolder, target)
      : await together(join(sources, packed.entry), target);
  for (const name of [...USUAL, ...packed.extra, ...packed.named]) {
    if (existsSync(join(folder, name))) cpSync(join(folder, name), join(target, name), { recursive: true });
  }
  writeFileSync(join(target, "package.json"), `${JSON.stringify(card, null, 2)}\n`);
  return parties;
}

/** File by file, as they were written. */
function stripped(sources: string, sourceFolder: string, target: string): readonly ThirdParty[] {
  const names = readdirSync(sources, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(sources, join(entry.parentPath, entry.name)));
  for (const name of names) {
    const text = readFileSync(join(sources, name), "utf8");
    const script = stripSource(name, text, new Set(names), sourceFolder);
    const file = join(target, "dist", script.path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, ledToCore(script.text, dirname(file), target));
  }
  return [];
}

/** Entry and parts side by side in `dist/`, with the packages that they import. */
async function together(entry: string, target: string): Promise<readonly ThirdParty[]> {
  const build = await rolldown({
    input: entry,
    platform: "node",
    external: [CORE, ...OF_MACHINES],
    onLog: (level, log) => {
      if (level === "warn") throw refusePacking(`${entry} cannot be put together: ${log.message}`);
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

function ledToCore(text: string, folder: string, target: string): string {
  const core = relative(folder, join(target, "../../core/index.js"));
  return text.replaceAll(/(\bfrom\s*)"@nightjar\/core"/g, `$1"${core}"`);
}
