// The disks that are offered for recordings: what is mounted now, looked at one beside the other, under ids of which a client
// names one. No path comes in from outside.
import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Db } from "../db/db.ts";
import { volumeNumbers } from "../db/tables/volumes-table.ts";
import { contextOf, plainFacts } from "../domain/facts.ts";
import { NightjarError, type PlainError } from "../errors.ts";
import type { StoragePlacesView } from "../http/storage-schemas.ts";
import { type Mount, mountsIn } from "../recording/mount-points.ts";
import { lookAtPlace, makePlace } from "../recording/place-errand.ts";
import { realFolder, realFolderApart } from "../recording/real-folder.ts";
import {
  type PlacesQuestion,
  placeUnder,
  type RecordingPlace,
  recommended,
  recordingPlaces,
} from "../recording/recording-places.ts";
import { defaultVolumePath } from "../recording/volumes.ts";

/** How long a look at the disks is young enough to be told again: each takes a thread for each disk. */
const FRESH_MS = 2_000;
const MOUNTINFO = "/proc/self/mountinfo";
const LAYER_LIMIT = 8;

export interface OfferedPlacesOptions {
  readonly db: Db;
  readonly dataDir: string;
  nowMs(): number;
  /** Folders of the configured volumes, absolute. */
  volumes(): readonly string[];
  /** Those of them whose disk is away. */
  away(): Promise<ReadonlySet<string>>;
  /** For tests: what is mounted. */
  mountinfo?(): Promise<string>;
}

export interface OfferedPlaces {
  list(): Promise<StoragePlacesView>;
  /** Makes the folder of a place, unless it is a volume. Throws `NJ_PLACE_…`, or `NJ_VOLUME_TIMEOUT`. */
  prepare(id: string): Promise<RecordingPlace>;
  /** The disk that took the place of a volume's own, see {@link placeUnder}. */
  under(folder: string): Promise<RecordingPlace | undefined>;
  /** Call when volumes are others. */
  changed(): void;
}

/** Looks at disks whenever it is asked. */
export function offeredPlaces(options: OfferedPlacesOptions): OfferedPlaces {
  const own = async () => [...(await volumeNumbers(options.db)).keys()];
  let kept: { readonly atMs: number; readonly view: Promise<StoragePlacesView> } | undefined;
  return {
    list() {
      const nowMs = options.nowMs();
      if (kept === undefined || Math.abs(nowMs - kept.atMs) > FRESH_MS) {
        const view = look();
        kept = { atMs: nowMs, view };
        view.catch(() => {
          kept = undefined;
        });
      }
      return kept.view;
    },
    async prepare(id) {
      const place = (await placesNow(options)).find((one) => one.id === id);
      if (place === undefined) {
        const message = "that disk is not mounted any more, or is not offered for recordings";
        throw new NightjarError("NJ_PLACE_UNKNOWN", "not-found", message);
      }
      if (place.volumeIndex === undefined) await makePlace(place, await own());
      return place;
    },
    under: async (folder) => placeUnder(await question(options, [folder]), folder),
    changed() {
      kept = undefined;
    },
  };

  async function look(): Promise<StoragePlacesView> {
    const [places, known] = await Promise.all([placesNow(options), own()]);
    const found = await Promise.all(
      places.map(async (place) => ({ ...place, ...(await lookAtPlace(place, known)) })),
    );
    const best = recommended(found);
    return {
      places: found.map((place) => ({
        id: place.id,
        mountPoint: place.mountPoint,
        fileSystem: place.fileSystem,
        isSystem: place.isSystem,
        holdsData: place.holdsData,
        isRecommended: place === best,
        ...(place.volumeIndex === undefined
          ? {}
          : { volume: place.volumeIndex === 0 ? ("first" as const) : ("later" as const) }),
        ...(place.totalBytes === undefined ? {} : { totalBytes: place.totalBytes }),
        ...(place.freeBytes === undefined ? {} : { freeBytes: place.freeBytes }),
        ...(place.problem === undefined ? {} : { problem: problemView(place.problem) }),
      })),
    };
  }
}

/** Why a disk cannot be used, as the API shows it. */
export function problemView({ code, message, context = {} }: PlainError) {
  return { code, message, ...plainFacts(contextOf(context, message)) };
}

async function placesNow(options: OfferedPlacesOptions): Promise<RecordingPlace[]> {
  const [asked, away] = await Promise.all([question(options, options.volumes()), options.away()]);
  return recordingPlaces({ ...asked, away });
}

/** What is mounted now, and where the folders really lie. */
async function question(options: OfferedPlacesOptions, volumes: readonly string[]): Promise<PlacesQuestion> {
  const mounts = mountsIn(await (options.mountinfo ?? mountinfo)());
  const disks = new Map<Mount, string>();
  for (const mount of mounts) {
    if (!mount.source.startsWith("/dev/")) continue;
    const disk = await diskName(mount);
    if (disk !== undefined) disks.set(mount, disk);
  }
  const defaultFolder = defaultVolumePath(options.dataDir);
  const others = volumes.filter((folder) => folder !== defaultFolder);
  const found = await Promise.all(
    others.map(async (folder) => [folder, await realFolderApart(folder)] as const),
  );
  // The disk of the data directory is what this process runs on.
  const real = new Map([[defaultFolder, realFolder(defaultFolder)] as const, ...found]);
  return {
    mounts,
    defaultFolder,
    volumes,
    realFolder: (folder) => real.get(folder) ?? folder,
    diskOf: (mount) => disks.get(mount),
  };
}

/** Elsewhere than on Linux nothing is known of mounts, and no other place offered. */
async function mountinfo(): Promise<string> {
  return process.platform === "linux" ? await readFile(MOUNTINFO, "utf8") : "";
}

/** `/sys/dev/block/8:1` leads to `…/sda/sda1`: what the kernel calls the disk that a partition is of. */
async function diskName({ source, device }: Mount): Promise<string | undefined> {
  try {
    // btrfs has numbers of its own there; the device's own are asked then.
    const numbers = device.startsWith("0:") ? numbersOf((await stat(source)).rdev) : device;
    let block = await realpath(`/sys/dev/block/${numbers}`);
    // Volumes of LVM, encryption and RAID lie on others: the first stands for all.
    for (let depth = 0; depth < LAYER_LIMIT; depth += 1) {
      const [below] = (await readdir(join(block, "slaves")).catch(() => [])).sort();
      if (below === undefined) break;
      block = await realpath(join(block, "slaves", below));
    }
    const isPartition = await stat(join(block, "partition")).then(
      () => true,
      () => false,
    );
    return basename(isPartition ? dirname(block) : block);
  } catch {
    // No sysfs, as in some containers: the file system stands for the disk.
    return undefined;
  }
}

/** `major:minor` of a device number, as glibc takes it apart. */
function numbersOf(rdev: number): string {
  const major = (rdev >>> 8) & 0xfff;
  const minor = (rdev & 0xff) | ((rdev >>> 12) & 0xfff00);
  return `${major}:${minor}`;
}
