// The command `nightjar` as people and scripts run it: a process with its output and its exit code.
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { PROGRAM } from "./program.ts";

export interface CommandResult {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Starts the command on a data directory. */
export function startNightjar(
  dataDir: string,
  args: readonly string[],
  cwd = process.cwd(),
): ChildProcessWithoutNullStreams {
  return spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", PROGRAM, ...args, "--data", dataDir],
    { cwd },
  );
}

/** Runs the command to its end. */
export async function nightjar(
  dataDir: string,
  args: readonly string[],
  options: { readonly input?: string; readonly cwd?: string } = {},
): Promise<CommandResult> {
  const child = startNightjar(dataDir, args, options.cwd);
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    err += chunk.toString();
  });
  child.stdin.end(options.input ?? "");
  const [code] = (await once(child, "close")) as [number | null];
  return { code, out, err };
}
