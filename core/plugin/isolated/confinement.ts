// How the system walls in the process of an isolated plugin: the strongest way that works here, found out once by trying
// it. Inside each of them Node's permissions and process-guard.ts hold as well (docs/decisions/0016-walls-around-plugins.md).
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, dirname, join } from "node:path";

/**
 * `bubblewrap`: no network, no processes and no files but the plugin's own in sight, by the kernel.
 * `namespaces`: no network and no other processes, by the kernel; files by Node's permissions.
 * `node`: network and files by Node's permissions (Node 26 and later). `process`: the network by doors closed inside
 * the process only, which is the weaker way.
 */
export const CONFINEMENT_WAYS = ["bubblewrap", "namespaces", "node", "process"] as const;
export type ConfinementWay = (typeof CONFINEMENT_WAYS)[number];

export interface Confinement {
  readonly way: ConfinementWay;
  /** Absolute path of `bwrap` or `unshare`. */
  readonly tool?: string;
}

/** What the process needs. */
export interface Walls {
  readonly network: boolean;
  /** Folders and files that it reads. */
  readonly reads: readonly string[];
  /** Folders that it writes. */
  readonly writes: readonly string[];
  readonly cwd: string;
}

/** A refusal comes at once. What does not answer counts as one, and a machine that is merely busy must not lose its walls. */
const TRY_TIMEOUT_MS = 30_000;
/** Programs and their libraries; with the network, also who is called what and whom to trust. */
const SYSTEM = ["/usr", "/lib", "/lib64", "/lib32", "/bin", "/sbin", "/etc/ld.so.cache", "/etc/alternatives"];
const SYSTEM_FOR_NETWORK = [
  "/etc/resolv.conf",
  "/etc/hosts",
  "/etc/nsswitch.conf",
  "/etc/gai.conf",
  "/etc/ssl",
  "/etc/localtime",
];
/** For processes of their own: ended with the parent, which itself waits and passes the end on. */
const OWN_PROCESSES = [
  "--user",
  "--map-root-user",
  "--pid",
  "--fork",
  "--kill-child=SIGKILL",
  "--mount-proc",
];

/** Where Node's permissions cover the network, even the pipe to the core needs it: given, and dropped once that stands. */
const NETWORK_OF_NODE = process.allowedNodeEnvironmentFlags.has("--allow-net") ? ["--allow-net"] : [];
const CAN_DROP = "process.exitCode = typeof process.permission.drop === 'function' ? 0 : 1";

let found: Promise<Confinement> | undefined;

/** The strongest way on this machine; found out once in the life of the process. */
export function detectConfinement(): Promise<Confinement> {
  found ??= confinements(process.env["PATH"] ?? "").then((all) => all[0] ?? { way: "process" });
  return found;
}

/** All ways that work here, strongest first. */
export async function confinements(path: string): Promise<Confinement[]> {
  const ways: Confinement[] = [];
  for (const [way, program] of [
    ["bubblewrap", "bwrap"],
    ["namespaces", "unshare"],
  ] as const) {
    const tool = process.platform === "linux" ? findProgram(program, path) : undefined;
    if (tool !== undefined && (await works({ way, tool }))) ways.push({ way, tool });
  }
  if (NETWORK_OF_NODE.length > 0 && (await works({ way: "node" }, ["--permission", "-e", CAN_DROP]))) {
    ways.push({ way: "node" });
  }
  ways.push({ way: "process" });
  return ways;
}

/** Command and arguments that run Node within the walls. */
export function confined(
  { way, tool }: Confinement,
  walls: Walls,
  nodeArgs: readonly string[],
): { readonly command: string; readonly args: string[] } {
  const node = process.execPath;
  const args = nodeArgs.includes("--permission") ? [...NETWORK_OF_NODE, ...nodeArgs] : [...nodeArgs];
  if (way === "bubblewrap" && tool !== undefined) {
    const system = walls.network ? [...SYSTEM, ...SYSTEM_FOR_NETWORK] : SYSTEM;
    return {
      command: tool,
      args: [
        "--unshare-all",
        ...(walls.network ? ["--share-net"] : []),
        "--die-with-parent",
        "--new-session",
        ...["--cap-drop", "ALL"],
        ...["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"],
        ...[...system, dirname(node)].flatMap((place) => ["--ro-bind-try", place, place]),
        ...walls.reads.flatMap((place) => ["--ro-bind-try", place, place]),
        ...walls.writes.flatMap((place) => ["--bind", place, place]),
        ...["--chdir", walls.cwd, "--", node, ...args],
      ],
    };
  }
  if (way === "namespaces" && tool !== undefined) {
    const net = walls.network ? [] : ["--net"];
    return { command: tool, args: [...OWN_PROCESSES, ...net, "--", node, ...args] };
  }
  return { command: node, args };
}

function findProgram(name: string, path: string): string | undefined {
  return path
    .split(delimiter)
    .filter((folder) => folder.startsWith("/"))
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file));
}

/** Containers often forbid namespaces: only a try tells. */
async function works(confinement: Confinement, nodeArgs = ["--version"]): Promise<boolean> {
  const walls: Walls = { network: false, reads: [], writes: [], cwd: "/" };
  const { command, args } = confined(confinement, walls, nodeArgs);
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: "ignore", env: {}, timeout: TRY_TIMEOUT_MS });
    child.once("error", () => resolve(false));
    child.once("close", (code) => resolve(code === 0));
  });
}

/** A program that builds walls tells of its inner process's end by signal as shells do. */
export function unwrapped(
  code: number | null,
  signal: NodeJS.Signals | null,
): { readonly code: number | null; readonly signal: NodeJS.Signals | null } {
  const found = Object.entries(constants.signals).find(([, number]) => code === 128 + number);
  return found === undefined ? { code, signal } : { code: null, signal: found[0] as NodeJS.Signals };
}
