// The control group of one process of an isolated plugin (cgroups(7), version 2): made with its bounds before the process
// is started, which enters it before anything else of it runs; all that is in it ends with it, and it is removed.
import { readFileSync } from "node:fs";
import { mkdir, rmdir, writeFile } from "node:fs/promises";
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

const SHELL = "/bin/sh";
/** Enters the group and becomes the command; what did not get in does not run. */
const ENTER = 'echo $$ > "$1" || exit 97; shift; exec "$@"';
const PERIOD_MICROSECONDS = 100_000;
const MIB = 1024 ** 2;
/** Ended processes may take a moment to be gone. */
const REMOVE_TRIES = 60;
const REMOVE_PAUSE_MS = 50;

export class PluginGroup {
  readonly folder: string;
  readonly #bounds: GroupBounds;
  #end: Promise<void> | undefined;

  private constructor(folder: string, bounds: GroupBounds) {
    this.folder = folder;
    this.#bounds = bounds;
  }

  /** Makes a group at `folder`, which does not exist yet. Rejects with the system's error; nothing is left then. */
  static async make(folder: string, bounds: GroupBounds): Promise<PluginGroup> {
    await mkdir(folder);
    const group = new PluginGroup(folder, bounds);
    try {
      await group.#bound();
    } catch (error) {
      await group.end();
      throw error;
    }
    return group;
  }

  /** The command that enters the group and then becomes `command`, which is an absolute path. */
  entered(command: string, args: readonly string[]): { readonly command: string; readonly args: string[] } {
    return { command: SHELL, args: ["-c", ENTER, "sh", join(this.folder, "cgroup.procs"), command, ...args] };
  }

  /** What the kernel ended it for, in a sentence; undefined: for nothing. At once, and to be asked before `end`. */
  wentBeyond(): string | undefined {
    let events: string;
    try {
      events = readFileSync(join(this.folder, "memory.events"), "utf8");
    } catch {
      return undefined;
    }
    if (!(Number(/^oom_kill (\d+)$/m.exec(events)?.[1]) > 0)) return undefined;
    return `it wanted more than the ${Math.round(this.#bounds.memoryBytes / MIB)} MB of memory that are allowed`;
  }

  /** Ends all that is in it, and removes it. */
  end(): Promise<void> {
    this.#end ??= endGroup(this.folder);
    return this.#end;
  }

  async #bound(): Promise<void> {
    const { memoryBytes, processorPercent, tasks } = this.#bounds;
    const write = (file: string, text: string) => writeFile(join(this.folder, file), text);
    await write("memory.max", String(memoryBytes));
    await write("cpu.max", `${(PERIOD_MICROSECONDS * processorPercent) / 100} ${PERIOD_MICROSECONDS}`);
    await write("pids.max", String(tasks));
    // Without a swap file there is no such bound; older kernels do not end all of a group together.
    await write("memory.swap.max", "0").catch(ifAbsent);
    await write("memory.oom.group", "1").catch(ifAbsent);
  }
}

/** Ends all that is in the group at `folder`, and removes it; without meaning where there is none. Never rejects. */
export async function endGroup(folder: string): Promise<void> {
  for (let tries = 0; tries < REMOVE_TRIES; tries += 1) {
    // Each time: what is started while others end is ended too. Linux 5.14; before that, what waits here has ended.
    await writeFile(join(folder, "cgroup.kill"), "1").catch(() => undefined);
    try {
      await rmdir(folder);
      return;
    } catch (error) {
      if (systemCode(error) !== "EBUSY") return;
    }
    await pause(REMOVE_PAUSE_MS);
  }
}

function ifAbsent(error: unknown): void {
  // No file can be made in a group.
  if (!["ENOENT", "EACCES", "EPERM"].includes(systemCode(error) ?? "")) throw error;
}
