// The command `nightjar` as people and scripts run it: a process with its output and its exit code.
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { PROGRAM } from "./program.ts";

export interface CommandResult {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface CommandSurroundings {
  readonly cwd?: string;
  /** The whole environment; this process's own unless given. */
  readonly env?: NodeJS.ProcessEnv;
  /** Another user, which only root can become. */
  readonly uid?: number;
  /** A program and its arguments that runs the command: `prlimit --nofile=256`. */
  readonly through?: readonly string[];
}

/** Starts the command on a data directory. */
export function startNightjar(
  dataDir: string,
  args: readonly string[],
  { through = [], uid, ...surroundings }: CommandSurroundings = {},
): ChildProcessWithoutNullStreams {
  const entry = ["--disable-warning=ExperimentalWarning", PROGRAM];
  const [program = "", ...rest] = [...through, process.execPath, ...entry, ...args, "--data", dataDir];
  return spawn(program, rest, { ...surroundings, ...(uid === undefined ? {} : { uid, gid: uid }) });
}

/** Runs the command to its end. */
export async function nightjar(
  dataDir: string,
  args: readonly string[],
  { input = "", ...surroundings }: CommandSurroundings & { readonly input?: string } = {},
): Promise<CommandResult> {
  const child = startNightjar(dataDir, args, surroundings);
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    err += chunk.toString();
  });
  child.stdin.end(input);
  const [code] = (await once(child, "close")) as [number | null];
  return { code, out, err };
}
