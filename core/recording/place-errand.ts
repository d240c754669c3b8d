// Looks at a disk that recordings could go to, and makes the folder of a volume on it: in a thread of its own, since a disk
// that hangs must not stop the core process. Follows no link, takes no folder that holds something else.
import { randomBytes } from "node:crypto";
import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  opendirSync,
  openSync,
  rmSync,
  statfsSync,
  writeSync,
} from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { NightjarError, type PlainError, systemCode, toPlainError } from "../errors.ts";
import { answerApart, runApart } from "../media/process/disk-errand.ts";
import { readVolumeMarker, syncDirectory } from "../media/store/volume-marker.ts";
import { isTooSmall, type PlaceRoom, type RecordingPlace } from "./recording-places.ts";

const LOOK_LIMIT_MS = 4_000;
const MAKE_LIMIT_MS = 10_000;
const LOOK = "lookAtPlace";
const MAKE = "makePlace";

/** How a place is. */
export interface PlaceFound extends PlaceRoom {
  /** Why it cannot be used. */
  readonly problem?: PlainError;
  /** A volume that this recorder wrote to before lies there. */
  readonly holdsOwn?: true;
}

interface PlaceOrder {
  readonly place: RecordingPlace;
  /** Volumes that are this recorder's. */
  readonly own: readonly string[];
}

const module = new URL(import.meta.url);

/** Looks at a place without changing anything. Never rejects; a disk without an answer for four seconds has a problem. */
export async function lookAtPlace(place: RecordingPlace, own: readonly string[]): Promise<PlaceFound> {
  const order: PlaceOrder = { place, own };
  try {
    return (await runApart({
      module,
      name: LOOK,
      order,
      path: place.mountPoint,
      limitMs: LOOK_LIMIT_MS,
    })) as PlaceFound;
  } catch (error) {
    return { problem: toPlainError(error) };
  }
}

/** Makes the folder (0700) and tries it. Throws `NJ_PLACE_…`, or `NJ_VOLUME_TIMEOUT`. */
export async function makePlace(place: RecordingPlace, own: readonly string[]): Promise<void> {
  const order: PlaceOrder = { place, own };
  await runApart({ module, name: MAKE, order, path: place.mountPoint, limitMs: MAKE_LIMIT_MS });
}

const unusable = ({ place }: PlaceOrder, error: unknown) => ({
  path: place.mountPoint,
  message: `${place.mountPoint} cannot be used: ${error instanceof Error ? error.message : String(error)}`,
});
answerApart(LOOK, ({ place, own }: PlaceOrder) => look(place, own), unusable);
answerApart(MAKE, ({ place, own }: PlaceOrder) => make(place, own), unusable);

/** What the thread does to look. */
export function look(place: RecordingPlace, own: readonly string[]): PlaceFound {
  const { bavail, blocks, bsize } = statfsSync(place.mountPoint);
  const room = { totalBytes: blocks * bsize, freeBytes: bavail * bsize };
  // What is recorded to already is told of by its own state.
  if (place.volumeIndex !== undefined) return room;
  try {
    if (place.closed === "disk") throw readOnly(place);
    if (place.closed === "service") throw closed(place);
    if (examine(place, own)) return { ...room, holdsOwn: true };
    if (isTooSmall(room)) throw tooSmall(place, room);
    return room;
  } catch (error) {
    return { ...room, problem: toPlainError(asProblem(place, error)) };
  }
}

