// A folder and everything in it as lines: kind, mode, owner, size and content of each, to show that nothing was changed.
import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";

/** One line for each file and folder, in order. Times of folders are left out: a probe file that came and went moves them. */
export function describeTree(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  return names.map((name) => {
    const path = join(folder, name);
    const { mode, uid, gid, mtimeMs, ino } = lstatSync(path);
    const facts = [name, mode.toString(8), uid, gid];
    if (lstatSync(path).isSymbolicLink()) return [...facts, readlinkSync(path)].join(" ");
    if (!lstatSync(path).isFile()) return facts.join(" ");
    return [...facts, mtimeMs, ino, createHash("sha256").update(readFileSync(path)).digest("hex")].join(" ");
  });
}
