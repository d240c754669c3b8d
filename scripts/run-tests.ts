// Runs the project's tests with node:test: `node scripts/run-tests.ts [unit|integration|e2e|faults]...` (all without names).
// Prints a line per test file, failures whole, the slowest files, and last of all `N passed, N failed, N skipped`.
import { globSync } from "node:fs";
import { relative } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";

interface Suite {
  readonly files: readonly string[];
  /** Those of them that want the machine to themselves: run first, one at a time. */
  readonly alone?: readonly string[];
  /** Test files at once: real browsers want the machine to themselves. */
  readonly atOnce: number;
}

const SUITES: Readonly<Record<string, Suite>> = {
  unit: {
    files: [
      "tests/architecture/**/*.test.ts",
      "tests/core/**/*.test.ts",
      "plugins/*/tests/**/*.test.ts",
      "ui/tests/**/*.test.ts",
    ],
    atOnce: 2,
  },
  // Most of their time is waiting for cameras, disks and other programs.
  integration: {
    files: ["tests/integration/**/*.test.ts"],
    alone: ["tests/integration/footage-camera-faults.test.ts"],
    atOnce: 3,
  },
  e2e: { files: ["tests/e2e/**/*.test.ts"], atOnce: 1 },
  faults: {
    files: ["tests/faults/**/*.test.ts"],
    alone: ["tests/faults/kill-storm.test.ts", "tests/faults/neighbours.test.ts"],
    atOnce: 2,
  },
};
/** Longest time for one test; a hang must not eat the whole run. */
const TEST_LIMIT_MS = 180_000;
const SLOWEST = 12;

const count = { passed: 0, failed: 0, skipped: 0 };
const seconds = new Map<string, number>();
const started = performance.now();

/** Runs one suite to its end. */
async function runSuite(name: string, suite: Suite): Promise<void> {
  const files = suite.files.flatMap((pattern) => globSync(pattern)).sort();
  process.stdout.write(`\n── ${name}: ${files.length} files\n`);
  const alone = files.filter((file) => suite.alone?.includes(file) === true);
  const together = files.filter((file) => !alone.includes(file));
  if (alone.length > 0) await runFiles(alone, 1);
  await runFiles(together, suite.atOnce);
}

async function runFiles(files: string[], atOnce: number): Promise<void> {
  const stream = run({ files, concurrency: atOnce, timeout: TEST_LIMIT_MS });
  stream.on("test:pass", (event) => {
    if (event.details.type === "suite") return;
    if (event.skip !== undefined || event.todo !== undefined) count.skipped += 1;
    else count.passed += 1;
  });
  stream.on("test:fail", (event) => {
    if (event.details.type !== "suite") count.failed += 1;
  });
  stream.on("test:complete", (event) => {
    // A file is told of as a whole too, under its own name: counted once.
    if (event.nesting !== 0 || event.file === undefined || event.name.endsWith(".test.ts")) return;
    const file = relative(process.cwd(), event.file);
    seconds.set(file, (seconds.get(file) ?? 0) + event.details.duration_ms / 1000);
  });
  const report = stream.compose(new spec());
  for await (const chunk of report) process.stdout.write(chunk as Buffer);
}

const wanted = process.argv.slice(2);
for (const name of wanted.length === 0 ? Object.keys(SUITES) : wanted) {
  const suite = SUITES[name];
  if (suite === undefined) {
    process.stderr.write(`no suite "${name}": ${Object.keys(SUITES).join(", ")}\n`);
    process.exit(2);
  }
  await runSuite(name, suite);
}
const slowest = [...seconds].sort(([, a], [, b]) => b - a).slice(0, SLOWEST);
process.stdout.write(
  `\nslowest files:\n${slowest.map(([file, time]) => `  ${time.toFixed(1).padStart(6)} s  ${file}`).join("\n")}\n`,
);
process.stdout.write(`all in ${Math.round((performance.now() - started) / 1000)} s\n`);
process.stdout.write(`\n${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`);
process.exitCode = count.failed === 0 && count.passed > 0 ? 0 : 1;
