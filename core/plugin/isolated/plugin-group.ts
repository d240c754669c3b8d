// The control group of one process of an isolated plugin (cgroups(7)): made with its bounds before the process is started,
// which enters it before anything else of it runs; all that is in it ends with it, and it is removed. In version 1 it is a
// group of that name in the tree of each controller.
import { readFileSync } from "node:fs";
import { mkdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { systemCode } from "../../errors.ts";

/** What a plugin may take. */
export interface GroupBounds {
  readonly memoryBytes: number;
  /** Of one processor, in per cent: more it is not given, however much it wants. */
  readonly processorPercent: number;
  /** Processes and threads, those of what stands around it included. */
  readonly tasks: number;
}

/** Of version 1: where each controller has groups of plugins. Older kernels bound no number of tasks. */
export interface ControllerFolders {
  readonly memory: string;
  readonly cpu: string;
  readonly pids?: string;
}

const SHELL = "/bin/sh";
/** Enters the group, of all trees, and becomes the command; what did not get in does not run. */
const ENTER = 'while [ "$1" != -- ]; do echo $$ > "$1" || exit 97; shift; done; shift; exec "$@"';
const PERIOD_MICROSECONDS = 100_000;
const MIB = 1024 ** 2;
/** Ended processes may take a moment to be gone. */
const REMOVE_TRIES = 60;
const REMOVE_PAUSE_MS = 50;

/** A file of a group, and what is written to it. Optional: not every kernel has it. */
type BoundFile = readonly [path: string, text: string, isOptional?: "optional"];

export class PluginGroup {
  /** Of version 1: of each controller, that of memory first. */
  readonly #folders: readonly string[];
  readonly #bounds: GroupBounds;
  /** Where the kernel counts what it ended for its memory. */
  readonly #events: string;
  #end: Promise<void> | undefined;

  private constructor(folders: readonly string[], events: string, bounds: GroupBounds) {
    this.#folders = folders;
    this.#events = events;
    this.#bounds = bounds;
  }

  /** Makes a group at `folder`, which does not exist yet. Rejects with the system's error; nothing is left then. */
  static make(folder: string, bounds: GroupBounds): Promise<PluginGroup> {
    const group = new PluginGroup([folder], join(folder, "memory.events"), bounds);
    const { memoryBytes, processorPercent, tasks } = bounds;
    return group.#make([
      [join(folder, "memory.max"), String(memoryBytes)],
      [join(folder, "cpu.max"), `${quotaOf(processorPercent)} ${PERIOD_MICROSECONDS}`],
      [join(folder, "pids.max"), String(tasks)],
      // Without a swap file there is no such bound; older kernels do not end all of a group together.
      [join(folder, "memory.swap.max"), "0", "optional"],
      [join(folder, "memory.oom.group"), "1", "optional"],
    ]);
  }

  /** As `make`, of version 1: a group `name` below the folder of each controller. */
  static makeOld(below: ControllerFolders, name: string, bounds: GroupBounds): Promise<PluginGroup> {
    const { memoryBytes, processorPercent, tasks } = bounds;
    const memory = join(below.memory, name);
    const cpu = join(below.cpu, name);
    const pids = below.pids === undefined ? undefined : join(below.pids, name);
    // Trees may be mounted together, cpu with others most of all.
    const folders = [...new Set([memory, cpu, ...(pids === undefined ? [] : [pids])])];
    const group = new PluginGroup(folders, join(memory, "memory.oom_control"), bounds);
    return group.#make([
      [join(memory, "memory.limit_in_bytes"), String(memoryBytes)],
      // With what is swapped out, where the kernel counts that.
      [join(memory, "memory.memsw.limit_in_bytes"), String(memoryBytes), "optional"],
      [join(cpu, "cpu.cfs_period_us"), String(PERIOD_MICROSECONDS)],
      [join(cpu, "cpu.cfs_quota_us"), String(quotaOf(processorPercent))],
      ...(pids === undefined ? [] : [[join(pids, "pids.max"), String(tasks)] as const]),
    ]);
  }

  /** The command that enters the group and then becomes `command`, which is an absolute path. */
  entered(command: string, args: readonly string[]): { readonly command: string; readonly args: string[] } {
    const procs = this.#folders.map((folder) => join(folder, "cgroup.procs"));
    return { command: SHELL, args: ["-c", ENTER, "sh", ...procs, "--", command, ...args] };
  }

  /** What the kernel ended it for, in a sentence; undefined: for nothing. At once, and to be asked before `end`. */
  wentBeyond(): string | undefined {
    let events: string;
    try {
      events = readFileSync(this.#events, "utf8");
    } catch {
      return undefined;
    }
    if (!(Number(/^oom_kill (\d+)$/m.exec(events)?.[1]) > 0)) return undefined;
    return `it wanted more than the ${Math.round(this.#bounds.memoryBytes / MIB)} MB of memory that are allowed`;
  }

  /** Ends all that is in it, and removes it. */
  end(): Promise<void> {
    this.#end ??= Promise.all(this.#folders.map(endGroup)).then(() => undefined);
    return this.#end;
  }

  async #make(files: readonly BoundFile[]): Promise<this> {
    const made: string[] = [];
    try {
      for (const folder of this.#folders) {
        await mkdir(folder);
        made.push(folder);
      }
      for (const [path, text, isOptional] of files)
        await writeFile(path, text).catch(isOptional === undefined ? undefined : ifAbsent);
    } catch (error) {
      await Promise.all(made.map(endGroup));
      throw error;
    }
    return this;
  }
}

/** Of each period, in microseconds. */
function quotaOf(processorPercent: number): number {
  return (PERIOD_MICROSECONDS * processorPercent) / 100;
}

/** Ends all that is in the group at `folder`, and removes it; without meaning where there is none. Never rejects. */
export async function endGroup(folder: string): Promise<void> {
  for (let tries = 0; tries < REMOVE_TRIES; tries += 1) {
    // Each time: what is started while others end is ended too. By the kernel itself in version 2, from Linux 5.14 on.
    await writeFile(join(folder, "cgroup.kill"), "1").catch(() => killAll(folder));
    try {
      await rmdir(folder);
      return;
    } catch (error) {
      if (systemCode(error) !== "EBUSY") return;
    }
    await pause(REMOVE_PAUSE_MS);
  }
}

/** Ends the processes of a group one by one, but never the recorder's own. */
async function killAll(folder: string): Promise<void> {
  const listed = await readFile(join(folder, "cgroup.procs"), "utf8").catch(() => "");
  // Another namespace's process has no number here: 0, which would be all of ours.
  for (const pid of listed
    .split("\n")
    .map(Number)
    .filter((pid) => pid > 1 && pid !== process.pid)) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended meanwhile.
    }
  }
}

function ifAbsent(error: unknown): void {
  // No file can be made in a group.
  if (!["ENOENT", "EACCES", "EPERM"].includes(systemCode(error) ?? "")) throw error;
}
