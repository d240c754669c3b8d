// Which process listens on a TCP port, by Linux's /proc (proc(5)): the socket's number from /proc/net/tcp and tcp6, then
// whoever has it open. Others' processes are open to root alone.
import { readlinkSync } from "node:fs";
import { readdir, readFile, readlink } from "node:fs/promises";
import { basename } from "node:path";

export interface PortHolder {
  readonly pid: number;
  readonly name: string;
  /** Its program and first arguments, short enough for a sentence. */
  readonly commandLine: string;
}

const LISTENING = "0A";
const SHOWN_CHARACTERS = 60;

/** The process that listens on `port`; undefined if none is seen. */
export async function portHolder(port: number): Promise<PortHolder | undefined> {
  const sockets = new Set(
    (
      await Promise.all(["/proc/net/tcp", "/proc/net/tcp6"].map((file) => listeningSockets(file, port)))
    ).flat(),
  );
  if (sockets.size === 0) return undefined;
  for (const entry of await readdir("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    const open = await readdir(`/proc/${entry}/fd`).catch(() => []);
    if (open.some((descriptor) => isOneOf(sockets, `/proc/${entry}/fd/${descriptor}`)))
      return describe(Number(entry));
  }
  return undefined;
}

/** At once, since the kernel answers from memory: by a thread for each, all of a machine's took three times the processor. */
function isOneOf(sockets: ReadonlySet<string>, descriptor: string): boolean {
  try {
    const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(descriptor))?.[1];
    return inode !== undefined && sockets.has(inode);
  } catch {
    // Closed meanwhile, or another's.
    return false;
  }
}

async function listeningSockets(file: string, port: number): Promise<string[]> {
  const text = await readFile(file, "utf8").catch(() => "");
  const wanted = port.toString(16).toUpperCase().padStart(4, "0");
  return text.split("\n").flatMap((line) => {
    const [, local = "", , state, , , , , , inode] = line.trim().split(/\s+/);
    return state === LISTENING && local.endsWith(`:${wanted}`) && inode !== undefined ? [inode] : [];
  });
}

async function describe(pid: number): Promise<PortHolder> {
  // Threads may be named, and Node's main one is called MainThread: the program's file says more.
  const [program, words] = await Promise.all([
    readlink(`/proc/${pid}/exe`).catch(() => readFile(`/proc/${pid}/comm`, "utf8").catch(() => "")),
    readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => ""),
  ]);
  const commandLine = words.split("\0").join(" ").trim();
  const isLong = commandLine.length > SHOWN_CHARACTERS;
  return {
    pid,
    name: basename(program.trim()) || "a program",
    commandLine: isLong ? `${commandLine.slice(0, SHOWN_CHARACTERS)}…` : commandLine,
  };
}
