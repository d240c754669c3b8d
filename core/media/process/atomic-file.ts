// Replaces a small file of `<data>/media` so that a crash leaves the old one or the new one, readable by us alone.
import { open, rename } from "node:fs/promises";
import { dirname } from "node:path";

let counter = 0;

/**
 * Writes `text` to `path` (mode 0600) by way of a temporary file beside it, synced before it takes the name. When it
 * resolves, a power loss does not bring the old one back either.
 */
export async function writeFileAtomically(path: string, text: string): Promise<void> {
  counter += 1;
  const temporary = `${path}.${process.pid}-${counter}.tmp`;
  const file = await open(temporary, "w", 0o600);
  try {
    await file.writeFile(text);
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  await syncFolder(dirname(path));
}

/** Makes the names in a folder durable; on Windows, where folders cannot be opened, the file system sees to it. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
