// `nightjar doctor`: looks at everything around the recorder that can be wrong, and says what to do. Asks a running recorder
// too, and needs none.
import { livingOwner } from "../supervisor/data-lock.ts";
import { type RunningRecorder, runDoctor, worstResult } from "../system/doctor.ts";
import { type CommandLine, EXIT } from "./arguments.ts";
import { print, printJson } from "./output.ts";
import { findRunningCore } from "./running-core.ts";

const MARKS = { ok: "ok", notice: "--", warning: " !", error: "!!" } as const;
/** A recorder that does not answer is itself a finding, and must not keep the others waiting. */
const PATIENCE_MS = 5_000;

/** Runs all checks, with a short measurement of the volumes. Exit code 4 where something is wrong. */
export async function doctor(line: CommandLine): Promise<number> {
  const running = await runningRecorder(line.dataDir);
  const checks = await runDoctor({
    dataDir: line.dataDir,
    measure: true,
    ...(running === undefined ? {} : { running }),
  });
  const worst = worstResult(checks);
  if (line.json) {
    printJson({ result: worst, checks });
  } else {
    for (const { result, message, where, advice, command } of checks) {
      print(`${MARKS[result]}  ${message}`);
      if (result === "ok") continue;
      if (where !== undefined && !message.includes(where)) print(`      where: ${where}`);
      if (advice !== undefined) print(`      do:    ${advice}`);
      if (command !== undefined) print(`      type:  ${command}`);
    }
  }
  return worst === "ok" || worst === "notice" ? EXIT.ok : EXIT.findings;
}

/** What the recorder on that data directory says; without `status` if it holds it and says nothing. */
async function runningRecorder(dataDir: string): Promise<RunningRecorder | undefined> {
  const owner = await livingOwner(dataDir);
  const core = await findRunningCore(dataDir).catch(() => undefined);
  if (core === undefined) return owner === undefined ? undefined : { pid: owner.pid };
  try {
    const [status, plugins] = await Promise.all([
      core.request("status", {}, PATIENCE_MS),
      core.request("listPlugins", {}, PATIENCE_MS),
    ]);
    return {
      ...(owner === undefined ? {} : { pid: owner.pid }),
      status: status as NonNullable<RunningRecorder["status"]>,
      plugins,
    };
  } catch {
    // Said as a finding: it runs and does not answer.
    return owner === undefined ? undefined : { pid: owner.pid };
  } finally {
    core.close();
  }
}
