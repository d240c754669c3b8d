// Runs the project's tests with node:test: `node scripts/run-tests.ts [unit|integration|e2e|faults]...` (all without names).
// All files wait in one line and start as soon as there is room for them: most of their time is waiting for cameras,
// disks and clocks, so as many share the machine as leave its processors some rest, at most one of them being one that
// judges moments.
// A file that failed beside others is run once more by itself (decision 0017); one that passes then is named, too.
// Prints each file's report when it ends, failures whole, the slowest files, and last `N passed, N failed, N skipped`.
import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { basename, join, resolve } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { setTimeout as delay } from "node:timers/promises";

/** So many files are beside each other at least. */
const PLACES = 3;
/** And so many at most, for the sake of memory, ports and whatever else the processors do not show. */
const PLACES_AT_MOST = 5;
/** Processors that were idle for this share of the last look have room for one more file. */
const IDLE_SHARE = 0.25;
/** Time between looks: long enough for a file that was just started to be at its work. */
const LOOK_EVERY_MS = 3_000;

interface Suite {
  readonly files: readonly string[];
  /** Files that record 16 cameras, or whose pictures are to move at their own pace: never two of them at once. */
  readonly big?: readonly string[];
}

const SUITES: Readonly<Record<string, Suite>> = {
  unit: {
    files: [
      "tests/architecture/**/*.test.ts",
      "tests/core/**/*.test.ts",
      "plugins/*/tests/**/*.test.ts",
      "ui/tests/**/*.test.ts",
    ],
  },
  integration: { files: ["tests/integration/**/*.test.ts"], big: ["footage-camera-faults"] },
  e2e: {
    files: ["tests/e2e/**/*.test.ts"],
    big: ["playback", "footage-live", "live", "wall", "codecs"],
  },
  faults: { files: ["tests/faults/**/*.test.ts"], big: ["kill-storm", "neighbours", "bad-plugins", "crowd"] },
};
/** Started early, since they take longest: a run is over when its last file is. */
const LONG = [
  "disk-trouble",
  "installed-program",
  "rtsp-gstreamer",
  "database-rescue",
  "bad-plugins",
  "pages",
  "footage-recorded",
  "locks",
  "h265-playback",
  "isolated-plugins",
  "plugins-install",
  "media-volumes",
  "power-loss",
  "plugin-guide",
  "service-systemd",
  "pre-record-on-disk",
  "session-ends",
  "doctor",
  "canary-secrets",
  "bad-input",
  "restream",
  "restream-players",
  "storage-and-health",
  "axe",
];
/** Longest time for one test; a hang must not eat the whole run. */
const TEST_LIMIT_MS = 300_000;
/** Deadlines end hangs; they are this many times as long as on a machine that has nothing else to do. */
const PATIENCE = "4";
/** More files than these that fail are not unsteady: something is broken, and running them again would only take time. */
const AGAIN_AT_MOST = 8;
const SLOWEST = 12;

interface Job {
  readonly file: string;
  readonly name: string;
  readonly isBig: boolean;
}

/** What came of a file. */
interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Failures as they were told. */
  readonly failures: string;
}

const outcomes = new Map<string, Outcome>();
const seconds = new Map<string, number>();
const started = performance.now();
let countedProcessorSeconds = 0;

function jobsOf(suite: Suite): Job[] {
  return suite.files
    .flatMap((pattern) => globSync(pattern))
    .sort()
    .map((file) => {
      const name = basename(file, ".test.ts");
      return { file, name, isBig: suite.big?.includes(name) === true };
    });
}

/** The big ones first, one after the other with others beside them, then the long ones. */
function inOrder(jobs: readonly Job[]): Job[] {
  const rank = ({ name, isBig }: Job): number => (isBig ? 0 : LONG.includes(name) ? 1 : 2);
  return jobs.toSorted((left, right) => rank(left) - rank(right));
}

/** Runs all in their order, each as soon as there is a place for it. */
async function runAll(waiting: Job[]): Promise<void> {
  const running = new Set<Promise<void>>();
  let isBigRunning = false;
  let idleShare = idleShares();
  while (waiting.length > 0 || running.size > 0) {
    const next = waiting.findIndex(({ isBig }) => !(isBig && isBigRunning));
    if (next === -1 || running.size >= PLACES_AT_MOST) {
      await Promise.race(running);
      continue;
    }
    if (running.size >= PLACES) {
      await Promise.race([...running, delay(LOOK_EVERY_MS, undefined, { ref: false })]);
      if (running.size >= PLACES && idleShare(LOOK_EVERY_MS / 2) < IDLE_SHARE) continue;
      idleShare = idleShares();
    }
    const job = waiting.splice(next, 1)[0] as Job;
    if (job.isBig) isBigRunning = true;
    const done = runFile(job.file).finally(() => {
      if (job.isBig) isBigRunning = false;
      running.delete(done);
    });
    running.add(done);
  }
}

