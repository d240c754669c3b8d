// The writer thread of one volume: creates files, appends to them, patches them, closes them. Everything in order
// of arrival and with synchronous calls; it syncs nothing, so that a slow sync does not hold up other files.

import { createHash, type Hash } from "node:crypto";
import {
  closeSync,
  existsSync,
  fdatasyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  renameSync,
  statSync,
  writeSync,
  writevSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { systemCode } from "../../errors.ts";
import { collectMemory } from "../collect-memory.ts";
import { checksumBox } from "../mp4/checksum-box.ts";
import { readVolumeMarker, syncDirectory } from "./volume-marker.ts";
import type {
  ThreadFault,
  VolumeThreadData,
  WriterBatch,
  WriterOperation,
  WriterReply,
} from "./volume-messages.ts";

/** Fewer than the kernel's IOV_MAX (1024). */
const VECTOR_LIMIT = 512;

interface OpenFile {
  readonly descriptor: number;
  size: number;
  fault: ThreadFault | undefined;
  /** Of what was written so far, where the file is to carry a checksum. */
  readonly sum: Hash | undefined;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] };

const { volumePath, volumeId } = workerData as VolumeThreadData;
/** Device and inode of the root at which the volume's marker was found. */
let volumeRoot: { readonly dev: number; readonly ino: number } | undefined;
const files = new Map<number, OpenFile>();

parentPort?.on("message", (batch: WriterBatch) => {
  const reply: Mutable<WriterReply> = {
    done: [],
    summed: [],
    created: [],
    moved: [],
    failed: [],
    refused: [],
  };
  for (const operation of batch.operations) perform(operation, batch, reply);
  parentPort?.postMessage(reply);
});

function perform(operation: WriterOperation, batch: WriterBatch, reply: Mutable<WriterReply>): void {
  if (operation.kind === "create") {
    create(operation, batch, reply);
    return;
  }
  if (operation.kind === "text") {
    try {
      writeText(operation.path, operation.text);
      reply.done.push(operation.id);
    } catch (error) {
      reply.refused.push({ id: operation.id, fault: faultOf(error) });
    }
    return;
  }
  if (operation.kind === "give-back") {
    collectMemory();
    return;
  }
  const file = files.get(operation.token);
  if (operation.kind === "close") {
    files.delete(operation.token);
    if (file !== undefined && file.descriptor >= 0) closeQuietly(file.descriptor);
    return;
  }
  if (file === undefined || file.fault !== undefined) {
    const fault = file?.fault ?? { code: "EBADF", message: "the file is not open" };
    reply.refused.push({ id: operation.id, fault });
    return;
  }
  try {
    if (operation.kind === "append") {
      append(file, operation.spans, batch);
      if (operation.isLast && file.sum !== undefined) {
        reply.summed.push({ id: operation.id, sha256: appendChecksum(file, file.sum) });
      }
    } else if (operation.kind === "move") {
      reply.moved.push({ token: operation.token, directories: move(operation.from, operation.to) });
    } else {
      const bytes = batch.bytes.subarray(operation.at, operation.at + operation.length);
      writeAll(file.descriptor, [bytes], operation.offset);
    }
    reply.done.push(operation.id);
  } catch (error) {
    file.fault = faultOf(error);
    reply.refused.push({ id: operation.id, fault: file.fault });
    reply.failed.push({ token: operation.token, fault: file.fault });
    // Half a part helps nobody; where even this fails, recovery cuts it off.
    try {
      ftruncateSync(file.descriptor, file.size);
    } catch (cause) {
      file.fault = { ...file.fault, message: `${file.fault.message} (${faultOf(cause).code} on truncating)` };
    }
  }
}

function create(
  operation: Extract<WriterOperation, { kind: "create" }>,
  batch: WriterBatch,
  reply: Mutable<WriterReply>,
): void {
  try {
    const { descriptor, directories } = openNew(operation.path);
    const bytes = batch.bytes.subarray(operation.at, operation.at + operation.length);
    const { checksumFrom } = operation;
    const sum = checksumFrom === undefined ? undefined : createHash("sha256");
    sum?.update(bytes.subarray(checksumFrom));
    files.set(operation.token, { descriptor, size: bytes.length, fault: undefined, sum });
    writeAll(descriptor, [bytes], 0);
    reply.created.push({ token: operation.token, descriptor, directories });
  } catch (error) {
    const fault = faultOf(error);
    const descriptor = files.get(operation.token)?.descriptor ?? -1;
    files.set(operation.token, { descriptor, size: 0, fault, sum: undefined });
    reply.failed.push({ token: operation.token, fault });
  }
}

/** Opens a file that must not exist yet, and says which directories got a new entry. */
function openNew(relativePath: string): { descriptor: number; directories: string[] } {
  checkRoot();
  const path = join(volumePath, relativePath);
  const directories = makeFolders(relativePath);
  try {
    return { descriptor: openSync(path, "wx", 0o640), directories };
  } catch (error) {
    // Deleting removes folders that became empty, and may have removed this one in between.
    if (systemCode(error) !== "ENOENT") throw error;
    directories.push(...makeFolders(relativePath));
    return { descriptor: openSync(path, "wx", 0o640), directories };
  }
}

