// The benchmarks: `npm run bench [-- <suite>…] [-- --quick] [-- --json] [-- --cameras 1,16]`.
// Never part of the tests: a busy machine must not turn them red. Exit code 1 when a number does not hold.
import { spawnSync } from "node:child_process";
import { cpus, release, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { crash } from "./crash.ts";
import { type BenchContext, type BenchResult, type Machine, type Suite, tableOf } from "./figure.ts";
import { live } from "./live.ts";
import { playback } from "./playback.ts";
import { record } from "./record.ts";

const SUITES: Readonly<Record<string, Suite>> = { record, live, playback, crash };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
    cameras: { type: "string", default: "" },
    help: { type: "boolean", default: false },
  },
});

function machine(): Machine {
  const version = spawnSync("ffmpeg", ["-version"], { encoding: "utf8" }).stdout;
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    memoryMb: Math.round(totalmem() / 1024 ** 2),
    kernel: release(),
    node: process.versions.node,
    ffmpeg: /^ffmpeg version (\S+)/.exec(version)?.[1],
  };
}

async function main(): Promise<number> {
  const names = positionals.length > 0 ? positionals : Object.keys(SUITES);
  const unknown = names.find((name) => !Object.hasOwn(SUITES, name));
  if (values.help || unknown !== undefined) {
    const list = Object.keys(SUITES).join(", ");
    if (unknown !== undefined) console.error(`no suite "${unknown}"`);
    console.log(`usage: npm run bench -- [suite…] [--quick] [--json] [--cameras 1,16]\nsuites: ${list}`);
    return unknown === undefined ? 0 : 2;
  }
  const context: BenchContext = {
    quick: values.quick,
    counts: values.cameras
      .split(",")
      .map(Number)
      .filter((count) => Number.isInteger(count) && count > 0),
    progress: (text) => {
      if (!values.json) console.error(`… ${text}`);
    },
  };
  const results: BenchResult[] = [];
  for (const name of names) {
    const suite = SUITES[name];
    if (suite === undefined) continue;
    const result: BenchResult = { suite: name, machine: machine(), figures: await suite(context) };
    results.push(result);
    if (!values.json) console.log(`\n${tableOf(result)}`);
  }
  if (values.json) console.log(JSON.stringify(results.length === 1 ? results[0] : results, undefined, 2));
  return results.some((result) => result.figures.some((one) => one.ok === false)) ? 1 : 0;
}

process.exitCode = await main();