/** What share of the time since the last answer the processors were idle; none when asked again before `afterMs`. */
function idleShares(): (afterMs: number) => number {
  const read = (): { idle: number; all: number; at: number } => {
    const times = cpus().map((cpu) => cpu.times);
    const all = times.reduce(
      (sum, { user, nice, sys, idle, irq }) => sum + user + nice + sys + idle + irq,
      0,
    );
    return { idle: times.reduce((sum, { idle }) => sum + idle, 0), all, at: performance.now() };
  };
  let last = read();
  return (afterMs) => {
    if (performance.now() - last.at < afterMs) return 0;
    const now = read();
    const share = now.all === last.all ? 0 : (now.idle - last.idle) / (now.all - last.all);
    last = now;
    return share;
  };
}

/** Processor time of all processes that ended below this one, in seconds; 0 where the system does not tell. */
function processorSeconds(): number {
  try {
    const stat = readFileSync("/proc/self/stat", "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[13]) + Number(fields[14])) / 100;
  } catch {
    return 0;
  }
}

/** Runs one file and prints its report when it is over. */
async function runFile(file: string): Promise<void> {
  const begin = performance.now();
  let failed = 0;
  let passed = 0;
  let skipped = 0;
  const stream = run({ files: [file], concurrency: 1, timeout: TEST_LIMIT_MS });
  stream.on("test:pass", (event) => {
    // A file is told of as a whole too where it holds no test of its own.
    if (event.details.type === "suite" || event.name === file) return;
    if (event.skip !== undefined || event.todo !== undefined) skipped += 1;
    else passed += 1;
  });
  stream.on("test:fail", (event) => {
    if (event.details.type !== "suite") failed += 1;
  });
  let text = "";
  for await (const chunk of stream.compose(new spec())) text += chunk;
  // A file's time is added when its process is waited for, so what was added since the last end is this one's.
  const processorTime = processorSeconds() - countedProcessorSeconds;
  countedProcessorSeconds += processorTime;
  const time = (performance.now() - begin) / 1000;
  seconds.set(file, time + (seconds.get(file) ?? 0));
  process.stdout.write(
    `\n── ${file}: ${time.toFixed(1)} s, processors ${processorTime.toFixed(1)} s\n${report(text)}`,
  );
  const failures = failed === 0 ? "" : text.slice(Math.max(0, text.indexOf("✖ failing tests:")));
  outcomes.set(file, { passed, failed, skipped, failures });
}

/** Runs the files that failed once more, one after the other. Answers what the unsteady ones said the first time. */
async function runFailedAgain(): Promise<string[]> {
  const first = [...outcomes].filter(([, { failed }]) => failed > 0);
  if (first.length > AGAIN_AT_MOST) return [];
  const unsteady: string[] = [];
  for (const [file, { failures }] of first) {
    process.stdout.write(`\n── once more, alone: ${file}\n`);
    await runFile(file);
    if (outcomes.get(file)?.failed === 0) unsteady.push(`${file}\n${failures}`);
  }
  return unsteady;
}

/** Without what the spec reporter counts for one file: the whole run is counted at its end. */
function report(text: string): string {
  return text
    .split("\n")
    .filter(
      (line) =>
        line.trim() !== "" && !/ℹ (tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) /.test(line),
    )
    .map((line) => `${line}\n`)
    .join("");
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

// Compiled code is kept from file to file: most of a short one's time is reading the recorder's sources.
process.env["NODE_COMPILE_CACHE"] ??= resolve("node_modules/.nightjar/code");
process.env["NIGHTJAR_TEST_PATIENCE"] ??= PATIENCE;
const wanted = process.argv.slice(2);
const suites = wanted.length === 0 ? Object.keys(SUITES) : wanted;
for (const name of suites) {
  if (SUITES[name] !== undefined) continue;
  process.stderr.write(`no suite "${name}": ${Object.keys(SUITES).join(", ")}\n`);
  process.exit(2);
}
if (suites.some((name) => name !== "unit")) process.env["NIGHTJAR_TEST_PROGRAM"] ??= buildProgram();
await runAll(inOrder(suites.flatMap((name) => jobsOf(SUITES[name] as Suite))));
const unsteady = await runFailedAgain();
const failures = [...outcomes.values()].map((outcome) => outcome.failures).filter((text) => text !== "");
const total = (part: "passed" | "failed" | "skipped"): number =>
  [...outcomes.values()].reduce((sum, outcome) => sum + outcome[part], 0);
const slowest = [...seconds].sort(([, a], [, b]) => b - a).slice(0, SLOWEST);
if (unsteady.length > 0)
  process.stdout.write(`\nunsteady, passed only when run alone:\n${unsteady.join("\n")}\n`);
if (failures.length > 0) process.stdout.write(`\nfailures once more:\n${failures.join("\n")}\n`);
process.stdout.write(
  `\nslowest files:\n${slowest.map(([file, time]) => `  ${time.toFixed(1).padStart(6)} s  ${file}`).join("\n")}\n`,
);
process.stdout.write(
  `all in ${Math.round((performance.now() - started) / 1000)} s, processors ${Math.round(countedProcessorSeconds)} s\n`,
);
const failed = total("failed");
process.stdout.write(`\n${total("passed")} passed, ${failed} failed, ${total("skipped")} skipped\n`);
process.exitCode = failed === 0 && total("passed") > 0 ? 0 : 1;
