// Files of flows take the place of others as a whole: what stands there stays until the next one lies on the disk, and nothing
// is ever written into a file that stands, which may be a link to another.
import { constants } from "node:fs";
import { open, rename, rm } from "node:fs/promises";

/** Each write reaches the disk before it is answered: syncing by itself is not allowed within the walls. */
const WRITE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_DSYNC;
/** What the neighbour of a file ends with that is to take its place. */
const DRAFT = ".new";

interface WholeFile {
  readonly path: string;
  readonly content: string;
}

/** Replaces files, none before all of them lie on the disk; then in their order. Throws what the system does. */
export async function replaceFiles(files: readonly WholeFile[]): Promise<void> {
  await withDrafts(
    files.map(({ path }) => path),
    async () => {
      for (const { path, content } of files) await writeDraft(path, content);
    },
  );
}

/** Makes drafts by `draft` and puts them in their places; leaves none behind. */
async function withDrafts(paths: readonly string[], draft: () => Promise<void>): Promise<void> {
  try {
    await draft();
    for (const path of paths) await rename(path + DRAFT, path);
  } finally {
    // Also after a success: nothing is renamed where both are links to the same file.
    for (const path of paths) await rm(path + DRAFT, { force: true }).catch(() => undefined);
  }
}

async function writeDraft(path: string, content: string): Promise<void> {
  // One that a process left which was killed may be a link, too.
  await rm(path + DRAFT, { force: true });
  const file = await open(path + DRAFT, WRITE, 0o600);
  try {
    await file.writeFile(content);
  } finally {
    await file.close();
  }
}
