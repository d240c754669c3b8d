// Fuzzes the parsers of the registry (tests/core/fuzz-targets.ts) in process, with seeded mutations.
// Usage: node scripts/fuzz.ts [--inputs N] [--suite NAME] [--seed N] [--help]
// Prints one line a target; on a failure the seed, the number of the input and its bytes, and exits with 1.
import { parseArgs } from "node:util";
import { Mutator } from "../core/testing/mutator.ts";
import { fuzzTargets } from "../tests/core/fuzz-targets.ts";

const { values } = parseArgs({
  options: {
    inputs: { type: "string", default: "1000000" },
    suite: { type: "string" },
    seed: { type: "string", default: "1" },
    help: { type: "boolean", default: false },
  },
});

if (values.help) {
  console.log("node scripts/fuzz.ts [--inputs N] [--suite NAME] [--seed N]");
  console.log(`suites: ${fuzzTargets.map((target) => target.name).join(", ")}`);
  process.exit(0);
}

const inputs = Number(values.inputs);
const seed = Number(values.seed);
const chosen = fuzzTargets.filter((target) => values.suite === undefined || target.name === values.suite);
if (chosen.length === 0 || !(inputs > 0) || !Number.isInteger(seed)) {
  console.error(`nothing to do: suites are ${fuzzTargets.map((target) => target.name).join(", ")}`);
  process.exit(2);
}

let failed = 0;
for (const target of chosen) {
  const mutator = new Mutator(seed, target.corpus());
  const startedAtMs = performance.now();
  let slowestMs = 0;
  let input = 0;
  let bytes: Buffer = Buffer.alloc(0);
  try {
    for (; input < inputs; input += 1) {
      bytes = mutator.next();
      const beforeMs = performance.now();
      target.run(bytes);
      slowestMs = Math.max(slowestMs, performance.now() - beforeMs);
    }
    const seconds = (performance.now() - startedAtMs) / 1000;
    console.log(
      `${target.name}: ${inputs} inputs in ${seconds.toFixed(1)} s, slowest ${slowestMs.toFixed(1)} ms`,
    );
  } catch (error) {
    failed += 1;
    console.error(`${target.name}: FAILED at input ${input} of seed ${seed}: ${String(error)}`);
    console.error(error instanceof Error ? error.stack : "");
    console.error(bytes.toString("base64"));
  }
}
process.exitCode = failed === 0 ? 0 : 1;
