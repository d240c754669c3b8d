// The folders that recordings go to: are they there, are they the right disks, writable, roomy and fast enough?
import { readFile, stat } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import type { FrozenConfig } from "../../config/config-store.ts";
import { defaultReserveBytes } from "../../domain/default-reserve.ts";
import { checkVolume, type VolumeCheck } from "../volume-check.ts";
import type { Viewer } from "./access-checks.ts";
import { type Check, finding, ok, type Said, said, sentence, shellWord } from "./check.ts";
import { doubtfulFileSystem } from "./file-systems.ts";
import { volumeIdIn } from "./marker-errand.ts";
import { userName } from "./user-names.ts";

const MEASURE_BYTES = 32 * 1024 * 1024;
/** A volume with less than this beyond its reserve has hours left, not days. */
const NEARLY = 1.1;
const BETTER_FILE_SYSTEM = said("better-file-system", "use ext4, xfs or btrfs");

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
    const message = said(
      "data-remote",
      "the data directory lies on {kind}: the database needs locks and shared memory that only a disk of this machine has",
      { kind: kind.name },
    );
    const advice = said(
      "data-to-own-disk",
      "put the data directory on a disk of this machine; recordings may stay where they are",
    );
    return [finding("file-system", "warning", message, { where, advice })];
  }
  if (kind.isFleeting === true) {
    const message = said(
      "data-fleeting",
      "the data directory lies on {kind}: settings, accounts and index are gone after a restart",
      { kind: kind.name },
    );
    const advice = said("data-to-disk", "name a folder on a disk with --data");
    return [finding("file-system", "warning", message, { where, advice })];
  }
  const message = said(
    "data-without-owners",
    "the data directory lies on {kind}, which keeps no secrets: it knows no owners and modes",
    { kind: kind.name },
  );
  return [finding("file-system", "error", message, { where, advice: BETTER_FILE_SYSTEM })];
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
    const isReadOnly = found.problemCode === "read-only";
    const reason = found.problem ?? "cannot be used";
    const message = said("volume-unusable", "{path} {reason}", {
      ...{ path, reason },
      case: found.problemCode ?? "other",
    });
    return finding("volume", "error", message, {
      where,
      advice: isReadOnly
        ? said("mount-writable", "look into the kernel's log why, check the disk, and mount it writable")
        : said("mount-or-give", "mount it, or give the folder to the user that Nightjar runs as"),
      command: isReadOnly ? `mount -o remount,rw ${shellWord(path)}` : `ls -ld ${shellWord(path)}`,
    });
  }
  if (found.missing === true && (isOwnDisk || expectedId !== undefined)) {
    const message = said(
      "volume-missing",
      "{path} is not there: the disk may not be mounted, and recordings would fill another one",
      { path },
    );
    const command = `mkdir ${shellWord(path)}`;
    return finding("volume", "warning", message, {
      where,
      advice: said("mount-or-make", "mount the disk, or make the folder"),
      command,
    });
  }
  const fault = found.missing === true ? undefined : await markerFault(path, expectedId);
  if (fault !== undefined) {
    return finding("volume", "error", fault, {
      where,
      advice: said(
        "mount-right-disk",
        "mount the right disk there, or change storage.volumes in config.json",
      ),
      command: `findmnt --target ${shellWord(path)}`,
    });
  }
  return ok("volume", said("volume-fit", "{path} can be written to", { path }), path);
}

/** Root writes everywhere; what counts is whether the recorder's own user does. */
async function closedToOwner(path: string, { uid, ownerUid }: Viewer): Promise<Check | undefined> {
  const folder = await stat(path).catch(() => undefined);
  if (uid !== 0 || ownerUid === undefined || ownerUid === 0 || folder === undefined) return undefined;
  // Who is in its group is not known here: a folder that its group may write to is not complained of.
  if (folder.uid === ownerUid ? (folder.mode & 0o200) !== 0 : (folder.mode & 0o022) !== 0) return undefined;
  const owner = await userName(ownerUid);
  const message = said("volume-closed", "{path} may not be written to by {owner}, whose recorder this is", {
    path,
    owner,
  });
  return finding("volume", "error", message, {
    where: path,
    advice: said("give-folder", "give the folder to {owner}", { owner }),
    command: `chown ${owner} ${shellWord(path)}`,
  });
}

