// Every parser survives 100 000 mutated inputs: nothing thrown but what its door promises, no endless loop
// (attack list A12, A19).
import { describe, it } from "node:test";
import { Mutator } from "../../core/testing/mutator.ts";
import { fuzzTargets } from "./fuzz-targets.ts";

const INPUTS = 100_000;

describe("fuzzing", () => {
  for (const target of fuzzTargets) {
    it(`${target.name} survives ${INPUTS} mutated inputs`, { timeout: 60_000 }, () => {
      const mutator = new Mutator(0x6e6a, target.corpus());
      // Most inputs are refused by an error, and most of an error's time is its stack.
      const { stackTraceLimit } = Error;
      Error.stackTraceLimit = 0;
      try {
        for (let input = 0; input < INPUTS; input += 1) target.run(mutator.next());
      } finally {
        Error.stackTraceLimit = stackTraceLimit;
      }
    });
  }
});
