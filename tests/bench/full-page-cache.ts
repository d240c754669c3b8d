// Fills the machine's free memory with page cache, so that a case does not pay for its supply. A virtual machine's memory is
// often given to it only when a page is first written, and taken back when it lies free, which counts as system time of whoever
// writes: up to twenty times what the write itself costs. The page cache of a recorder that has run for an hour is full, and a
// page that it writes takes the place of an old one. That state is made here: by reading a file that is nothing but a hole.

import { readFileSync } from "node:fs";
import { open, rm } from "node:fs/promises";
import { join } from "node:path";

const MIB = 1024 ** 2;
const PIECE_BYTES = 16 * MIB;
/** What stays free, so that nobody has to wait for memory. */
const SPARED_MB = 1024;
/** More than the longest case of a suite writes and holds. */
const MOST_MB = 20 * 1024;

/** Fills it by way of a file in this folder, which lies on a disk; the file goes with what is answered, and its cache with it. */
export async function fullPageCache(folder: string): Promise<AsyncDisposable> {
  const path = join(folder, "hole");
  const megabytes = Math.max(0, Math.min(MOST_MB, freeMb() - SPARED_MB));
  const file = await open(path, "w+", 0o600);
  try {
    await file.truncate(megabytes * MIB);
    const piece = Buffer.allocUnsafe(PIECE_BYTES);
    for (let at = 0; at < megabytes * MIB; at += PIECE_BYTES) await file.read(piece, 0, PIECE_BYTES, at);
  } finally {
    await file.close();
  }
  return { [Symbol.asyncDispose]: () => rm(path, { force: true }) };
}

/** Memory that nobody uses at all. */
function freeMb(): number {
  const free = /^MemFree:\s+(\d+) kB$/m.exec(readFileSync("/proc/meminfo", "utf8"))?.[1];
  return Math.floor(Number(free ?? 0) / 1024);
}
