// The lock on a data directory: `<data>/nightjar.lock` holds the owner's pid, its start time and the boot id, so that
// a lock left by a crash or a power cut is told from a living owner.
import { open, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { NightjarError, systemCode } from "../errors.ts";

const LOCK_FILE = "nightjar.lock";
/** proc(5): ended, and not yet fetched by its parent, which in containers may take long or never happen. */
const ZOMBIE = "Z";

export interface LockOwner {
  readonly pid: number;
  /** Field 22 of /proc/<pid>/stat, or "" where there is no /proc: tells a reused pid from the old process. */
  readonly startTime: string;
  /** Changes with every boot; "" where the system does not tell. */
  readonly bootId: string;
}

export interface DataLock {
  release(): Promise<void>;
}

/** Takes the lock, or throws `NJ_DATA_DIR_BUSY` (failed-precondition) naming the process that holds it. */
export async function lockDataDir(dataDir: string): Promise<DataLock> {
  const path = join(dataDir, LOCK_FILE);
  const own: LockOwner = {
    pid: process.pid,
    startTime: await processStartTime(process.pid),
    bootId: await bootId(),
  };
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      const file = await open(path, "wx", 0o600);
      await file.writeFile(JSON.stringify(own));
      await file.close();
      return { release: () => rm(path, { force: true }) };
    } catch (error) {
      if (systemCode(error) !== "EEXIST") throw dataDirError(dataDir, error);
    }
    const owner = await livingOwner(dataDir);
    if (owner !== undefined) {
      throw new NightjarError(
        "NJ_DATA_DIR_BUSY",
        "failed-precondition",
        `another Nightjar (process ${owner.pid}) uses ${dataDir}: stop it, or give this one its own --data directory`,
        { dataDir, pid: owner.pid },
      );
    }
    await rm(path, { force: true });
  }
  await writeFile(path, JSON.stringify(own), { mode: 0o600 });
  return { release: () => rm(path, { force: true }) };
}

/** Who holds the lock and lives; undefined if nobody does. */
export async function livingOwner(dataDir: string): Promise<LockOwner | undefined> {
  const owner = await readOwner(join(dataDir, LOCK_FILE));
  if (owner === undefined || owner.bootId !== (await bootId())) return undefined;
  return (await isSameProcess(owner)) ? owner : undefined;
}

/** True if the process of that pid lives and began when the record says. One that has ended and waits for its parent is dead. */
export async function isSameProcess(owner: Pick<LockOwner, "pid" | "startTime">): Promise<boolean> {
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if (systemCode(error) === "ESRCH") return false;
  }
  const { state, startTime } = await processFacts(owner.pid);
  return startTime === owner.startTime && state !== ZOMBIE;
}

/** Start time of a process in clock ticks since boot, as text; "" if unknown. */
export async function processStartTime(pid: number): Promise<string> {
  return (await processFacts(pid)).startTime;
}

async function processFacts(pid: number): Promise<{ readonly state: string; readonly startTime: string }> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    // The second field is a name in parentheses that may hold anything: count from its end.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { state: fields[0] ?? "", startTime: fields[19] ?? "" };
  } catch {
    return { state: "", startTime: "" };
  }
}

async function bootId(): Promise<string> {
  try {
    return (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
  } catch {
    return "";
  }
}

async function readOwner(path: string): Promise<LockOwner | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, "utf8"));
    const owner = value as Partial<LockOwner>;
    if (!Number.isSafeInteger(owner.pid)) return undefined;
    return { pid: Number(owner.pid), startTime: String(owner.startTime), bootId: String(owner.bootId) };
  } catch {
    return undefined;
  }
}

function dataDirError(dataDir: string, error: unknown): NightjarError {
  const reason = systemCode(error) ?? String(error);
  return new NightjarError(
    "NJ_DATA_DIR_UNUSABLE",
    "failed-precondition",
    `the data directory ${dataDir} cannot be written (${reason}): check that it exists and belongs to the user who runs Nightjar`,
    { dataDir },
    error,
  );
}
