// Looks through a plugin's folder for links that lead out of it. Node's permissions follow links without asking where
// they lead, so that a link in the folder to the recorder's secrets would be a way to read them.
import { readdir, realpath } from "node:fs/promises";
import { join, relative, sep } from "node:path";

/** More than any plugin with all that it depends on. */
const ENTRIES_LIMIT = 100_000;

/**
 * What is wrong with the folder, in a sentence; undefined: no link of it leads anywhere but into the folder itself or
 * one of `allowed`, all of them real paths.
 */
export async function linkOutOf(folder: string, allowed: readonly string[]): Promise<string | undefined> {
  const inside = [folder, ...allowed];
  const waiting = [folder];
  let seen = 0;
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    for (const entry of await readdir(at, { withFileTypes: true })) {
      seen += 1;
      if (seen > ENTRIES_LIMIT) return `its folder holds more than ${ENTRIES_LIMIT} files`;
      const path = join(at, entry.name);
      if (entry.isDirectory()) waiting.push(path);
      if (!entry.isSymbolicLink()) continue;
      // One that leads nowhere today may lead somewhere tomorrow.
      const target = await realpath(path).catch(() => undefined);
      if (
        target === undefined ||
        !inside.some((place) => target === place || target.startsWith(place + sep))
      ) {
        return `its folder holds a link that leads out of it: ${relative(folder, path)}`;
      }
    }
  }
  return undefined;
}
