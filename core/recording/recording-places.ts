// Which mounted disks recordings can go to: one place for each disk of this machine, chosen from mountinfo and what is
// configured. Pure: looks at nothing but what it is given. How a place is found out by `place-errand.ts`.

import { createHash } from "node:crypto";
import { basename, join } from "node:path";
import { defaultReserveBytes } from "../domain/default-reserve.ts";
import type { Mount } from "./mount-points.ts";

/** Folder on a disk that becomes a volume. */
export const PLACE_FOLDER = "nightjar";
/** File systems of a disk that know owners, modes and links; what shares, memory and USB sticks have is left out. */
const FILE_SYSTEMS: ReadonlySet<string> = new Set([
  ...["ext2", "ext3", "ext4", "xfs", "btrfs", "f2fs", "bcachefs", "zfs", "jfs"],
]);
/** Where what is mounted is the system's own or a program's, with all below. */
const SYSTEM_TREES = [
  ...["/boot", "/efi", "/dev", "/proc", "/sys", "/etc", "/usr", "/nix", "/snap", "/var/snap"],
  ...["/var/lib/snapd", "/var/lib/docker", "/var/lib/containers", "/var/lib/kubelet"],
];
/** Where a folder of ours would be taken for something else, or emptied. */
const SYSTEM_FOLDERS: ReadonlySet<string> = new Set([
  ...["/", "/home", "/opt", "/root", "/tmp", "/var", "/var/lib", "/var/log", "/var/tmp"],
]);
/** Most that are looked at. */
const PLACE_LIMIT = 32;
/** Below that much beyond the reserve a disk holds hours of one camera. */
const LEAST_ROOM_BYTES = 1_000_000_000;

/** A disk that can be offered. */
export interface RecordingPlace {
  /** Stands for it in the API, as long as the same disk is mounted at the same place. */
  readonly id: string;
  readonly mountPoint: string;
  readonly fileSystem: string;
  /** What becomes the volume, or is one. */
  readonly folder: string;
  /** It holds the operating system, or a part of the same disk does. */
  readonly isSystem: boolean;
  /** It holds settings and database; its folder lies in the data directory. */
  readonly holdsData: boolean;
  /** What closes it for writing. */
  readonly closed?: "disk" | "service";
  /** Its place among the configured volumes, from 0. */
  readonly volumeIndex?: number;
}

export interface PlacesQuestion {
  readonly mounts: readonly Mount[];
  /** Absolute; that of the data directory which is the volume by default. */
  readonly defaultFolder: string;
  /** Folders of the configured volumes, absolute. */
  readonly volumes: readonly string[];
  /** Those of them whose disk is away: what lies below their place now is another one. */
  readonly away?: ReadonlySet<string>;
  /** Where a folder really lies, links followed; absent: as it is written. */
  realFolder?(folder: string): string;
  /** What the disk of a mount is called, the same for all its partitions; undefined: not known. */
  diskOf(mount: Mount): string | undefined;
}

/** The places, that of the data directory first, the others by their mount points. */
export function recordingPlaces(question: PlacesQuestion): RecordingPlace[] {
  const { defaultFolder, volumes } = question;
  const mounts = visible(question.mounts);
  // Mount points are real paths; a data directory behind a link lies where the link leads.
  const mountUnder = (folder: string) => mountOf(mounts, question.realFolder?.(folder) ?? folder);
  const home = mountUnder(defaultFolder);
  const system = mountOf(mounts, "/");
  const byDisk = new Map<string, Mount>();
  const offered = mounts.filter(
    (mount) => mount !== home && isOffered(mount) && fileSystemOf(mount) !== fileSystemOf(home),
  );
  for (const mount of offered.sort(byFitness)) {
    const key = fileSystemOf(mount) ?? mount.mountPoint;
    if (!byDisk.has(key)) byDisk.set(key, mount);
  }
  const others = [...byDisk.values()].sort((a, b) => (a.mountPoint < b.mountPoint ? -1 : 1));
  return [...(home === undefined ? [] : [home]), ...others].slice(0, PLACE_LIMIT).map((mount) => {
    const holdsData = mount === home;
    // Below the mount point of a disk that is not mounted now lies the system's disk: that does not make it its volume.
    const isDefault = holdsData && volumes.includes(defaultFolder);
    const own = volumes.findIndex((path) => {
      if (isDefault) return path === defaultFolder;
      const at = mountUnder(path);
      if (question.away?.has(path) === true && [home, system].map(fileSystemOf).includes(fileSystemOf(at)))
        return false;
      return at !== undefined && fileSystemOf(at) === fileSystemOf(mount);
    });
    return {
      ...placeOf(question, mount, system),
      folder: volumes[own] ?? (holdsData ? defaultFolder : folderOn(mount)),
      holdsData,
      ...(own < 0 ? {} : { volumeIndex: own }),
    };
  });
}

