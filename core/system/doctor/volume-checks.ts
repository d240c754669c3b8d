// The folders that recordings go to: are they there, are they the right disks, writable, roomy and fast enough?
import { readFile, stat } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import type { FrozenConfig } from "../../config/config-store.ts";
import { defaultReserveBytes } from "../../recording/volumes.ts";
import { checkVolume, type VolumeCheck } from "../volume-check.ts";
import type { Viewer } from "./access-checks.ts";
import { type Check, finding, ok, sentence, shellWord } from "./check.ts";
import { doubtfulFileSystem } from "./file-systems.ts";
import { volumeIdIn } from "./marker-errand.ts";
import { userName } from "./user-names.ts";

const MEASURE_BYTES = 32 * 1024 * 1024;
/** A volume with less than this beyond its reserve has hours left, not days. */
const NEARLY = 1.1;

/** One after the other: measured at the same time, two volumes on one disk would slow each other. */
export async function checkVolumes(
  dataDir: string,
  config: FrozenConfig,
  options: { readonly measure: boolean; readonly viewer: Viewer },
): Promise<Check[]> {
  const checks: Check[] = [];
  const known = await knownVolumes(dataDir);
  const cameras = config.cameras.filter(({ enabled }) => enabled).length;
  for (const volume of config.storage.volumes) {
    const path = isAbsolute(volume.path) ? volume.path : join(dataDir, volume.path);
    const found = await checkVolume(path, { measureBytes: options.measure ? MEASURE_BYTES : 0 });
    const closed = found.writable ? await closedToOwner(path, options.viewer) : undefined;
    checks.push(closed ?? (await stateFinding(found, isAbsolute(volume.path), known.get(path))));
    if (!found.writable) continue;
    checks.push(spaceFinding(found, volume.reserveBytes, volume.overwrite));
    if (found.cameras !== undefined) checks.push(speedFinding(found, cameras));
    checks.push(...(await fileSystemFinding(path)));
  }
  return checks;
}

/** The file system of the data directory, where the database lies. */
export async function checkDataFileSystem(dataDir: string): Promise<Check[]> {
  const kind = await doubtfulFileSystem(dataDir);
  if (kind === undefined) return [];
  const where = dataDir;
  if (kind.isRemote === true) {
    const message = `the data directory lies on ${kind.name}: the database needs locks and shared memory that only a disk of this machine has`;
    const advice = "put the data directory on a disk of this machine; recordings may stay where they are";
    return [finding("file-system", "warning", message, { where, advice })];
  }
  if (kind.isFleeting === true) {
    const message = `the data directory lies on ${kind.name}: settings, accounts and index are gone after a restart`;
    return [
      finding("file-system", "warning", message, { where, advice: "name a folder on a disk with --data" }),
    ];
  }
  const message = `the data directory lies on ${kind.name}, which keeps no secrets: it knows no owners and modes`;
  return [finding("file-system", "error", message, { where, advice: "use ext4, xfs or btrfs" })];
}

/** Volumes as the gateway was last told, by path: what should lie there. */
async function knownVolumes(dataDir: string): Promise<ReadonlyMap<string, string>> {
  try {
    const saved = JSON.parse(await readFile(join(dataDir, "gateway.json"), "utf8")) as {
      settings?: { volumes?: { id: string; path: string }[] };
    };
    return new Map((saved.settings?.volumes ?? []).map(({ id, path }) => [path, id]));
  } catch {
    // Never started, spoilt, or not ours to read: nothing is known then.
    return new Map();
  }
}

async function stateFinding(
  found: VolumeCheck,
  isOwnDisk: boolean,
  expectedId: string | undefined,
): Promise<Check> {
  const { path } = found;
  const where = path;
  if (!found.writable) {
    const isReadOnly = found.problem?.includes("read-only") === true;
    return finding("volume", "error", `${path} ${found.problem ?? "cannot be used"}`, {
      where,
      advice: isReadOnly
        ? "look into the kernel's log why, check the disk, and mount it writable"
        : "mount it, or give the folder to the user that Nightjar runs as",
      command: isReadOnly ? `mount -o remount,rw ${shellWord(path)}` : `ls -ld ${shellWord(path)}`,
    });
  }
  if (found.missing === true && (isOwnDisk || expectedId !== undefined)) {
    const message = `${path} is not there: the disk may not be mounted, and recordings would fill another one`;
    const command = `mkdir ${shellWord(path)}`;
    return finding("volume", "warning", message, {
      where,
      advice: "mount the disk, or make the folder",
      command,
    });
  }
  const fault = found.missing === true ? undefined : await markerFault(path, expectedId);
  if (fault !== undefined) {
    return finding("volume", "error", `${path}: ${fault}`, {
      where,
      advice: "mount the right disk there, or change storage.volumes in config.json",
      command: `findmnt --target ${shellWord(path)}`,
    });
  }
  return ok("volume", `${path} can be written to`, path);
}