async function markerFault(path: string, expectedId: string | undefined): Promise<Said | undefined> {
  try {
    const id = await volumeIdIn(path);
    if (expectedId === undefined || id === expectedId) return undefined;
    return id === undefined
      ? said(
          "volume-unmounted",
          "{path}: the recordings that should be there are not: the disk is not mounted",
          { path },
        )
      : said("volume-exchanged", "{path}: another volume ({id}) lies there in the place of {expected}", {
          ...{ path, id },
          expected: expectedId,
        });
  } catch (error) {
    return said("volume-marker-unread", "{path}: {reason}", { path, reason: sentence(error) });
  }
}

function spaceFinding(
  { path, freeBytes = 0, totalBytes }: VolumeCheck,
  reserve: number | undefined,
  overwrite: boolean,
): Check {
  const where = path;
  const reserveBytes = reserve ?? defaultReserveBytes(totalBytes);
  const facts = { path, free: gb(freeBytes), reserve: gb(reserveBytes) };
  if (freeBytes < reserveBytes) {
    const message = said(
      "space-below",
      "{path}: {free} free, less than the {reserve} to be kept free",
      facts,
    );
    return finding("volume-space", "warning", message, {
      where,
      advice: overwrite
        ? said(
            "oldest-give-way",
            "the oldest recordings give way as far as there are any; if others fill the disk, free some space or lower reserveBytes",
          )
        : said(
            "recording-stops",
            "recording stops here, for it may not overwrite: free some space, or allow overwriting",
          ),
      command: `df -h ${shellWord(path)}`,
    });
  }
  if (!overwrite && freeBytes < reserveBytes * NEARLY) {
    const message = said(
      "space-nearly",
      "{path} is nearly full: {free} free, {reserve} of them kept free",
      facts,
    );
    const advice = said(
      "free-space",
      "free some space, or allow overwriting: recording stops when the reserve is reached",
    );
    return finding("volume-space", "warning", message, { where, advice });
  }
  return ok(
    "volume-space",
    said("space-fit", "{path}: {free} free, {reserve} of them kept free", facts),
    path,
  );
}

function speedFinding(
  { path, bytesPerSecond = 0, syncsPerSecond = 0, cameras = 0 }: VolumeCheck,
  wanted: number,
): Check {
  const facts = {
    ...{ path, wanted: Math.max(1, wanted), cameras },
    speed: (bytesPerSecond / 1e6).toFixed(bytesPerSecond < 1e7 ? 1 : 0),
    syncs: Math.round(syncsPerSecond),
  };
  if (cameras >= Math.max(1, wanted)) {
    const message = said(
      "speed-fit",
      "{path}: {speed} MB/s, {syncs} syncs/s: about {cameras} cameras of 4 Mbit/s",
      facts,
    );
    return ok("volume-speed", message, path);
  }
  const message =
    wanted <= 1
      ? said(
          "speed-below-one",
          "{path} is too slow for one camera: {speed} MB/s, {syncs} syncs/s: about {cameras} cameras of 4 Mbit/s",
          facts,
        )
      : said(
          "speed-below",
          "{path} is too slow for {wanted} cameras: {speed} MB/s, {syncs} syncs/s: about {cameras} cameras of 4 Mbit/s",
          facts,
        );
  return finding("volume-speed", "warning", message, {
    where: path,
    advice: said(
      "spread-cameras",
      "see what else uses the disk and whether it fails; spread cameras over more volumes",
    ),
    command: "dmesg --level=err,warn",
  });
}

async function fileSystemFinding(path: string): Promise<Check[]> {
  const kind = await doubtfulFileSystem(path);
  if (kind === undefined) return [];
  const where = path;
  if (kind.isFleeting === true) {
    const message = said("volume-fleeting", "{path} lies on {kind}: recordings are gone after a restart", {
      ...{ path, kind: kind.name },
    });
    const advice = said("record-to-disk", "record to a disk");
    return [finding("file-system", "warning", message, { where, advice })];
  }
  if (kind.isRemote === true) {
    const message = said(
      "volume-remote",
      "{path} lies on {kind}: while the other end is away nothing is recorded there",
      { path, kind: kind.name },
    );
    return [
      finding("file-system", "notice", message, {
        where,
        advice: said("second-volume", "keep a disk of this machine as a second volume"),
      }),
    ];
  }
  const message = said(
    "volume-without-journal",
    "{path} lies on {kind}, which has no journal: a power failure can take more than the last seconds",
    { path, kind: kind.name },
  );
  return [finding("file-system", "warning", message, { where, advice: BETTER_FILE_SYSTEM })];
}

function gb(bytes: number): string {
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(0)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
