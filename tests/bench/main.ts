// The benchmarks: `npm run bench [-- <suite>…] [-- --quick] [-- --json] [-- --write] [-- --cameras 1,16]`; all suites
// without a name. Never part of the tests: a busy machine must not turn them red. Exit code 1 when a number does not
// hold, or a suite did not come to its end.
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { writeBenchmarksPage } from "./benchmarks-page.ts";
import { type BenchResult, type Figure, tableOf } from "./figure.ts";
import { leaveNothingBehind, withUs } from "./left-behind.ts";
import { describeMachine } from "./machine.ts";
import type { SuiteAnswer, SuiteOrder } from "./suite-process.ts";
import { SUITES } from "./suites.ts";

const SUITE_PROCESS = fileURLToPath(new URL("./suite-process.ts", import.meta.url));
/** What a suite that is told to end may take to clean up. */
const GRACE_MS = 10_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
    cameras: { type: "string", default: "" },
    help: { type: "boolean", default: false },
  },
});

/** Figures of a suite; undefined if it did not come to its end, which has been said then. */
async function run(order: SuiteOrder, deadlineMs: number): Promise<readonly Figure[] | undefined> {
  const child = withUs(
    fork(SUITE_PROCESS, [JSON.stringify(order)], { stdio: ["ignore", "ignore", "inherit", "ipc"] }),
    "SIGTERM",
  );
  let figures: readonly Figure[] | undefined;
  child.once("message", (answer) => {
    ({ figures } = answer as SuiteAnswer);
  });
  const deadline = setTimeout(() => {
    console.error(`suite ${order.suite} was not done after ${deadlineMs / 1000} s`);
    child.kill("SIGTERM");
  }, deadlineMs);
  const hard = setTimeout(() => child.kill("SIGKILL"), deadlineMs + GRACE_MS);
  await once(child, "exit");
  clearTimeout(deadline);
  clearTimeout(hard);
  if (figures === undefined) console.error(`suite ${order.suite} failed`);
  return figures;
}

async function main(): Promise<number> {
  const names = positionals.length > 0 ? positionals : Object.keys(SUITES);
  const unknown = names.find((name) => !Object.hasOwn(SUITES, name));
  if (values.help || unknown !== undefined) {
    const list = Object.keys(SUITES).join(", ");
    if (unknown !== undefined) console.error(`no suite "${unknown}"`);
    console.log(
      `usage: npm run bench -- [suite…] [--quick] [--json] [--write] [--cameras 1,16]\nsuites: ${list}`,
    );
    return unknown === undefined ? 0 : 2;
  }
  if (values.write && values.quick) {
    console.error("--write wants whole runs: leave --quick out");
    return 2;
  }
  leaveNothingBehind();
  const counts = values.cameras
    .split(",")
    .map(Number)
    .filter((count) => Number.isInteger(count) && count > 0);
  const results: BenchResult[] = [];
  for (const suite of names) {
    const deadlineMs = SUITES[suite]?.deadlineMs ?? 0;
    const machine = await describeMachine();
    const figures = await run({ suite, quick: values.quick, silent: values.json, counts }, deadlineMs);
    if (figures === undefined) continue;
    const result: BenchResult = { suite, machine, figures };
    results.push(result);
    if (!values.json) console.log(`\n${tableOf(result)}\n`);
    if (values.write) writeBenchmarksPage(result, counts.length > 0);
  }
  if (values.json) console.log(JSON.stringify(names.length === 1 ? results[0] : results, undefined, 2));
  const holds = results.every((result) => result.figures.every((one) => one.ok !== false));
  return holds && results.length === names.length ? 0 : 1;
}

process.exitCode = await main();
