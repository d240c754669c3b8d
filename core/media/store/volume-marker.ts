// The file at a volume's root that says which volume it is: `nightjar-volume.json`. A path without it, or with
// another volume's, is a disk that is not mounted or was swapped. Synchronous: for worker threads and start-up.
import { randomUUID } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import type { VolumeId } from "../../domain/ids.ts";
import { NightjarError, systemCode } from "../../errors.ts";

export const VOLUME_MARKER = "nightjar-volume.json";
const MARKER_LIMIT_BYTES = 64 * 1024;
const UUID_PATTERN = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export type VolumeRole = "recording" | "archive";

export interface VolumeMarker {
  readonly version: 1;
  readonly id: VolumeId;
  readonly role: VolumeRole;
  /** ISO 8601 in UTC. */
  readonly created: string;
}

/**
 * Reads the marker of a volume; undefined if there is none. Throws `NJ_VOLUME_MARKER_INVALID` for one that cannot be
 * understood, and the system's error for one that cannot be read.
 */
export function readVolumeMarker(volumePath: string): VolumeMarker | undefined {
  let text: string;
  try {
    text = readBounded(join(volumePath, VOLUME_MARKER));
  } catch (error) {
    const code = systemCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalid(volumePath, error);
  }
  if (typeof value !== "object" || value === null) throw invalid(volumePath);
  const { version, id, role, created } = value as Record<string, unknown>;
  if (version !== 1 || typeof id !== "string" || !UUID_PATTERN.test(id) || typeof created !== "string") {
    throw invalid(volumePath);
  }
  if (role !== "recording" && role !== "archive") throw invalid(volumePath);
  return { version, id: id as VolumeId, role, created };
}

/**
 * Makes a folder a volume, or reads the marker that it has. Durable when it returns. `folderExists`: one that is not there is
 * an error, as where its disk was seen a moment ago.
 */
export function initialiseVolume(
  volumePath: string,
  options: {
    readonly role?: VolumeRole;
    readonly id?: VolumeId;
    readonly nowMs?: number;
    readonly folderExists?: boolean;
  } = {},
): { marker: VolumeMarker; created: boolean } {
  if (options.folderExists !== true) mkdirSync(volumePath, { recursive: true });
  const present = readVolumeMarker(volumePath);
  if (present !== undefined) return { marker: present, created: false };
  const marker: VolumeMarker = {
    version: 1,
    id: options.id ?? (randomUUID() as VolumeId),
    role: options.role ?? "recording",
    created: new Date(options.nowMs ?? Date.now()).toISOString(),
  };
  const draft = join(volumePath, `.${VOLUME_MARKER}.${marker.id}`);
  const file = openSync(draft, "wx", 0o644);
  try {
    writeSync(file, `${JSON.stringify(marker, undefined, 2)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  try {
    // A link, unlike a rename, does not replace the marker of whoever was faster.
    linkSync(draft, join(volumePath, VOLUME_MARKER));
  } catch (error) {
    const code = systemCode(error);
    const faster = code === "EEXIST" ? readVolumeMarker(volumePath) : undefined;
    if (faster !== undefined) return { marker: faster, created: false };
    // FAT and exFAT, which USB disks come with, know no links.
    if (code !== "EPERM" && code !== "ENOTSUP" && code !== "EOPNOTSUPP") throw error;
    renameSync(draft, join(volumePath, VOLUME_MARKER));
  } finally {
    rmSync(draft, { force: true });
  }
  syncDirectory(volumePath);
  return { marker, created: true };
}

/** Makes the names in a directory durable. Where directories cannot be opened (Windows), the file system sees to it. */
export function syncDirectory(path: string): void {
  if (process.platform === "win32") return;
  const directory = openSync(path, "r");
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

function readBounded(file: string): string {
  const descriptor = openSync(file, "r");
  try {
    const bytes = Buffer.alloc(MARKER_LIMIT_BYTES);
    return bytes.toString("utf8", 0, readSync(descriptor, bytes, 0, MARKER_LIMIT_BYTES, 0));
  } finally {
    closeSync(descriptor);
  }
}

function invalid(volumePath: string, cause?: unknown): NightjarError {
  return new NightjarError(
    "NJ_VOLUME_MARKER_INVALID",
    "data-loss",
    `${join(volumePath, VOLUME_MARKER)} is damaged: restore it from a backup, or remove it to begin a new volume`,
    { path: volumePath },
    cause,
  );
}
