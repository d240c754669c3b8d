// Runs a program of the system (systemctl, useradd, getent) by an argument array, to its end, in a bounded time.
import { spawn } from "node:child_process";
import { NightjarError, systemCode } from "../../errors.ts";

/** `systemctl enable --now` waits for the recorder's orderly stop when one is running. */
const LIMIT_MS = 90_000;
const MOST_OUTPUT = 64 * 1024;
/** Where the programs of administrators lie; the PATH of `sudo` and `su` often lacks them. */
const ADMINISTRATORS = ["/usr/sbin", "/sbin"];

export interface ProgramResult {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Gives what came of it, whatever the exit code. Throws `NJ_SERVICE_PROGRAM` (failed-precondition) if it cannot be run. */
export async function runProgram(name: string, args: readonly string[]): Promise<ProgramResult> {
  const path = [process.env["PATH"] ?? "/usr/bin:/bin", ...ADMINISTRATORS].join(":");
  const { XDG_RUNTIME_DIR, DBUS_SESSION_BUS_ADDRESS } = process.env;
  return new Promise((resolve, reject) => {
    const child = spawn(name, args, {
      stdio: ["ignore", "pipe", "pipe"],
      // The user's manager is found by these.
      env: { PATH: path, LC_ALL: "C", XDG_RUNTIME_DIR, DBUS_SESSION_BUS_ADDRESS },
    });
    const limit = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS);
    let out = "";
    let err = "";
    child.stdout.on("data", (chunk: Buffer) => {
      out = `${out}${chunk}`.slice(0, MOST_OUTPUT);
    });
    child.stderr.on("data", (chunk: Buffer) => {
      err = `${err}${chunk}`.slice(0, MOST_OUTPUT);
    });
    child.once("error", (error) => {
      clearTimeout(limit);
      reject(failure(name, args, systemCode(error) ?? error.message, error));
    });
    child.once("close", (code) => {
      clearTimeout(limit);
      resolve({ code, out, err });
    });
  });
}

/** The same, and gives its output; throws `NJ_SERVICE_PROGRAM` (failed-precondition) for any exit code but 0, too. */
export async function mustRun(name: string, args: readonly string[]): Promise<string> {
  const { code, out, err } = await runProgram(name, args);
  if (code === 0) return out;
  const said = err.trim() || out.trim() || "it said nothing";
  throw failure(name, args, `exit code ${code ?? "none, it took too long"}: ${said}`);
}

function failure(name: string, args: readonly string[], reason: string, cause?: unknown): NightjarError {
  return new NightjarError(
    "NJ_SERVICE_PROGRAM",
    "failed-precondition",
    `\`${[name, ...args].join(" ")}\` failed (${reason})`,
    { program: name },
    cause,
  );
}