/** Root writes everywhere; what counts is whether the recorder's own user does. */
async function closedToOwner(path: string, { uid, ownerUid }: Viewer): Promise<Check | undefined> {
  const folder = await stat(path).catch(() => undefined);
  if (uid !== 0 || ownerUid === undefined || ownerUid === 0 || folder === undefined) return undefined;
  // Who is in its group is not known here: a folder that its group may write to is not complained of.
  if (folder.uid === ownerUid ? (folder.mode & 0o200) !== 0 : (folder.mode & 0o022) !== 0) return undefined;
  const owner = await userName(ownerUid);
  return finding("volume", "error", `${path} may not be written to by ${owner}, whose recorder this is`, {
    where: path,
    advice: `give the folder to ${owner}`,
    command: `chown ${owner} ${shellWord(path)}`,
  });
}

async function markerFault(path: string, expectedId: string | undefined): Promise<string | undefined> {
  try {
    const id = await volumeIdIn(path);
    if (expectedId === undefined || id === expectedId) return undefined;
    return id === undefined
      ? "the recordings that should be there are not: the disk is not mounted"
      : `another volume (${id}) lies there in the place of ${expectedId}`;
  } catch (error) {
    return sentence(error);
  }
}

function spaceFinding(
  { path, freeBytes = 0, totalBytes }: VolumeCheck,
  reserve: number | undefined,
  overwrite: boolean,
): Check {
  const where = path;
  const reserveBytes = reserve ?? defaultReserveBytes(totalBytes);
  const space = `${gb(freeBytes)} free, ${gb(reserveBytes)} of them kept free`;
  if (freeBytes < reserveBytes) {
    const message = `${path}: ${gb(freeBytes)} free, less than the ${gb(reserveBytes)} to be kept free`;
    return finding("volume-space", "warning", message, {
      where,
      advice: overwrite
        ? "the oldest recordings give way as far as there are any; if others fill the disk, free some space or lower reserveBytes"
        : "recording stops here, for it may not overwrite: free some space, or allow overwriting",
      command: `df -h ${shellWord(path)}`,
    });
  }
  if (!overwrite && freeBytes < reserveBytes * NEARLY) {
    const advice = "free some space, or allow overwriting: recording stops when the reserve is reached";
    return finding("volume-space", "warning", `${path} is nearly full: ${space}`, { where, advice });
  }
  return ok("volume-space", `${path}: ${space}`, path);
}

function speedFinding(
  { path, bytesPerSecond = 0, syncsPerSecond = 0, cameras = 0 }: VolumeCheck,
  wanted: number,
): Check {
  const speed = `${(bytesPerSecond / 1e6).toFixed(bytesPerSecond < 1e7 ? 1 : 0)} MB/s, ${Math.round(syncsPerSecond)} syncs/s: about ${cameras} cameras of 4 Mbit/s`;
  if (cameras >= Math.max(1, wanted)) return ok("volume-speed", `${path}: ${speed}`, path);
  const message = `${path} is too slow for ${wanted <= 1 ? "one camera" : `${wanted} cameras`}: ${speed}`;
  return finding("volume-speed", "warning", message, {
    where: path,
    advice: "see what else uses the disk and whether it fails; spread cameras over more volumes",
    command: "dmesg --level=err,warn",
  });
}

async function fileSystemFinding(path: string): Promise<Check[]> {
  const kind = await doubtfulFileSystem(path);
  if (kind === undefined) return [];
  const where = path;
  if (kind.isFleeting === true) {
    const message = `${path} lies on ${kind.name}: recordings are gone after a restart`;
    return [finding("file-system", "warning", message, { where, advice: "record to a disk" })];
  }
  if (kind.isRemote === true) {
    const message = `${path} lies on ${kind.name}: while the other end is away nothing is recorded there`;
    return [
      finding("file-system", "notice", message, {
        where,
        advice: "keep a disk of this machine as a second volume",
      }),
    ];
  }
  const message = `${path} lies on ${kind.name}, which has no journal: a power failure can take more than the last seconds`;
  return [finding("file-system", "warning", message, { where, advice: "use ext4, xfs or btrfs" })];
}

function gb(bytes: number): string {
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(0)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
