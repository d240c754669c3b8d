// Gathers what a plugin's quality is judged by: its files, and what it says when it is set up in the recorder's process.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { QualityFacts } from "../../core/plugin/quality.ts";
import { testNvr } from "../../core/testing/test-nvr.ts";

/** Reads a plugin's folder and runs it once, in a process of its own. `schemaOfCode`: its definition's. */
export async function qualityFacts(folder: string, schemaOfCode: unknown): Promise<QualityFacts> {
  await using nvr = await testNvr({ pluginFolder: folder, isolation: "process" });
  const fields = nvr.drivers().flatMap((driver) => Object.keys(driver.configSchema.properties ?? {}));
  const tests = filesIn(join(folder, "tests")).filter((name) => /\.test\.m?[jt]s$/.test(name));
  return {
    card: (json(join(folder, "package.json")) ?? {}) as Record<string, unknown>,
    quality: json(join(folder, "quality.json")),
    readme: text(join(folder, "README.md")),
    schema: json(join(folder, "config.schema.json")),
    schemaOfCode: JSON.parse(JSON.stringify(schemaOfCode)),
    cameraFields: [...new Set(fields)],
    tests: Object.fromEntries(tests.map((name) => [name, text(join(folder, "tests", name))])),
    translations: filesIn(join(folder, "translations")),
  };
}

function filesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: "utf8" }) : [];
}

function text(file: string): string {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

function json(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    // Missing or no JSON: the rules say so.
    return undefined;
  }
}
