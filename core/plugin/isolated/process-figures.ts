// What the system says of a plugin's process, which could lie about itself: /proc on Linux. Elsewhere nothing is known.
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";

export interface ProcessFigures {
  readonly rssBytes: number;
  /** Processor time since its start. */
  readonly cpuSeconds: number;
}

/** Linux counts in hundredths of a second whatever the machine. */
const TICKS_PER_SECOND = 100;

/**
 * The figures of a process; undefined where they are not to be had. At once: what the kernel makes up on the spot is read
 * in a tenth of the time that it takes to wait for it.
 */
export function processFigures(pid: number | undefined): ProcessFigures | undefined {
  if (pid === undefined) return undefined;
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const rssBytes = Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024;
    // After the name in brackets, which may hold anything; fields 14 and 15 of proc(5).
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const cpuSeconds = (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
    return Number.isFinite(rssBytes) && Number.isFinite(cpuSeconds) ? { rssBytes, cpuSeconds } : undefined;
  } catch {
    return undefined;
  }
}

/** The last of the row of processes that a wrapper program starts: the one that it wraps. */
export async function wrappedPid(pid: number | undefined): Promise<number | undefined> {
  let at = pid;
  for (let depth = 0; at !== undefined && depth < 4; depth += 1) {
    const children = await readFile(`/proc/${at}/task/${at}/children`, "utf8").catch(() => "");
    const next = Number.parseInt(children, 10);
    if (!Number.isSafeInteger(next)) return at;
    at = next;
  }
  return at;
}