/** What the thread does to make it. */
export function make(place: RecordingPlace, own: readonly string[]): void {
  const { problem } = look(place, own);
  if (problem !== undefined) {
    throw new NightjarError(problem.code, problem.kind, problem.message, problem.context ?? {});
  }
  try {
    if (place.holdsData) mkdirSync(dirname(place.folder), { recursive: true, mode: 0o700 });
    else for (const folder of foldersAbove(place)) makeFolder(folder, 0o755);
    makeFolder(place.folder, 0o700);
    // Opened without following a link: what is looked at, closed to others and tried is one and the same folder.
    const folder = openSync(place.folder, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
    try {
      if (fstatSync(folder).uid !== process.geteuid?.()) throw notWritable(place);
      fchmodSync(folder, 0o700);
      fsyncSync(folder);
      // By the open folder, not by its name: others may write to the root of the disk.
      tryWriting(`/proc/self/fd/${folder}`);
    } finally {
      closeSync(folder);
    }
    syncDirectory(dirname(place.folder));
  } catch (error) {
    throw asProblem(place, error);
  }
}

function makeFolder(folder: string, mode: number): void {
  try {
    mkdirSync(folder, { mode });
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw error;
  }
}

/** Throws what is wrong with the folder, or with where it would be made. True: it is a volume of this recorder. */
function examine(place: RecordingPlace, own: readonly string[]): boolean {
  const { folder } = place;
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (found === undefined) {
    if (!place.holdsData) accessSync(lastPresent(place), constants.W_OK | constants.X_OK);
    return false;
  }
  if (!found.isDirectory()) throw occupied(place);
  accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  const marker = readVolumeMarker(folder);
  if (marker !== undefined) {
    if (!own.includes(marker.id)) throw taken(place);
    return true;
  }
  const content = opendirSync(folder);
  try {
    for (let entry = content.readSync(); entry !== null; entry = content.readSync()) {
      // What ext makes itself, where the whole disk is the volume.
      if (folder !== place.mountPoint || entry.name !== "lost+found") throw occupied(place);
    }
  } finally {
    content.closeSync();
  }
  return false;
}

/** The folders between the mount point and the place's own, the outermost first. */
function foldersAbove({ mountPoint, folder }: RecordingPlace): string[] {
  const names = relative(mountPoint, dirname(folder)).split(sep);
  // Behind a link it lies elsewhere by name: what is above is left alone.
  if (names[0] === "" || names[0] === "..") return [];
  return names.map((_, index) => join(mountPoint, ...names.slice(0, index + 1)));
}

/** The innermost folder above the place's own that is there. A link or a file among them is no way to it. */
function lastPresent(place: RecordingPlace): string {
  const above = foldersAbove(place);
  if (above.length === 0) return dirname(place.folder);
  let last = place.mountPoint;
  for (const folder of above) {
    const found = lstatSync(folder, { throwIfNoEntry: false });
    if (found === undefined) return last;
    if (!found.isDirectory()) throw occupied(place);
    last = folder;
  }
  return last;
}

function tryWriting(folder: string): void {
  const file = join(folder, `.nightjar-check-${randomBytes(6).toString("hex")}`);
  const handle = openSync(file, "wx", 0o600);
  try {
    writeSync(handle, "nightjar");
    fsyncSync(handle);
  } finally {
    closeSync(handle);
    rmSync(file, { force: true });
  }
}

function asProblem(place: RecordingPlace, error: unknown): NightjarError {
  if (error instanceof NightjarError) return error;
  switch (systemCode(error)) {
    case "EACCES":
    case "EPERM":
      return notWritable(place);
    case "EROFS":
      return readOnly(place);
    case "ELOOP":
    case "ENOTDIR":
      return occupied(place);
    default: {
      const { path, message } = unusable({ place, own: [] }, error);
      return new NightjarError("NJ_VOLUME_UNUSABLE", "failed-precondition", message, { path }, error);
    }
  }
}

function readOnly({ mountPoint }: RecordingPlace): NightjarError {
  const message = `${mountPoint} is mounted read-only: mount it writable`;
  return new NightjarError("NJ_PLACE_READ_ONLY", "failed-precondition", message, { path: mountPoint });
}

function closed({ mountPoint, folder }: RecordingPlace): NightjarError {
  const message = `${mountPoint} is closed to the recorder, as it is to a service: \`nightjar service install --volume ${folder}\` opens it`;
  const context = { path: mountPoint, folder, case: "service" };
  return new NightjarError("NJ_PLACE_READ_ONLY", "failed-precondition", message, context);
}

function notWritable({ mountPoint, folder }: RecordingPlace): NightjarError {
  const message = `the user that Nightjar runs as may not write to ${mountPoint}: make the folder ${folder} and give it to that user`;
  return new NightjarError("NJ_PLACE_NOT_WRITABLE", "failed-precondition", message, {
    path: mountPoint,
    folder,
  });
}

function tooSmall({ mountPoint }: RecordingPlace, { freeBytes = 0 }: PlaceRoom): NightjarError {
  const gigabytes = Math.round(freeBytes / 1e8) / 10;
  const message = `${mountPoint} has too little room: ${gigabytes} GB are free, and a part of them is kept free`;
  return new NightjarError("NJ_PLACE_TOO_SMALL", "failed-precondition", message, {
    path: mountPoint,
    gigabytes,
  });
}

function taken({ folder }: RecordingPlace): NightjarError {
  const message = `${folder} holds the recordings of another recorder: name the folder in config.json if this one shall take them over`;
  return new NightjarError("NJ_PLACE_TAKEN", "failed-precondition", message, { folder });
}

function occupied({ folder }: RecordingPlace): NightjarError {
  const message = `${folder} is not an empty folder: move away what lies there`;
  return new NightjarError("NJ_PLACE_OCCUPIED", "failed-precondition", message, { folder });
}
