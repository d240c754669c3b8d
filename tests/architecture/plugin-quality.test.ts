// Our own plugins, and the template of new ones, claim no more in quality.json than holds.
import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import type { PluginDefinition } from "../../core/plugin/contract/define-plugin.ts";
import { judgeQuality } from "../../core/plugin/package/quality.ts";
import { qualityFacts, tryFields } from "../../scripts/pack-plugin/quality-facts.ts";
import { ROOT } from "./source-tree.ts";

const FOLDERS = globSync(["plugins/*", "core/plugin/create/templates/*"], { cwd: ROOT });

const SILVER = [
  "bridge-gpio",
  "bridge-home-assistant",
  "camera-onvif",
  "camera-rtsp",
  "linkage-email",
  "linkage-notify",
  "linkage-upload",
];

describe("the quality list of a plugin", () => {
  for (const folder of FOLDERS) {
    it(`claims in ${folder} what holds, and reaches bronze`, async () => {
      const entry = pathToFileURL(join(ROOT, folder, "src/index.ts")).href;
      const { default: plugin } = (await import(entry)) as { default: PluginDefinition };
      const fields = await tryFields(join(ROOT, folder));
      const report = judgeQuality(qualityFacts(join(ROOT, folder), plugin.configSchema, fields));
      assert.deepEqual(report.problems, []);
      assert.ok(report.tier !== undefined, `open: ${report.open.join(", ")}`);
      if (SILVER.includes(basename(folder))) assert.equal(report.tier, "silver");
    });
  }
});
