// Finds out whether a folder can take recordings, how fast, and so for how many cameras (docs/design/storage-and-quota.md): writes
// and syncs a small file, then removes it. Bounded in bytes and time; a disk that hangs is reported, not waited for.
import { randomBytes } from "node:crypto";
import { open, rm, stat, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { systemCode } from "../errors.ts";

export interface VolumeCheck {
  readonly path: string;
  readonly writable: boolean;
  /** The folder is not there yet; the rest is said of the one above it. */
  readonly missing?: true;
  /** For people, when it is not writable. */
  readonly problem?: string;
  readonly problemCode?: VolumeProblem;
  readonly freeBytes?: number;
  readonly totalBytes?: number;
  /** Sequential writing, in bytes a second, synced at the end. */
  readonly bytesPerSecond?: number;
  readonly syncsPerSecond?: number;
  /** Cameras of 4 Mbit/s that it carries, by bytes and by syncs, the smaller of both. */
  readonly cameras?: number;
}

export type VolumeProblem =
  | "denied"
  | "read-only"
  | "full"
  | "quota"
  | "no-folder"
  | "failing"
  | "hanging"
  | "other";

export interface VolumeCheckOptions {
  /** Bytes to write for the measurement; 0 checks writability only. */
  readonly measureBytes?: number;
  /** After this the volume counts as hanging. */
  readonly timeoutMs?: number;
}

const CHUNK_BYTES = 1024 * 1024;
const CAMERA_BYTES_PER_SECOND = 500_000;
/** Half of what was measured is left for reading and for bad days. */
const SHARE = 0.5;
/** One sync round every 5 s covers a file of each camera. */
const SYNC_PERIOD_SECONDS = 5;
const SYNCS = 8;
/** Each of the two measurements begins nothing more after this. */
const MEASURE_MS = 2_000;

/** Looks that are under way, by folder: one that hangs holds a thread, of which there are four, and another would hold one more. */
const underWay = new Map<string, Promise<VolumeCheck>>();

/** Checks a folder; for one that is not there yet, the folder that it would be made in. Leaves nothing behind. Never throws. */
export async function checkVolume(path: string, options: VolumeCheckOptions = {}): Promise<VolumeCheck> {
  const timeoutMs = options.timeoutMs ?? 10_000;
  let timer: NodeJS.Timeout | undefined;
  const hanging = new Promise<VolumeCheck>((resolve) => {
    const problem = `did not answer in ${timeoutMs / 1000} s: the disk hangs, or the network share is away`;
    timer = setTimeout(() => resolve({ path, writable: false, problem, problemCode: "hanging" }), timeoutMs);
  });
  try {
    return await Promise.race([look(path, options.measureBytes ?? 0), hanging]);
  } finally {
    clearTimeout(timer);
  }
}

/** A new look, or the one that has not come back yet. */
function look(path: string, measureBytes: number): Promise<VolumeCheck> {
  const known = underWay.get(path);
  if (known !== undefined) return known;
  const begun = measure(path, measureBytes).finally(() => underWay.delete(path));
  underWay.set(path, begun);
  return begun;
}

async function measure(path: string, measureBytes: number): Promise<VolumeCheck> {
  const folder = await existingFolder(path);
  const file = join(folder, `.nightjar-check-${randomBytes(6).toString("hex")}`);
  try {
    const { bavail, blocks, bsize } = await statfs(folder);
    const space = {
      ...(folder === path ? {} : { missing: true as const }),
      freeBytes: bavail * bsize,
      totalBytes: blocks * bsize,
    };
    const handle = await open(file, "wx", 0o600);
    try {
      await handle.write(Buffer.from("nightjar"));
      await handle.sync();
      if (measureBytes === 0) return { path, writable: true, ...space };
      const speed = await measureSpeed(handle, Math.min(measureBytes, space.freeBytes / 2));
      return { path, writable: true, ...space, ...speed };
    } finally {
      await handle.close();
    }
  } catch (error) {
    const [problemCode, problem] = reasonOf(error);
    return { path, writable: false, problem, problemCode };
  } finally {
    await rm(file, { force: true }).catch(() => undefined);
  }
}

async function existingFolder(path: string): Promise<string> {
  let at = path;
  while (at !== dirname(at)) {
    const found = await stat(at).then(
      () => true,
      (error: unknown) => systemCode(error) !== "ENOENT",
    );
    if (found) return at;
    at = dirname(at);
  }
  return at;
}

async function measureSpeed(
  handle: Awaited<ReturnType<typeof open>>,
  bytes: number,
): Promise<Pick<VolumeCheck, "bytesPerSecond" | "syncsPerSecond" | "cameras">> {
  // Random, because some disks and file systems write zeros for nothing.
  const chunk = randomBytes(CHUNK_BYTES);
  const start = performance.now();
  let written = 0;
  let bytesPerSecond = 0;
  // In growing batches: a slow disk tells its speed by the first ones, and is not kept busy for minutes with the rest.
  for (let chunks = 1; written < bytes && performance.now() - start < MEASURE_MS; chunks *= 2) {
    const batchStart = performance.now();
    const before = written;
    for (let index = 0; index < chunks && written < bytes; index += 1) {
      await handle.write(chunk);
      written += chunk.length;
    }
    await handle.datasync();
    const seconds = Math.max(1, performance.now() - batchStart) / 1000;
    bytesPerSecond = Math.max(bytesPerSecond, (written - before) / seconds);
  }
  const syncStart = performance.now();
  let syncs = 0;
  while (syncs < SYNCS && performance.now() - syncStart < MEASURE_MS) {
    await handle.write(chunk.subarray(0, 4_096));
    await handle.datasync();
    syncs += 1;
  }
  const syncsPerSecond = (syncs / Math.max(0.001, performance.now() - syncStart)) * 1000;
  const byBytes = (bytesPerSecond * SHARE) / CAMERA_BYTES_PER_SECOND;
  const bySyncs = syncsPerSecond * SYNC_PERIOD_SECONDS * SHARE;
  return { bytesPerSecond, syncsPerSecond, cameras: Math.floor(Math.min(byBytes, bySyncs)) };
}

function reasonOf(error: unknown): readonly [VolumeProblem, string] {
  switch (systemCode(error)) {
    case "EACCES":
    case "EPERM":
      return ["denied", "may not be written to by the user that Nightjar runs as"];
    case "EROFS":
      return ["read-only", "is mounted read-only"];
    case "ENOSPC":
      return ["full", "is full"];
    case "EDQUOT":
      return ["quota", "is over the quota of the user that Nightjar runs as"];
    case "ENOTDIR":
    case "EEXIST":
      return ["no-folder", "is not a folder"];
    case "EIO":
      return ["failing", "has read or write errors: the disk is failing"];
    default:
      return ["other", `cannot be used: ${error instanceof Error ? error.message : String(error)}`];
  }
}
