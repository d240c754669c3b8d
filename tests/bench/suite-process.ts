// Runs one suite in a process of its own and tells its figures to main.ts, which started it: no suite inherits another's
// memory, and whatever goes wrong ends with the process.
import type { BenchContext, Figure } from "./figure.ts";
import { leaveNothingBehind } from "./left-behind.ts";
import { SUITES } from "./suites.ts";

/** What main.ts hands over as the only argument, as JSON. */
export interface SuiteOrder {
  readonly suite: string;
  readonly quick: boolean;
  readonly silent: boolean;
  readonly counts: readonly number[];
}

/** What comes back. */
export interface SuiteAnswer {
  readonly figures: readonly Figure[];
  /** Some were left out. */
  readonly isPart?: boolean;
}

leaveNothingBehind();
process.on("disconnect", () => process.exit(1));

const order = JSON.parse(process.argv[2] ?? "{}") as SuiteOrder;
let isPart = false;
const context: BenchContext = {
  quick: order.quick,
  counts: order.counts,
  progress: (text) => {
    if (!order.silent) console.error(`… ${text}`);
  },
  leaveOut(what, why) {
    isPart = true;
    console.error(`${what}: left out, ${why}`);
  },
};
try {
  const figures = await SUITES[order.suite]?.run(context);
  if (figures === undefined) throw new Error(`no suite "${order.suite}"`);
  process.send?.({ figures, isPart } satisfies SuiteAnswer, () => process.exit(0));
} catch (error) {
  console.error(error);
  process.exit(1);
}
