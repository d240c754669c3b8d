// Walks the recording files of a volume in the order of their paths, one hour folder in memory at a time. Synchronous,
// for threads and jobs; scan-volume.ts is the face for everybody else. Follows no symbolic links.
import { type Dirent, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { type CameraId, isId, isStreamName, type SegmentId, type StreamName } from "../../domain/ids.ts";
import { systemCode } from "../../errors.ts";

export interface WalkOptions {
  /** Only hour folders that end after this wall-clock time; all if absent. */
  readonly sinceMs?: number;
}

/** A file found below `video/`. */
export interface FoundFile {
  /** Below the volume's root, with forward slashes. */
  readonly path: string;
  readonly sizeBytes: number;
  /** What path and name say; undefined for a file that is no recording of ours. */
  readonly name:
    | {
        readonly id: SegmentId;
        readonly camera: CameraId;
        readonly stream: StreamName;
        readonly startMs: number;
      }
    | undefined;
}

const HOUR_MS = 3_600_000;
const DAY_PATTERN = /^\d{4}-\d{2}-\d{2}$/;
const HOUR_PATTERN = /^\d{2}$/;
const FILE_PATTERN = /^(\d{1,16})-[a-z0-9-]{1,32}-\d{1,16}-\d{1,10}\.mp4$/;

/** Yields every file in the hour folders. A folder that vanishes underway is passed over; other errors are thrown. */
export function* walkVolume(volumePath: string, options: WalkOptions = {}): Generator<FoundFile> {
  for (const camera of folders(volumePath, "video")) {
    for (const stream of folders(volumePath, `video/${camera}`)) {
      for (const day of folders(volumePath, `video/${camera}/${stream}`)) {
        const dayMs = DAY_PATTERN.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
        if (Number.isNaN(dayMs) || isOver(dayMs + 24 * HOUR_MS, options)) continue;
        for (const hour of folders(volumePath, `video/${camera}/${stream}/${day}`)) {
          if (!HOUR_PATTERN.test(hour) || isOver(dayMs + (Number(hour) + 1) * HOUR_MS, options)) continue;
          yield* filesOf(volumePath, camera, stream, `video/${camera}/${stream}/${day}/${hour}`);
        }
      }
    }
  }
}

function isOver(endMs: number, options: WalkOptions): boolean {
  return options.sinceMs !== undefined && endMs <= options.sinceMs;
}

function* filesOf(volumePath: string, camera: string, stream: string, folder: string): Generator<FoundFile> {
  for (const entry of entries(volumePath, folder)) {
    if (!entry.isFile()) continue;
    const path = `${folder}/${entry.name}`;
    const start = FILE_PATTERN.exec(entry.name)?.[1];
    const sizeBytes = statSync(join(volumePath, path), { throwIfNoEntry: false })?.size;
    if (sizeBytes === undefined) continue;
    const isOurs = start !== undefined && isId(camera) && isStreamName(stream);
    yield {
      path,
      sizeBytes,
      name: isOurs
        ? {
            id: entry.name.slice(0, -4) as SegmentId,
            camera: camera as CameraId,
            stream,
            startMs: Number(start),
          }
        : undefined,
    };
  }
}

function folders(volumePath: string, folder: string): string[] {
  return entries(volumePath, folder)
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
}

function entries(volumePath: string, folder: string): Dirent[] {
  try {
    return readdirSync(join(volumePath, folder), { withFileTypes: true }).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    );
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  }
}
