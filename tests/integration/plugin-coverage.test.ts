// A plugin that claims "fake-device-tests" in quality.json has tests of its own that run through 95 % of its lines. The contract
// suite is not among them: every plugin keeps that, it runs by itself, and half of it is a process whose lines nobody counts.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, it } from "node:test";

const ROOT = join(import.meta.dirname, "../..");
const LEAST_PERCENT = 95;

const claiming = globSync("plugins/*/quality.json", { cwd: ROOT }).filter((file) => {
  const quality = JSON.parse(readFileSync(join(ROOT, file), "utf8")) as Record<string, unknown>;
  return quality["fake-device-tests"] === "done";
});

describe("tests of plugins against fake devices", { timeout: 180_000 }, () => {
  for (const file of claiming) {
    const plugin = file.replace("/quality.json", "");
    it(`run through ${LEAST_PERCENT} % of the lines of ${plugin}`, () => {
      const { NODE_TEST_CONTEXT: _context, ...env } = process.env;
      const args = [
        "--test",
        // Nothing is proved of the tests, which run by themselves as well: one process reads the recorder's sources once.
        "--test-isolation=none",
        "--experimental-test-coverage",
        `--test-coverage-include=${plugin}/src/**`,
        `--test-coverage-lines=${LEAST_PERCENT}`,
        // A file that nothing loads would not count.
        `--import=./${plugin}/src/index.ts`,
        ...globSync(`${plugin}/tests/*.test.ts`, {
          cwd: ROOT,
          exclude: [`${plugin}/tests/contract.test.ts`],
        }),
      ];
      const run = spawnSync(process.execPath, args, { encoding: "utf8", cwd: ROOT, env, timeout: 150_000 });
      assert.equal(run.status, 0, run.stdout.slice(-2_000));
      for (const source of globSync("**/*.ts", { cwd: join(ROOT, plugin, "src") }))
        assert.match(
          run.stdout,
          new RegExp(`\\b${basename(source)}\\s.*\\|`),
          `the report is about ${source}`,
        );
    });
  }
  it("are claimed by one plugin at least", () => assert.ok(claiming.length > 0));
});