/** Renames a file; says which directories changed. */
function move(from: string, to: string): string[] {
  checkRoot();
  const target = join(volumePath, to);
  const directories = makeFolders(to);
  if (existsSync(target)) throw Object.assign(new RangeError(`${to} is there already`), { code: "EEXIST" });
  renameSync(join(volumePath, from), target);
  return [...directories, dirname(join(volumePath, from))];
}

/**
 * A pulled disk leaves its empty mount point behind: what is written there would fill the system's disk, and be hidden
 * when the disk is back. The marker is read again whenever the root is another one than before: one `stat` a file.
 */
function checkRoot(): void {
  const { dev, ino } = statSync(volumePath);
  if (dev === volumeRoot?.dev && ino === volumeRoot.ino) return;
  volumeRoot = undefined;
  const marker = readVolumeMarker(volumePath);
  if (volumeId !== undefined && marker?.id !== volumeId) {
    throw marker === undefined
      ? Object.assign(new RangeError(`${volumePath} does not carry the volume: is its disk mounted?`), {
          code: "ENODEV",
        })
      : Object.assign(new RangeError(`${volumePath} carries another volume, ${marker.id}`), {
          code: "NJ_MISMATCH",
        });
  }
  volumeRoot = { dev, ino };
}

/** Makes the folders of a path below the volume; returns those that have, or will have, a new entry. */
function makeFolders(relativePath: string): string[] {
  const folder = dirname(join(volumePath, relativePath));
  if (existsSync(folder)) return [folder];
  const changed = [folder];
  let current = volumePath;
  for (const name of dirname(relativePath).split("/")) {
    try {
      mkdirSync(join(current, name), 0o750);
      changed.push(current);
    } catch (error) {
      // Node's own recursive mkdir hides EROFS behind ENOENT.
      if (systemCode(error) !== "EEXIST") throw error;
    }
    current = join(current, name);
  }
  return changed;
}

function append(file: OpenFile, spans: readonly number[], batch: WriterBatch): void {
  let views: Uint8Array[] = [];
  let total = 0;
  let pending = 0;
  for (let index = 0; index < spans.length; index += 3) {
    const source = spans[index] as number;
    const start = spans[index + 1] as number;
    const length = spans[index + 2] as number;
    const view =
      source < 0
        ? batch.bytes.subarray(start, start + length)
        : new Uint8Array(batch.buffers[source] as SharedArrayBuffer, start, length);
    // While the bytes are at hand: reading a closed file back costs a fifth more, and the disk if it left the cache.
    file.sum?.update(view);
    views.push(view);
    pending += length;
    if (views.length === VECTOR_LIMIT) {
      writeAll(file.descriptor, views, file.size + total);
      total += pending;
      pending = 0;
      views = [];
    }
  }
  if (views.length > 0) writeAll(file.descriptor, views, file.size + total);
  file.size += total + pending;
}

/** Ends a file with the sum of all that was written to it; gives the sum in hexadecimal. */
function appendChecksum(file: OpenFile, sum: Hash): string {
  const sha256 = sum.digest();
  const box = checksumBox(sha256);
  writeAll(file.descriptor, [box], file.size);
  file.size += box.length;
  return sha256.toString("hex");
}

/** Writes all of the views at `position`, however many calls the system makes of it. */
function writeAll(descriptor: number, views: Uint8Array[], position: number): void {
  let at = position;
  let first = 0;
  while (first < views.length) {
    let written = writevSync(descriptor, first === 0 ? views : views.slice(first), at);
    at += written;
    if (written === 0 && (views[first] as Uint8Array).length > 0) throw noSpace();
    while (first < views.length && written >= (views[first] as Uint8Array).length) {
      written -= (views[first] as Uint8Array).length;
      first += 1;
    }
    if (written > 0) views[first] = (views[first] as Uint8Array).subarray(written);
  }
}

/** Replaces a small text file so that it is either the old or the new one, whatever happens. */
function writeText(relativePath: string, text: string): void {
  checkRoot();
  const path = join(volumePath, relativePath);
  const draft = `${path}.new`;
  mkdirSync(dirname(path), { recursive: true });
  const descriptor = openSync(draft, "w", 0o640);
  try {
    writeSync(descriptor, text);
    fdatasyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(draft, path);
  syncDirectory(dirname(path));
}

function closeQuietly(descriptor: number): void {
  try {
    closeSync(descriptor);
  } catch (error) {
    // All that matters was synced before; the descriptor is gone either way.
    faultOf(error);
  }
}

function noSpace(): Error {
  return Object.assign(new RangeError("the system wrote nothing"), { code: "ENOSPC" });
}

function faultOf(error: unknown): ThreadFault {
  return {
    code: systemCode(error) ?? "UNKNOWN",
    message: error instanceof Error ? error.message : String(error),
  };
}
