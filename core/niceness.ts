// How far a process steps back for others when the machine has too little time for all. `nice` alone does not do where Linux
// shares the processors among sessions first (`kernel.sched_autogroup_enabled`, sched(7)), as most desktops and servers do: each
// of the recorder's processes leads a session of its own, and `nice` counts among those of one session only.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { constants, setPriority } from "node:os";

/** Who is not root may change one session in a tenth of a second, whoever's it is. */
const AGAIN_AFTER_MS = 150;
const TRIES = 20;

/** Sets `nice` of a process, which counts among those of its session. Throws where it has ended or a sandbox forbids it. */
export function setNiceness(pid: number, nice: number): void {
  setPriority(pid, Math.min(constants.priority.PRIORITY_LOW, nice));
}

/**
 * The same for all threads that it has by now (on Linux each has its own) and for its session, which then steps back behind all
 * others on the machine, too: for what computes for long, not for what others wait for.
 */
export function setNicenessOfAll(pid: number, nice: number): void {
  const bounded = Math.min(constants.priority.PRIORITY_LOW, nice);
  setPriority(pid, bounded);
  if (process.platform !== "linux") return;
  setSessionNiceness(pid, bounded, TRIES);
  for (const thread of readdirSync(`/proc/${pid}/task`)) setPriority(Number(thread), bounded);
}

/** Whether this process has a terminal that what it starts could type into (tty_ioctl(2), TIOCSTI). */
export function hasTerminal(): boolean {
  try {
    const stat = readFileSync("/proc/self/stat", "utf8");
    // proc_pid_stat(5): the fifth field behind the name, which may hold anything.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[4] !== "0";
  } catch {
    return true;
  }
}

function setSessionNiceness(pid: number, nice: number, triesLeft: number): void {
  const file = `/proc/${pid}/autogroup`;
  if (!existsSync(file)) return;
  try {
    writeFileSync(file, String(nice));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EAGAIN" || triesLeft <= 1) return;
    setTimeout(() => setSessionNiceness(pid, nice, triesLeft - 1), AGAIN_AFTER_MS).unref();
  }
}
