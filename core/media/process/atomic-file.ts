// Replaces a small file of `<data>/media` so that a crash leaves the old one or the new one, readable by us alone.
import { open, rename } from "node:fs/promises";

let counter = 0;

/** Writes `text` to `path` (mode 0600) by way of a temporary file beside it, synced before it takes the name. */
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
}
