// Locks ffmpeg up where bubblewrap (`bwrap`) is installed and may be used: no network, no files but its own libraries,
// no other processes in sight. Decoders of hostile pictures are where attackers get in (docs/design/security.md).
import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";

export interface Sandbox {
  /** Absolute path of bwrap. */
  readonly bwrap: string;
}

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

/** The sandbox where bwrap is there. Whether the kernel lets it work shows when a program runs in it ({@link searchFfmpeg}). */
export function installedSandbox(path: string): Sandbox | undefined {
  const bwrap = path
    .split(delimiter)
    .filter((folder) => folder.startsWith("/"))
    .map((folder) => join(folder, "bwrap"))
    .find((file) => existsSync(file));
  return bwrap === undefined ? undefined : { bwrap };
}

/** Command and arguments that run a program in the sandbox, or plainly without one. */
export function sandboxed(
  sandbox: Sandbox | undefined,
  program: string,
  args: readonly string[],
): { readonly command: string; readonly args: string[] } {
  if (sandbox === undefined) return { command: program, args: [...args] };
  const binds = [...READ_ONLY, dirname(program)].flatMap((folder) => ["--ro-bind-try", folder, folder]);
  const walls = ["--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv"];
  const own = ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--chdir", "/tmp"];
  return { command: sandbox.bwrap, args: [...walls, ...binds, ...own, "--", program, ...args] };
}
