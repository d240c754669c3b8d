// The registry of everything that is fuzzed: parsers of what strangers send. tests/core/fuzz.test.ts gives each target
// 100 000 mutated inputs (or `inputs`), `npm run fuzz` a million. A target must return: a throw, other than of the error its door
// promises, is a failure. Add yours here, or in a file of your own that is spread into the list.
import { nutFuzzTargets } from "./analysis/nut-fuzz-target.ts";
import { byteStreamFuzzTargets } from "./byte-stream-fuzz-targets.ts";
import { nodeFuzzTargets } from "./cluster/node-fuzz-target.ts";
import { configFuzzTargets } from "./config/config-fuzz-targets.ts";
import { restreamFuzzTargets } from "./gateway/restream/restream-fuzz-target.ts";
import { mediaFuzzTargets } from "./media/media-fuzz-targets.ts";
import { segmentFuzzTargets } from "./media/mp4/segment-fuzz-target.ts";
import { tillFuzzTargets } from "./pos/till-fuzz-target.ts";

export interface FuzzTarget {
  /** Kebab-case; chosen by `--suite`. */
  readonly name: string;
  /** Well-formed inputs to mutate. */
  readonly corpus: () => readonly Uint8Array[];
  /** Parses the bytes, which are valid during the call only. */
  readonly run: (bytes: Buffer) => void;
  /** Inputs of each run of the tests, where 100 000 would cost more than they find. */
  readonly inputs?: number;
}

/** All targets. */
export const fuzzTargets: readonly FuzzTarget[] = [
  ...mediaFuzzTargets,
  ...segmentFuzzTargets,
  ...configFuzzTargets,
  ...restreamFuzzTargets,
  ...nutFuzzTargets,
  ...tillFuzzTargets,
  ...nodeFuzzTargets,
  ...byteStreamFuzzTargets,
];
