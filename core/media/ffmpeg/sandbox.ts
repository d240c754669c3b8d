// Locks ffmpeg up where bubblewrap (`bwrap`) is installed and may be used: no network, no files but its own libraries,
// no other processes in sight. Decoders of hostile pictures are where attackers get in (docs/design/security.md).
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { hasTerminal } from "../../niceness.ts";

export interface Sandbox {
  /** Absolute path of bwrap. */
  readonly bwrap: string;
}

/** A refusal comes at once. Without an answer there are no walls, and a machine that is merely busy must not lose them. */
const TRY_TIMEOUT_MS = 30_000;
const READ_ONLY = [
  "/usr",
  "/lib",
  "/lib64",
  "/lib32",
  "/bin",
  "/sbin",
  "/etc/ld.so.cache",
  "/etc/alternatives",
];

/** The sandbox, if bwrap is there and the kernel lets it work; tried once by running ffmpeg in it. */
export async function detectSandbox(
  ffmpeg: string,
  path = process.env["PATH"] ?? "",
): Promise<Sandbox | undefined> {
  const bwrap = path
    .split(delimiter)
    .filter((folder) => folder.startsWith("/"))
    .map((folder) => join(folder, "bwrap"))
    .find((file) => existsSync(file));
  if (bwrap === undefined) return undefined;
  const sandbox = { bwrap };
  const { command, args } = sandboxed(sandbox, ffmpeg, ["-version"]);
  const works = await new Promise<boolean>((resolve) => {
    const child = spawn(command, args, { stdio: "ignore", env: { LC_ALL: "C" }, timeout: TRY_TIMEOUT_MS });
    child.once("error", () => resolve(false));
    child.once("close", (code) => resolve(code === 0));
  });
  return works ? sandbox : undefined;
}

/** Command and arguments that run a program in the sandbox, or plainly without one. */
export function sandboxed(
  sandbox: Sandbox | undefined,
  program: string,
  args: readonly string[],
): { readonly command: string; readonly args: string[] } {
  if (sandbox === undefined) return { command: program, args: [...args] };
  const binds = [...READ_ONLY, dirname(program)].flatMap((folder) => ["--ro-bind-try", folder, folder]);
  // Of a session of its own only where there is a terminal to keep it from: otherwise it would not step back with who started it.
  const session = hasTerminal() ? ["--new-session"] : [];
  const walls = ["--unshare-all", "--die-with-parent", ...session, "--cap-drop", "ALL", "--clearenv"];
  const own = ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--chdir", "/tmp"];
  return { command: sandbox.bwrap, args: [...walls, ...binds, ...own, "--", program, ...args] };
}
