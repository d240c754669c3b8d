// The configuration schema that lies beside each bundled plugin's package.json is what its code says.
// `npm run docs:write` writes them anew.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import type { PluginDefinition } from "../../core/plugin/contract/define-plugin.ts";
import { ROOT } from "./source-tree.ts";

describe("config.schema.json of a bundled plugin", () => {
  for (const name of readdirSync(join(ROOT, "plugins"))) {
    it(`is up to date in ${name}`, async () => {
      const folder = join(ROOT, "plugins", name);
      const module = (await import(pathToFileURL(join(folder, "src/index.ts")).href)) as {
        default: PluginDefinition;
      };
      const written: unknown = JSON.parse(readFileSync(join(folder, "config.schema.json"), "utf8"));
      assert.deepEqual(written, JSON.parse(JSON.stringify(module.default.configSchema)));
    });
  }
});
