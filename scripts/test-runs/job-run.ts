// Runs one job with node:test in a process of its own, prints its report when it is over and tells what came of it.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { pathToFileURL } from "node:url";
import type { Job } from "./suites.ts";

/** Longest time for one test; a hang must not eat the whole run. */
const TEST_LIMIT_MS = 300_000;
/** And for a process whose tests are over, or that never comes to them: something that it started still lives. */
const JOB_LIMIT_MS = 900_000;
/** Where the modules stand that load several files into one process. */
const TOGETHER_FOLDER = resolve("node_modules/.nightjar/tests-together");

/** How many tests there were. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** Spares each process the reading of hundreds of files. */
const WHOLE_PACKAGES = new URL("../whole-packages.mjs", import.meta.url).href;

/** And the following of each promise, for the sake of the name of the test in which an error was caught by nobody. */
const UNTRACKED_PROMISES = new URL("untracked-promises.mjs", import.meta.url).href;

/** What came of a job. */
export interface Outcome extends Readonly<Counts> {
  readonly job: Job;
  /** By file; what belongs to none of them, as the end of the whole process does, is counted with the job alone. */
  readonly byFile: ReadonlyMap<string, Readonly<Counts>>;
  /** What did not run here although it could elsewhere, each with why. */
  readonly skips: readonly { readonly name: string; readonly why: string }[];
  /** Failures as they were told. */
  readonly failures: string;
  readonly seconds: number;
}

let countedProcessorSeconds = 0;

/** What a job is called: its file, or its first one and how many more. */
export function nameOf({ files }: Job): string {
  return files.length === 1 ? (files[0] as string) : `${files[0]} and ${files.length - 1} more`;
}

/** Processor time of all jobs so far, in seconds; 0 where the system does not tell. */
export function processorSecondsOfAll(): number {
  return countedProcessorSeconds;
}

/** Runs a job and prints its report when it is over. */
export async function runJob(job: Job): Promise<Outcome> {
  const begin = performance.now();
  const entry = job.files.length === 1 ? (job.files[0] as string) : together(job.files);
  const all: Counts = { passed: 0, failed: 0, skipped: 0 };
  const byFile = new Map(
    job.files.map((file): [string, Counts] => [resolve(file), { passed: 0, failed: 0, skipped: 0 }]),
  );
  const count = (file: string | undefined, part: keyof Counts): void => {
    all[part] += 1;
    const ofFile = file === undefined ? undefined : byFile.get(file);
    if (ofFile !== undefined) ofFile[part] += 1;
  };
  const skips: { readonly name: string; readonly why: string }[] = [];
  const limit = AbortSignal.timeout(JOB_LIMIT_MS);
  const stream = run({
    ...{ files: [entry], concurrency: 1, timeout: TEST_LIMIT_MS, signal: limit },
    execArgv: ["--import", WHOLE_PACKAGES, "--import", UNTRACKED_PROMISES],
  });
  stream.on("test:pass", (event) => {
    // Of a suite, too: what is in it is told of nowhere else.
    if (typeof event.skip === "string") skips.push({ name: event.name, why: event.skip });
    // A file is told of as a whole too where it holds no test of its own.
    if (event.details.type === "suite" || event.name === entry) return;
    count(event.file, event.skip !== undefined || event.todo !== undefined ? "skipped" : "passed");
  });
  stream.on("test:fail", (event) => {
    if (event.details.type !== "suite") count(event.file, "failed");
  });
  let text = "";
  for await (const chunk of stream.compose(new spec())) text += chunk;
  // A process's time is added when it is waited for, so what was added since the last end is this one's.
  const processorTime = processorSeconds() - countedProcessorSeconds;
  countedProcessorSeconds += processorTime;
  const seconds = (performance.now() - begin) / 1000;
  process.stdout.write(
    `\n── ${nameOf(job)}: ${seconds.toFixed(1)} s, processors ${processorTime.toFixed(1)} s\n${report(text)}`,
  );
  const failures = all.failed === 0 ? "" : text.slice(Math.max(0, text.indexOf("✖ failing tests:")));
  return { job, ...all, byFile, skips, failures, seconds };
}

/** Writes the module that loads several files, so that node:test gives them one process. Answers where it stands. */
function together(files: readonly string[]): string {
  mkdirSync(TOGETHER_FOLDER, { recursive: true });
  const module = `${TOGETHER_FOLDER}/${(files[0] as string).replaceAll(/[^a-z0-9-]/g, "_")}.test.mjs`;
  writeFileSync(
    module,
    files.map((file) => `import ${JSON.stringify(pathToFileURL(file).href)};\n`).join(""),
  );
  return module;
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

/** Without what the spec reporter counts for one process: the whole run is counted at its end. */
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
