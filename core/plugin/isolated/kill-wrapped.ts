// Ends a process with what it wraps. A program that builds walls forks on its way, and asks the kernel to end the fork with
// it; in the milliseconds before that, killing the program alone leaves a fork that waits, or runs, for ever. The process is
// to be started `detached`: it then leads a group of its own, which is how a fork of the next instant is met.
import { readFileSync } from "node:fs";

/** Ends a process that has not been reaped yet, and those that it has started. */
export function killWrapped(pid: number): void {
  // Before the group, while they are still its children: they may have left the group. What is started after this look
  // has not, since that takes longer than the next line. The first of a space of process ids takes all others with it.
  const children = childrenOf(pid);
  killGroupOf(pid);
  for (const child of children) kill(child);
}

/** Ends what is left of the group that a process led which has just ended. */
export function killGroupOf(pid: number): void {
  kill(-pid);
}

function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").map(Number).filter(isPid);
  } catch {
    // It has ended, or the system is another one: there the plugin's process wraps nothing.
    return [];
  }
}

function isPid(value: number): boolean {
  return Number.isSafeInteger(value) && value > 1;
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended already.
  }
}
