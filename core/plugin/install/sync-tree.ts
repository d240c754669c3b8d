// Brings a tree of files to the disk: npm does not, and a power cut would leave empty ones behind its back.
import { constants } from "node:fs";
import { open, readdir } from "node:fs/promises";
import { join } from "node:path";

const AT_ONCE = 8;

/** Syncs all files and folders below a folder, and the folder itself. Links are not followed. */
export async function syncTree(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries) if (entry.isDirectory()) await syncTree(join(folder, entry.name));
  const files = entries.filter((entry) => entry.isFile()).map(({ name }) => join(folder, name));
  for (let at = 0; at < files.length; at += AT_ONCE) {
    await Promise.all(files.slice(at, at + AT_ONCE).map(syncPath));
  }
  await syncPath(folder);
}

/** Syncs the names in a folder: renames in it are then on the disk. */
export function syncFolder(folder: string): Promise<void> {
  return syncPath(folder);
}

async function syncPath(path: string): Promise<void> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
