// Runs the project's tests with node:test: `node scripts/run-tests.ts [unit|integration|e2e|faults]... [-- node options]`.
// Prints node's own report and, last of all, one line `N passed, N failed, N skipped`.
import { globSync } from "node:fs";
import { run } from "node:test";
import { spec } from "node:test/reporters";

const SUITES: Record<string, readonly string[]> = {
  unit: [
    "tests/core/**/*.test.ts",
    "plugins/*/tests/**/*.test.ts",
    "ui/tests/**/*.test.ts",
    "tests/architecture/**/*.test.ts",
  ],
  integration: ["tests/integration/**/*.test.ts"],
  e2e: ["tests/e2e/**/*.test.ts"],
  faults: ["tests/faults/**/*.test.ts"],
};

const names = process.argv.slice(2);
const suites = names.length === 0 ? Object.keys(SUITES) : names;
const files = suites.flatMap((name) => {
  const patterns = SUITES[name];
  if (patterns === undefined) throw new RangeError(`no suite "${name}": ${Object.keys(SUITES).join(", ")}`);
  return patterns.flatMap((pattern) => globSync(pattern));
});

const count = { passed: 0, failed: 0, skipped: 0 };
const stream = run({
  files: files.sort(),
  // Suites with real processes want the machine to themselves.
  concurrency: suites.every((name) => name === "unit") ? 2 : 1,
  timeout: 300_000,
});
stream.on("test:pass", (event) => {
  if (event.details.type === "suite") return;
  if (event.skip !== undefined || event.todo !== undefined) count.skipped += 1;
  else count.passed += 1;
});
stream.on("test:fail", (event) => {
  if (event.details.type !== "suite") count.failed += 1;
});
stream.on("end", () => {
  process.exitCode = count.failed === 0 && count.passed > 0 ? 0 : 1;
  process.stdout.write(`\n${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`);
});
stream.compose(new spec()).pipe(process.stdout, { end: false });
