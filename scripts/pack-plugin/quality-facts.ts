// Gathers what a plugin's quality is judged by: its files, and what it says when it runs.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { QualityFacts } from "../../core/plugin/package/quality.ts";
import { testNvr } from "../../core/testing/test-nvr.ts";

/** Reads a plugin's folder. `schemaOfCode` is what its definition says, `cameraFields` what {@link tryFields} answers. */
export function qualityFacts(
  folder: string,
  schemaOfCode: unknown,
  cameraFields: readonly string[],
): QualityFacts {
  const tests = filesIn(join(folder, "tests")).filter((name) => /\.test\.m?[jt]s$/.test(name));
  return {
    card: (json(join(folder, "package.json")) ?? {}) as Record<string, unknown>,
    quality: json(join(folder, "quality.json")),
    readme: text(join(folder, "README.md")),
    schema: json(join(folder, "config.schema.json")),
    schemaOfCode: JSON.parse(JSON.stringify(schemaOfCode)),
    cameraFields,
    tests: Object.fromEntries(tests.map((name) => [name, text(join(folder, "tests", name))])),
    translations: filesIn(join(folder, "translations")),
  };
}

/** Runs a plugin in a process of its own. Answers the names of its cameras' settings. Throws if it does not run. */
export async function tryFields(pluginFolder: string): Promise<readonly string[]> {
  await using nvr = await testNvr({ pluginFolder, isolation: "process" });
  const fields = nvr.drivers().flatMap((driver) => Object.keys(driver.configSchema.properties ?? {}));
  return [...new Set(fields)];
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