/**
 * The disk that holds the folder of a volume whose own disk is away: what took its place. Undefined while there is none, where
 * the folder would lie on the disk of the system or of the data directory, and on what is not offered.
 */
export function placeUnder(question: PlacesQuestion, folder: string): RecordingPlace | undefined {
  const mounts = visible(question.mounts);
  const mountUnder = (path: string) => mountOf(mounts, question.realFolder?.(path) ?? path);
  const mount = mountUnder(folder);
  if (mount === undefined || !isOffered(mount)) return undefined;
  const system = mountOf(mounts, "/");
  const taken = [system, mountUnder(question.defaultFolder)].map(fileSystemOf);
  if (taken.includes(fileSystemOf(mount))) return undefined;
  return { ...placeOf(question, mount, system), folder, holdsData: false };
}

/** What of a place is the mount's. */
function placeOf(question: PlacesQuestion, mount: Mount, system: Mount | undefined) {
  const disk = (of: Mount) => question.diskOf(of) ?? fileSystemOf(of);
  const { source, device, mountPoint, fileSystem, isReadOnly, isClosed } = mount;
  const identity = `${source}\0${device}\0${mountPoint}`;
  const closed = isReadOnly ? ("disk" as const) : isClosed ? ("service" as const) : undefined;
  return {
    id: createHash("sha256").update(identity).digest("hex").slice(0, 16),
    mountPoint,
    fileSystem,
    isSystem: system !== undefined && disk(mount) === disk(system),
    ...(closed === undefined ? {} : { closed }),
  };
}

/** What is mounted later on the same folder hides what was there. */
function visible(mounts: readonly Mount[]): Mount[] {
  return [...new Map(mounts.map((mount) => [mount.mountPoint, mount])).values()];
}

/** What a disk has room for, as far as the choice goes by it. */
export interface PlaceRoom {
  readonly totalBytes?: number;
  readonly freeBytes?: number;
}

/** True if so little can be written that a new volume there would be full before it is of use. */
export function isTooSmall({ totalBytes, freeBytes = 0 }: PlaceRoom): boolean {
  return freeBytes - defaultReserveBytes(totalBytes) < LEAST_ROOM_BYTES;
}

/**
 * The place to propose: that of the first volume if it is a disk beside the system's; else of those the one with the most room;
 * else the first volume's, whatever it is. Undefined: nothing can be used.
 */
export function recommended<P extends RecordingPlace & PlaceRoom & { readonly problem?: unknown }>(
  places: readonly P[],
): P | undefined {
  const fit = places.filter(({ problem }) => problem === undefined);
  const present = fit.find(({ volumeIndex }) => volumeIndex === 0);
  if (present !== undefined && !present.isSystem) return present;
  const [roomiest] = fit
    .filter(({ isSystem }) => !isSystem)
    .sort((a, b) => (b.freeBytes ?? 0) - (a.freeBytes ?? 0));
  return roomiest ?? present ?? fit[0];
}

function isOffered({ mountPoint, fileSystem }: Mount): boolean {
  if (!FILE_SYSTEMS.has(fileSystem) || SYSTEM_FOLDERS.has(mountPoint)) return false;
  // Desktops mount there what is plugged in; the rest of /run belongs to programs.
  if (isBelow(mountPoint, "/run") && !isBelow(mountPoint, "/run/media")) return false;
  return !SYSTEM_TREES.some((tree) => isBelow(mountPoint, tree));
}

/** A folder that was opened to a service is seen as a mount of its own. */
function folderOn({ root, mountPoint }: Mount): string {
  const isOurs = root !== "/" && basename(mountPoint) === PLACE_FOLDER;
  return isOurs ? mountPoint : join(mountPoint, PLACE_FOLDER);
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === "/" ? "/" : `${folder}/`);
}

/** The mount that a path lies on. */
function mountOf(mounts: readonly Mount[], path: string): Mount | undefined {
  return mounts
    .filter(({ mountPoint }) => isBelow(path, mountPoint))
    .reduce<Mount | undefined>(
      (longest, mount) =>
        longest === undefined || mount.mountPoint.length > longest.mountPoint.length ? mount : longest,
      undefined,
    );
}

/** One name for all mounts of the same file system: btrfs gives each subvolume a device number of its own. */
function fileSystemOf(mount: Mount | undefined): string | undefined {
  // All data sets of a ZFS pool lie on the same disks.
  if (mount?.fileSystem === "zfs") return mount.source.split("/", 1)[0];
  return mount?.source.startsWith("/dev/") === true ? mount.source : mount?.device;
}

/** The whole file system before a part of it, what can be written before what cannot, short names before long ones. */
function byFitness(a: Mount, b: Mount): number {
  const rank = (mount: Mount) => (mount.root === "/" ? 0 : 1) + (mount.isClosed ? 2 : 0);
  return (
    rank(a) - rank(b) || a.mountPoint.length - b.mountPoint.length || (a.mountPoint < b.mountPoint ? -1 : 1)
  );
}
