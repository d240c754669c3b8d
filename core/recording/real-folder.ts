// Where a folder really lies, links followed: in a thread of its own for what may be on any disk, since one that hangs must not
// stop who asks. What is not there yet lies where the folder above it does.
import { realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { answerApart, runApart } from "../media/process/disk-errand.ts";

const NAME = "realFolder";
const LIMIT_MS = 2_000;

/** The folder without links in its path. */
export function realFolder(folder: string): string {
  let rest = "";
  for (let at = folder; ; at = dirname(at)) {
    try {
      return join(realpathSync(at), rest);
    } catch {
      // The root is always there.
      rest = join(basename(at), rest);
    }
  }
}

/** The same without holding anything up: a disk without an answer leaves the folder as it is written. Never rejects. */
export async function realFolderApart(folder: string): Promise<string> {
  const module = new URL(import.meta.url);
  try {
    return String(await runApart({ module, name: NAME, order: folder, path: folder, limitMs: LIMIT_MS }));
  } catch {
    // A hung disk is told of by its own state.
    return folder;
  }
}

answerApart(NAME, realFolder, (folder, error) => ({ path: folder, message: String(error) }));
