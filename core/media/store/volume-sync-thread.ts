// One of a volume's sync threads: syncs files and directories, deletes files, probes the volume, recovers and reads files.
// It blocks for as long as the disk does; the main thread watches the time.
import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  openSync,
  readdirSync,
  readSync,
  rmdirSync,
  statfsSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { systemCode } from "../../errors.ts";
import { recoverSegment } from "./recover-segment.ts";
import { readVolumeMarker, syncDirectory } from "./volume-marker.ts";
import {
  SYNC_THREAD_UP,
  type SyncJob,
  type SyncOutcome,
  type SyncReply,
  type SyncTask,
  type VolumeThreadData,
} from "./volume-messages.ts";

const { volumePath } = workerData as VolumeThreadData;
const PROBE_FILE = ".nightjar-probe";
/** A quarter of a million locks. */
const TEXT_LIMIT_BYTES = 16 * 1024 * 1024;

parentPort?.on("message", (job: SyncJob) => {
  const outcomes: SyncOutcome[] = job.tasks.map(attempt);
  removeTogether(job.tasks, outcomes);
  const reply: SyncReply = { job: job.job, outcomes };
  parentPort?.postMessage(reply);
});
parentPort?.postMessage(SYNC_THREAD_UP);

function attempt(task: SyncTask): SyncOutcome {
  try {
    return perform(task);
  } catch (error) {
    return faulty(error);
  }
}

function perform(task: SyncTask): SyncOutcome {
  switch (task.kind) {
    case "file":
      fdatasyncSync(task.descriptor);
      return {};
    case "directory":
      syncDirectory(join(task.path));
      return {};
    case "remove":
      unlink(join(volumePath, task.path));
      return {};
    case "clear":
      clear(join(volumePath, task.folder), new Set(task.spared));
      return {};
    case "recover":
      return {
        recovery: recoverSegment(join(volumePath, task.path), {
          ...(task.reasonBits === undefined ? {} : { reasonBits: task.reasonBits }),
          checksum: task.checksum,
        }),
      };
    case "probe":
      return { probe: probe(task.id, task.write) };
    case "text":
      checkMarker(task.id);
      return { text: readText(join(volumePath, task.path)) };
  }
}

/** Already gone is as good as deleted. */
function unlink(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
  }
}

function clear(folder: string, spared: ReadonlySet<string>): void {
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isFile() && !spared.has(entry.name)) unlink(join(folder, entry.name));
    }
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
  }
}

/** Syncs each directory once for all files deleted in it, and drops hour and day folders that became empty. */
function removeTogether(tasks: readonly SyncTask[], outcomes: SyncOutcome[]): void {
  const folders = new Map<string, number[]>();
  tasks.forEach((task, index) => {
    if (task.kind !== "remove" || outcomes[index]?.fault !== undefined) return;
    const folder = dirname(join(volumePath, task.path));
    folders.set(folder, [...(folders.get(folder) ?? []), index]);
  });
  for (const [folder, indices] of folders) {
    try {
      const left = removeEmpty(folder);
      syncDirectory(left);
    } catch (error) {
      if (systemCode(error) === "ENOENT") continue;
      for (const index of indices) outcomes[index] = faulty(error);
    }
  }
}

/** Removes an empty hour folder, and its day when that is empty too; returns the innermost one that remains. */
function removeEmpty(folder: string): string {
  const isHour = /^\d{2}$/.test(basename(folder));
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(basename(folder));
  if (!isHour && !isDay) return folder;
  try {
    rmdirSync(folder);
  } catch (error) {
    const code = systemCode(error);
    if (code === "ENOTEMPTY" || code === "EEXIST" || code === "EBUSY") return folder;
    if (code !== "ENOENT") throw error;
  }
  return removeEmpty(dirname(folder));
}

/** Free space, the right marker, and, where asked for, a write that reaches the disk. */
function probe(id: string | undefined, write: boolean): { freeBytes: number; totalBytes: number } {
  checkMarker(id);
  if (write) writeProbe();
  const space = statfsSync(volumePath);
  return { freeBytes: space.bavail * space.bsize, totalBytes: space.blocks * space.bsize };
}

function checkMarker(id: string | undefined): void {
  const marker = readVolumeMarker(volumePath);
  if (id !== undefined && marker === undefined) {
    throw Object.assign(new RangeError(`${volumePath} carries no volume: is its disk mounted?`), {
      code: "ENODEV",
    });
  }
  if (id !== undefined && marker !== undefined && marker.id !== id) {
    throw Object.assign(new RangeError(`${volumePath} carries another volume, ${marker.id}`), {
      code: "NJ_MISMATCH",
    });
  }
}

function readText(path: string): string {
  let descriptor: number;
  try {
    descriptor = openSync(path, "r");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return "";
    throw error;
  }
  try {
    const bytes = Buffer.alloc(Math.min(fstatSync(descriptor).size, TEXT_LIMIT_BYTES));
    return bytes.toString("utf8", 0, readSync(descriptor, bytes, 0, bytes.length, 0));
  } finally {
    closeSync(descriptor);
  }
}

function writeProbe(): void {
  try {
    const descriptor = openSync(join(volumePath, PROBE_FILE), "w", 0o640);
    try {
      writeSync(descriptor, `${Date.now()}\n`);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    // A full volume is not a broken one; who overwrites makes room.
    const code = systemCode(error);
    if (code !== "ENOSPC" && code !== "EDQUOT") throw error;
  }
}

function faulty(error: unknown): SyncOutcome {
  return {
    fault: {
      code: systemCode(error) ?? "UNKNOWN",
      message: error instanceof Error ? error.message : String(error),
    },
  };
}
