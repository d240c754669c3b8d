// The benchmarks: `npm run bench [-- <suite>…] [-- --quick] [-- --json] [-- --write] [-- --cameras 1,16]`; all suites
// without a name. Never part of the tests: a busy machine must not turn them red. Exit code 1 when a number does not
// hold, or a suite did not come to its end.
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { nodeArguments } from "../../core/supervisor/process-contract.ts";
import { benchCommand } from "./command.ts";
import { leaveNothingBehind, withUs } from "./left-behind.ts";
import { describeMachine } from "./machine.ts";
import type { SuiteAnswer, SuiteOrder } from "./suite-process.ts";
import { SUITES } from "./suites.ts";

const SUITE_PROCESS = fileURLToPath(new URL("./suite-process.ts", import.meta.url));
/** What a suite that is told to end may take to clean up. */
const GRACE_MS = 10_000;

/** What a suite measured; undefined if it did not come to its end, which has been said then. */
async function run(order: SuiteOrder, deadlineMs: number): Promise<SuiteAnswer | undefined> {
  const child = withUs(
    fork(SUITE_PROCESS, [JSON.stringify(order)], {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
      // What a suite runs of the recorder in itself runs as it does there.
      execArgv: nodeArguments(SUITES[order.suite]?.as ?? "core"),
    }),
    "SIGTERM",
  );
  let answer: SuiteAnswer | undefined;
  child.once("message", (message) => {
    answer = message as SuiteAnswer;
  });
  const deadline = setTimeout(() => {
    console.error(`suite ${order.suite} was not done after ${deadlineMs / 1000} s`);
    child.kill("SIGTERM");
  }, deadlineMs);
  const hard = setTimeout(() => child.kill("SIGKILL"), deadlineMs + GRACE_MS);
  await once(child, "exit");
  clearTimeout(deadline);
  clearTimeout(hard);
  if (answer === undefined) console.error(`suite ${order.suite} failed`);
  return answer;
}

leaveNothingBehind();
process.exitCode = await benchCommand(process.argv.slice(2), {
  suites: SUITES,
  run,
  machine: describeMachine,
  print: (text) => console.log(text),
  complain: (text) => console.error(text),
});
