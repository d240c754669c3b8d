// Replaces a small file as a whole: after a crash either the old or the new content stands there, never a mixture.
// Write to a neighbour, fsync, rename, fsync the folder: without the first sync the new name may lead to
// nothing, without the last it may be the old one again.
import { randomBytes } from "node:crypto";
import { open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

/** Writes `content` to `path`, durably. `mode` is that of a new file (0600 unless told otherwise). */
export async function writeFileAtomically(
  path: string,
  content: string | Uint8Array,
  mode = 0o600,
): Promise<void> {
  const neighbour = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    const file = await open(neighbour, "wx", mode);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(neighbour, path);
  } catch (error) {
    await rm(neighbour, { force: true });
    throw error;
  }
  const folder = await open(dirname(path), "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** The same, and nothing where that stands there already: a start that changes nothing waits for no disk. */
export async function writeFileIfOther(path: string, content: string, mode = 0o600): Promise<void> {
  const present = await readFile(path, "utf8").catch(() => undefined);
  if (present !== content) await writeFileAtomically(path, content, mode);
}
