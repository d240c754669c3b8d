// A stranger's detector for tests: the template that plugins are begun with, with another inside.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./program.ts";

const TEMPLATE = join(ROOT, "core/plugin/create/templates/vca");

/** Writes `nightjar-vca-<id>` into a folder of plugins. `source`: a module that exports the function `detector`. */
export function writeStrangerDetector(folder: string, id: string, source: string): void {
  const own = join(folder, `nightjar-vca-${id}`);
  mkdirSync(own, { recursive: true });
  cpSync(join(TEMPLATE, "src"), join(own, "src"), { recursive: true });
  for (const file of ["package.json", "config.schema.json", "src/index.ts"]) {
    const text = readFileSync(join(TEMPLATE, file), "utf8");
    writeFileSync(join(own, file), text.replaceAll("template", id));
  }
  writeFileSync(join(own, "src/detector.ts"), source);
}
