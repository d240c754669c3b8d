// Touches the machine's free memory once, so that a suite does not pay for its supply. A virtual machine's memory is often
// given to it only when a page is first written, which counts as system time of whoever writes: up to twenty times what
// the write itself costs. A recorder that has run for an hour has its page cache; one that has just been started on a
// machine that never used its memory has not, and neither has its rival.
import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { withUs } from "./left-behind.ts";

const MIB = 1024 ** 2;
const PAGE_BYTES = 4096;
const PIECE_BYTES = 64 * MIB;
/** What is left to everybody else meanwhile. */
const SPARED_MB = 3 * 1024;
/** More than the longest case of a suite writes. */
const MOST_MB = 14 * 1024;

/** Megabytes that were touched: what is free now, within bounds. In a process of its own, which takes them with it. */
export async function warmMemory(): Promise<number> {
  const megabytes = Math.max(0, Math.min(MOST_MB, freeMb() - SPARED_MB));
  const child = withUs(fork(import.meta.filename, [String(megabytes)], { stdio: "ignore" }));
  const [code] = (await once(child, "exit")) as [number | null];
  return code === 0 ? megabytes : 0;
}

/** Memory that nobody uses at all: what is page cache now was touched before. */
function freeMb(): number {
  const free = /^MemFree:\s+(\d+) kB$/m.exec(readFileSync("/proc/meminfo", "utf8"))?.[1];
  return Math.floor(Number(free ?? 0) / 1024);
}

function touch(megabytes: number): void {
  const pieces: Buffer[] = [];
  for (let left = megabytes * MIB; left >= PIECE_BYTES; left -= PIECE_BYTES) {
    const piece = Buffer.allocUnsafeSlow(PIECE_BYTES);
    for (let at = 0; at < piece.length; at += PAGE_BYTES) piece[at] = 1;
    pieces.push(piece);
  }
}

if (process.send !== undefined && process.argv[1] === import.meta.filename) {
  touch(Number(process.argv[2]));
  process.disconnect();
}
