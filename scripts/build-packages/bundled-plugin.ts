// A plugin that comes with Nightjar, as it lies in the built package: JavaScript in `dist/`, and its import of the core led to
// the one core beside it, since npm puts no link there as it does in a checkout.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { packedCard } from "../pack-plugin/package-card.ts";
import { stripSource } from "../pack-plugin/strip-sources.ts";

type Json = Record<string, unknown>;

const USUAL = ["README.md", "config.schema.json", "quality.json", "nightjar-ui", "translations"];

/** Builds the plugin in `folder` into `target`. Throws `NJ_PACK_REFUSED` for what the recorder would refuse. */
export function buildBundledPlugin(folder: string, target: string, nightjarVersion: string): void {
  const source = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Json;
  const packed = packedCard(source, nightjarVersion, false);
  const sources = join(folder, packed.sourceFolder);
  const names = readdirSync(sources, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(sources, join(entry.parentPath, entry.name)));
  for (const name of names) {
    const text = readFileSync(join(sources, name), "utf8");
    const stripped = stripSource(name, text, new Set(names), packed.sourceFolder);
    const file = join(target, "dist", stripped.path);
    const core = `${relative(dirname(file), join(target, "../../core/index.js"))}`;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, stripped.text.replaceAll(/(\bfrom\s*)"@nightjar\/core"/g, `$1"${core}"`));
  }
  for (const name of [...USUAL, ...packed.extra, ...packed.named]) {
    if (existsSync(join(folder, name))) cpSync(join(folder, name), join(target, name), { recursive: true });
  }
  writeFileSync(join(target, "package.json"), `${JSON.stringify(packed.card, null, 2)}\n`);
}
