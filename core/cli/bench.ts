// `nightjar bench`: runs the benchmarks of a checkout.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { NightjarError } from "../errors.ts";
import { type CommandLine, checkoutFolder, EXIT } from "./arguments.ts";

export async function bench(line: CommandLine): Promise<number> {
  const root = checkoutFolder();
  const entry = root === undefined ? undefined : join(root, "tests", "bench", "main.ts");
  if (entry === undefined || !existsSync(entry)) {
    throw new NightjarError(
      "NJ_BENCH_MISSING",
      "failed-precondition",
      "the benchmarks are part of the source: run this from a checkout",
    );
  }
  const child = spawn(process.execPath, [entry, ...line.words.slice(1), ...(line.json ? ["--json"] : [])], {
    stdio: "inherit",
  });
  const [code] = (await once(child, "exit")) as [number | null];
  return code ?? EXIT.failed;
}
