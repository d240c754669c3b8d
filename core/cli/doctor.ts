// `nightjar doctor`: looks at everything around the recorder that can be wrong, and says what to do. Needs no running one.
import { runDoctor, worstResult } from "../system/doctor.ts";
import { type CommandLine, EXIT } from "./arguments.ts";
import { print, printJson } from "./output.ts";

const MARKS = { ok: "ok", notice: "--", warning: " !", error: "!!" } as const;

/** Runs all checks, with a short measurement of the volumes. Exit code 4 where something is wrong. */
export async function doctor(line: CommandLine): Promise<number> {
  const checks = await runDoctor({ dataDir: line.dataDir, measure: true });
  const worst = worstResult(checks);
  if (line.json) {
    printJson({ result: worst, checks });
  } else {
    for (const check of checks) {
      print(`${MARKS[check.result]}  ${check.message}`);
      if (check.advice !== undefined) print(`      ${check.advice}`);
    }
  }
  return worst === "ok" || worst === "notice" ? EXIT.ok : EXIT.findings;
}
