// Writes `config.schema.json` of every bundled plugin from its code: `node scripts/write-plugin-schemas.ts`.
import { readdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { PluginDefinition } from "../core/plugin/contract/define-plugin.ts";

const plugins = resolve(import.meta.dirname, "../plugins");
for (const name of readdirSync(plugins)) {
  const module = (await import(pathToFileURL(join(plugins, name, "src/index.ts")).href)) as {
    default: PluginDefinition;
  };
  writeFileSync(
    join(plugins, name, "config.schema.json"),
    `${JSON.stringify(module.default.configSchema, null, 2)}\n`,
  );
  process.stdout.write(`${name}/config.schema.json\n`);
}
