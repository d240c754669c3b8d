// Files of flows take the place of others as a whole: what stands there stays until the next one lies on the disk, and nothing
// is ever written into a file that stands, for it may be a link to a copy. On a disk without room a copy is such a link.
import { constants } from "node:fs";
import { link, open, readFile, rename, rm, stat } from "node:fs/promises";
import { systemCode } from "../errors.ts";

/** Each write reaches the disk before it is answered: syncing by itself is not allowed within the walls. */
const WRITE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_DSYNC;
/** What the neighbour of a file ends with that is to take its place. */
export const DRAFT = ".new";

interface WholeFile {
  readonly path: string;
  readonly content: string | Buffer;
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

/** Has `path` be what `from` is, without a moment at which it is neither that nor what it was. */
export async function replaceByCopy(path: string, from: string): Promise<void> {
  await withDrafts([path], () => draftCopy(path, from));
}

/** Makes drafts by `draft` and puts them in their places; leaves none behind. */
export async function withDrafts(paths: readonly string[], draft: () => Promise<void>): Promise<void> {
  try {
    await draft();
    for (const path of paths) await rename(path + DRAFT, path);
  } finally {
    // Also after a success: nothing is renamed where both are links to the same file.
    for (const path of paths) await rm(path + DRAFT, { force: true }).catch(() => undefined);
  }
}

/** Lays a copy of `from` beside `path`; where there is no room for one, a link, which needs none. */
export async function draftCopy(path: string, from: string): Promise<void> {
  const content = await readFile(from);
  try {
    await writeDraft(path, content);
  } catch (error) {
    if (!isWithoutRoom(error)) throw error;
    await rm(path + DRAFT, { force: true });
    await link(from, path + DRAFT);
  }
}

/** Makes a file that is a link one of its own again, for whoever writes into it by hand; where there is still no room, later. */
export async function partFromLinks(path: string): Promise<void> {
  try {
    if ((await stat(path)).nlink > 1) await replaceFiles([{ path, content: await readFile(path) }]);
  } catch (error) {
    if (systemCode(error) !== "ENOENT" && !isWithoutRoom(error)) throw error;
  }
}

async function writeDraft(path: string, content: string | Buffer): Promise<void> {
  // One that a process left which was killed may be a link, too.
  await rm(path + DRAFT, { force: true });
  const file = await open(path + DRAFT, WRITE, 0o600);
  try {
    await file.writeFile(content);
  } finally {
    await file.close();
  }
}

function isWithoutRoom(error: unknown): boolean {
  const code = systemCode(error);
  return code === "ENOSPC" || code === "EDQUOT";
}
