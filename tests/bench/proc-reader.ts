// Reads what processes have used from /proc (proc(5)): processor time of all their threads, and memory.
import { readFileSync } from "node:fs";

/** USER_HZ, which is 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

export interface Usage {
  readonly cpuSeconds: number;
  readonly rssMb: number;
  /** Memory with shared pages divided among those who share them. */
  readonly pssMb: number;
}

/** Sum over processes; one that is gone counts nothing. */
export function usageOf(pids: readonly number[]): Usage {
  let cpuSeconds = 0;
  let rssMb = 0;
  let pssMb = 0;
  for (const pid of pids) {
    cpuSeconds += cpuSecondsOf(pid);
    const rollup = read(`/proc/${pid}/smaps_rollup`);
    rssMb += kilobytes(rollup, "Rss") / 1024;
    pssMb += kilobytes(rollup, "Pss") / 1024;
  }
  return { cpuSeconds, rssMb, pssMb };
}

/** User and system time of a process since its start. */
export function cpuSecondsOf(pid: number): number {
  // The name in parentheses may hold spaces: fields are counted behind it.
  const fields = read(`/proc/${pid}/stat`)
    .replace(/^.*\) /s, "")
    .split(" ");
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / TICKS_PER_SECOND;
}

function kilobytes(text: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text)?.[1] ?? 0);
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
