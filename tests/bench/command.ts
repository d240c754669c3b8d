// The command of the benchmarks: which suites to run, what is printed of them, and whether all numbers hold.
import { parseArgs } from "node:util";
import { writeBenchmarksPage } from "./benchmarks-page.ts";
import { type BenchResult, type Machine, tableOf } from "./figure.ts";
import type { SuiteAnswer, SuiteOrder } from "./suite-process.ts";

/** What the command works with. */
export interface Bench {
  readonly suites: Readonly<Record<string, { readonly deadlineMs: number }>>;
  /** What a suite measured; undefined if it did not come to its end, which has been said then. */
  run(order: SuiteOrder, deadlineMs: number): Promise<SuiteAnswer | undefined>;
  machine(): Promise<Machine>;
  print(text: string): void;
  complain(text: string): void;
}

/** Runs the suites that are named, and tells what came of them. Answers the exit code. */
export async function benchCommand(args: readonly string[], bench: Bench): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      json: { type: "boolean", default: false },
      quick: { type: "boolean", default: false },
      write: { type: "boolean", default: false },
      cameras: { type: "string", default: "" },
      help: { type: "boolean", default: false },
    },
  });
  const names = positionals.length > 0 ? positionals : Object.keys(bench.suites);
  const unknown = names.find((name) => !Object.hasOwn(bench.suites, name));
  if (values.help || unknown !== undefined) {
    const list = Object.keys(bench.suites).join(", ");
    if (unknown !== undefined) bench.complain(`no suite "${unknown}"`);
    bench.print(
      `usage: npm run bench -- [suite…] [--quick] [--json] [--write] [--cameras 1,16]\nsuites: ${list}`,
    );
    return unknown === undefined ? 0 : 2;
  }
  if (values.write && values.quick) {
    bench.complain("--write wants whole runs: leave --quick out");
    return 2;
  }
  const counts = values.cameras
    .split(",")
    .map(Number)
    .filter((count) => Number.isInteger(count) && count > 0);
  const results: BenchResult[] = [];
  for (const suite of names) {
    const deadlineMs = bench.suites[suite]?.deadlineMs ?? 0;
    const machine = await bench.machine();
    const answer = await bench.run({ suite, quick: values.quick, silent: values.json, counts }, deadlineMs);
    if (answer === undefined) continue;
    const { figures, isPart = false } = answer;
    const result: BenchResult = { suite, machine, figures };
    results.push(result);
    if (!values.json) bench.print(`\n${tableOf(result)}\n`);
    if (values.write) writeBenchmarksPage(result, isPart || counts.length > 0);
  }
  if (values.json) bench.print(JSON.stringify(names.length === 1 ? results[0] : results, undefined, 2));
  const holds = results.every((result) => result.figures.every((one) => one.ok !== false));
  return holds && results.length === names.length ? 0 : 1;
}
