// Fuzz target of what a watched node answers: bytes of any kind as its body.
import { readNodeAnswer } from "../../../core/cluster/node-answer.ts";
import { NightjarError } from "../../../core/errors.ts";
import { SETUP } from "../../support/node-servers.ts";
import type { FuzzTarget } from "../fuzz-targets.ts";

export const nodeFuzzTargets: readonly FuzzTarget[] = [
  {
    name: "node-answer",
    inputs: 30_000,
    corpus: () =>
      [JSON.stringify(SETUP), '{"product":"Nightjar","version":"1"}', "[]"].map((text) => Buffer.from(text)),
    run(bytes) {
      const answer = readNodeAnswer(200, bytes, "barn.example");
      if (answer.isNightjar && !/^[\w.+-]{1,64}$/.test(answer.version))
        throw new NightjarError("NJ_TEST", "internal", "a version holds what it must not");
    },
  },
];
