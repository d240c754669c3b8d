// Fuzzes the parsers of the registry (tests/core/fuzz-targets.ts) in process, with seeded mutations.
// Usage: node scripts/fuzz.ts [--inputs N] [--suite NAME] [--seed N] [--help]
// Prints one line a target; on a failure the seed, the number of the input and its bytes, and exits with 1. A failure is also
// an input that takes more than 100 ms each time, and memory beyond 64 MiB over what the target began with.
import { parseArgs } from "node:util";
import { Mutator } from "../core/testing/mutator.ts";
import { FuzzPace, MEMORY_LIMIT_BYTES, SLOW_MS } from "../tests/core/fuzz-pace.ts";
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
  const pace = new FuzzPace(target);
  let input = 0;
  let bytes: Buffer = Buffer.alloc(0);
  try {
    for (; input < inputs; input += 1) {
      bytes = mutator.next();
      pace.run(bytes);
    }
    const seconds = (performance.now() - startedAtMs) / 1000;
    const memory = `${(pace.memoryBytes / 1024 / 1024).toFixed(0)} MiB`;
    console.log(
      `${target.name}: ${inputs} inputs in ${seconds.toFixed(1)} s, slowest ${pace.slowestMs.toFixed(1)} ms, ${memory} more`,
    );
    if (pace.slow !== undefined) {
      failed += 1;
      const { input: at, ms } = pace.slow;
      console.error(
        `${target.name}: FAILED: input ${at} of seed ${seed} takes ${ms.toFixed(0)} ms, not ${SLOW_MS}`,
      );
      console.error(pace.slow.bytes.toString("base64"));
    }
    if (pace.memoryBytes > MEMORY_LIMIT_BYTES) {
      failed += 1;
      console.error(`${target.name}: FAILED: ${memory} of memory are kept`);
    }
  } catch (error) {
    failed += 1;
    console.error(`${target.name}: FAILED at input ${input} of seed ${seed}: ${String(error)}`);
    console.error(error instanceof Error ? error.stack : "");
    console.error(bytes.toString("base64"));
  }
}
process.exitCode = failed === 0 ? 0 : 1;
