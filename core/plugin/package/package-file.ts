// Reads a file that a plugin's package.json names: small, and below the plugin's folder when all links are resolved. What
// it says is for people, without the path on this machine.
import { open, realpath } from "node:fs/promises";
import { join, sep } from "node:path";

/** The file's bytes, or what is wrong with it, to be put behind its name. */
export async function readPackageFile(
  folder: string,
  path: string,
  limitBytes: number,
): Promise<Buffer | { readonly problem: string }> {
  try {
    const base = await realpath(folder);
    const real = await realpath(join(base, path));
    if (!real.startsWith(base + sep)) return { problem: "lies outside the plugin's folder" };
    const file = await open(real, "r");
    try {
      const facts = await file.stat();
      if (!facts.isFile()) return { problem: "is not a file" };
      // One byte more than its size: a file that grows meanwhile is noticed too.
      const bytes = Buffer.alloc(Math.min(facts.size, limitBytes) + 1);
      const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
      if (bytesRead > limitBytes) return { problem: `is larger than ${limitBytes / 1024} KiB` };
      return bytes.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch {
    return { problem: "cannot be read" };
  }
}
