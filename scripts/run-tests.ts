// Runs the project's tests with node:test: `node scripts/run-tests.ts [unit|integration|e2e|faults]...` (all without names).
// A file that failed beside others is run once more by itself (decision 0017); one that passes then is named, too.
// Prints each job's report when it ends, failures whole, the slowest jobs, what did not run here and why, and last
// `N passed, N failed, N skipped`.
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Counts, nameOf, type Outcome, processorSecondsOfAll, runJob } from "./test-runs/job-run.ts";
import { idleShares, runAll } from "./test-runs/room.ts";
import { jobsOf, suiteNames } from "./test-runs/suites.ts";
import { wholePackages } from "./whole-packages.ts";

/** Deadlines end hangs; they are this many times as long as on a machine that has nothing else to do. */
const PATIENCE = "4";
/** More jobs than these that fail are not unsteady: something is broken, and running them again would only take time. */
const AGAIN_AT_MOST = 8;
const SLOWEST = 12;
/** Tests that are named for each reason why some did not run. */
const SKIPPED_NAMES = 3;
/** What a run of everything may take, on two cores that have nothing else to do. */
const LIMIT_SECONDS = 900;

/** So long Node-RED may take to be compiled beside the first tests. */
const COMPILING_LIMIT_MS = 120_000;

const started = performance.now();
const idleShare = idleShares();

/** Runs failed files once more, one after the other. Answers what came of all, and the unsteady ones' failures. */
async function runFailedAgain(outcomes: readonly Outcome[]): Promise<[Outcome[], string[]]> {
  const failed = outcomes.filter((outcome) => outcome.failed > 0);
  if (failed.length > AGAIN_AT_MOST) return [[...outcomes], []];
  const all = outcomes.filter((outcome) => outcome.failed === 0);
  const unsteady: string[] = [];
  for (const outcome of failed) {
    const { kept, files } = whatFailed(outcome);
    all.push(kept);
    const again: Outcome[] = [];
    for (const file of files) {
      process.stdout.write(`\n── once more, alone: ${file}\n`);
      again.push(await runJob({ ...outcome.job, files: [file] }));
    }
    if (again.every((one) => one.failed === 0)) unsteady.push(`${nameOf(outcome.job)}\n${outcome.failures}`);
    all.push(...again);
  }
  return [all, unsteady];
}

/** The files of a job that failed, and what came of the others; all, where it cannot be told which. */
function whatFailed(outcome: Outcome): { readonly kept: Outcome; readonly files: readonly string[] } {
  const countsOf = (file: string): Readonly<Counts> =>
    outcome.byFile.get(resolve(file)) ?? { passed: 0, failed: 0, skipped: 0 };
  const known = outcome.job.files.filter((file) => countsOf(file).failed > 0);
  const told = known.reduce((sum, file) => sum + countsOf(file).failed, 0);
  const files = told === outcome.failed ? known : outcome.job.files;
  const left = outcome.job.files.filter((file) => !files.includes(file)).map(countsOf);
  const sum = (part: "passed" | "skipped"): number => left.reduce((all, counts) => all + counts[part], 0);
  return {
    kept: { ...outcome, passed: sum("passed"), failed: 0, skipped: sum("skipped"), failures: "" },
    files,
  };
}

/** What did not run on this machine, by why: what is proved nowhere else is to be seen. */
function skippedText(outcomes: readonly Outcome[]): string {
  const byWhy = Map.groupBy(
    outcomes.flatMap(({ skips }) => skips),
    ({ why }) => why,
  );
  const lines = [...byWhy].map(([why, skips]) => {
    const names = [...new Set(skips.map(({ name }) => name))];
    const more = names.length > SKIPPED_NAMES ? `, and ${names.length - SKIPPED_NAMES} more` : "";
    return `  ${why}: ${names.slice(0, SKIPPED_NAMES).join(", ")}${more}\n`;
  });
  return lines.length === 0 ? "" : `\nnot run here:\n${lines.join("")}`;
}

/** Puts the program together as it is installed, for the tests that start recorders (`tests/support/program.ts`). */
function buildProgram(): string {
  const to = resolve("node_modules/.nightjar/built");
  const build = spawnSync(process.execPath, ["scripts/build-packages.ts", "--unpacked", "--to", to], {
    encoding: "utf8",
  });
  if (build.status !== 0) {
    process.stderr.write(`the program cannot be put together:\n${build.stdout}${build.stderr}\n`);
    process.exit(1);
  }
  return join(to, "nightjar/core/main.js");
}

// Compiled code is kept from process to process: most of a short file's time is reading the recorder's sources.
process.env["NODE_COMPILE_CACHE"] ??= resolve("node_modules/.nightjar/code");
process.env["NIGHTJAR_TEST_PATIENCE"] ??= PATIENCE;
process.env["NIGHTJAR_WHOLE_PACKAGES"] ??= await wholePackages();
const wanted = process.argv.slice(2);
const suites = wanted.length === 0 ? suiteNames : wanted;
for (const name of suites) {
  if (suiteNames.includes(name)) continue;
  process.stderr.write(`no suite "${name}": ${suiteNames.join(", ")}\n`);
  process.exit(2);
}
if (suites.some((name) => name !== "unit")) {
  process.env["NIGHTJAR_TEST_PROGRAM"] ??= buildProgram();
  // Beside the first tests, none of which waits for it; without Node-RED it ends at once, and in any case in time.
  spawn(process.execPath, ["scripts/test-runs/compile-node-red.ts"], {
    stdio: "ignore",
    timeout: COMPILING_LIMIT_MS,
  });
}

// `npm test` names a file that is there as soon as all packages are compiled; tests that need none of them begin before.
const compiledMark = process.env["NIGHTJAR_TEST_COMPILED"];
const first: Outcome[] = [];
await runAll(
  jobsOf(suites),
  async (job) => {
    first.push(await runJob(job));
  },
  () => compiledMark === undefined || existsSync(compiledMark),
);
const slowest = first.toSorted((left, right) => right.seconds - left.seconds).slice(0, SLOWEST);
const [outcomes, unsteady] = await runFailedAgain(first);
const failures = outcomes.map((outcome) => outcome.failures).filter((text) => text !== "");
const total = (part: "passed" | "failed" | "skipped"): number =>
  outcomes.reduce((sum, outcome) => sum + outcome[part], 0);
if (unsteady.length > 0)
  process.stdout.write(`\nunsteady, passed only when run alone:\n${unsteady.join("\n")}\n`);
if (failures.length > 0) process.stdout.write(`\nfailures once more:\n${failures.join("\n")}\n`);
process.stdout.write(
  `\nslowest:\n${slowest.map(({ job, seconds }) => `  ${seconds.toFixed(1).padStart(6)} s  ${nameOf(job)}`).join("\n")}\n`,
);
const seconds = Math.round((performance.now() - started) / 1000);
const idlePercent = Math.round(idleShare(0) * 100);
process.stdout.write(
  `all in ${seconds} s, processors ${Math.round(processorSecondsOfAll())} s and idle for ${idlePercent} % of it\n`,
);
if (seconds > LIMIT_SECONDS)
  process.stdout.write(
    `that is more than ${LIMIT_SECONDS} s: either others use this machine, or tests must become cheaper\n`,
  );
process.stdout.write(skippedText(outcomes));
const failed = total("failed");
process.stdout.write(`\n${total("passed")} passed, ${failed} failed, ${total("skipped")} skipped\n`);
process.exitCode = failed === 0 && total("passed") > 0 ? 0 : 1;
