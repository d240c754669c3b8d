// Puts a changed copy of the plugins' npm project in the place of the old one, so that after a kill or a power cut
// either all of the old or all of the new stands there: a journal is on disk before the first rename, the old parts lie
// aside until the change is kept, and whoever finds the journal at start puts them back.
import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomically } from "../../config/atomic-file.ts";
import { systemCode } from "../../errors.ts";
import type { PluginJobOrder } from "./install-job.ts";
import { type PluginProject, PROJECT_PARTS, type ProjectPart, statOf } from "./plugin-project.ts";
import { syncFolder, syncTree } from "./sync-tree.ts";

export const JOURNAL = "install-journal.json";
export const STAGING = ".staging-";
const ASIDE = ".previous-";
const UNDONE = ".undone-";

interface Journal {
  readonly id: string;
  readonly order: PluginJobOrder;
  /** Parts that stood there before the first was moved; undefined: none has been moved yet. */
  readonly had?: readonly ProjectPart[];
}

/** A change that is in place and can still be taken back. */
export interface Swap {
  /** The change stays: what was before is deleted. */
  keep(): Promise<void>;
  /** All is as it was before. */
  undo(): Promise<void>;
}

/** Writes down that a change is being prepared, so that it is told of after a crash. */
export async function beginChange(live: PluginProject, id: string, order: PluginJobOrder): Promise<void> {
  await writeFileAtomically(live.path(JOURNAL), `${JSON.stringify({ id, order } satisfies Journal)}\n`);
}

/** The change that was prepared came to nothing: nothing was moved. */
export function dropChange(live: PluginProject): Promise<void> {
  return removeJournal(live);
}

/** Puts `staged` in the place of `live`. When it rejects, `live` is as it was. */
export async function swapIn(
  live: PluginProject,
  staged: PluginProject,
  id: string,
  order: PluginJobOrder,
): Promise<Swap> {
  const had: ProjectPart[] = [];
  const journal: Journal = { id, order, had };
  const aside = live.path(`${ASIDE}${id}`);
  try {
    await syncTree(staged.folder);
    for (const part of PROJECT_PARTS) if ((await statOf(live.path(part))) !== undefined) had.push(part);
    await mkdir(aside, { mode: 0o700 });
    await writeFileAtomically(live.path(JOURNAL), `${JSON.stringify(journal)}\n`);
  } catch (error) {
    await removeJournal(live);
    throw error;
  }
  try {
    for (const part of PROJECT_PARTS) {
      if (had.includes(part)) await rename(live.path(part), join(aside, part));
      if ((await statOf(staged.path(part))) !== undefined) await rename(staged.path(part), live.path(part));
    }
    await syncFolder(aside);
    await syncFolder(live.folder);
  } catch (error) {
    await undo(live, journal);
    throw error;
  }
  return {
    async keep() {
      await removeJournal(live);
      await rm(aside, { recursive: true, force: true, maxRetries: 3 });
    },
    undo: () => undo(live, journal),
  };
}

/** Takes back what was not finished when Nightjar ended, and clears what it left. Gives the job, if there was one. */
export async function undoUnfinished(live: PluginProject): Promise<Journal | undefined> {
  const journal = await readJournal(live);
  if (journal !== undefined) await undo(live, journal);
  await clearLeftovers(live);
  return journal;
}

/** Removes working copies that nobody works on. Only where no journal stands. */
async function clearLeftovers(live: PluginProject): Promise<void> {
  for (const name of await namesIn(live.folder)) {
    if ([STAGING, ASIDE, UNDONE].some((prefix) => name.startsWith(prefix)))
      await rm(live.path(name), { recursive: true, force: true, maxRetries: 3 });
  }
}

async function undo(live: PluginProject, { id, had }: Journal): Promise<void> {
  if (had === undefined) {
    await removeJournal(live);
    return;
  }
  const aside = live.path(`${ASIDE}${id}`);
  const undone = live.path(`${UNDONE}${id}`);
  await mkdir(undone, { recursive: true, mode: 0o700 });
  for (const part of PROJECT_PARTS) {
    const isAside = (await statOf(join(aside, part))) !== undefined;
    // One that stood there and is not aside was not touched, or is back already.
    if (had.includes(part) && !isAside) continue;
    if ((await statOf(live.path(part))) !== undefined) {
      await rm(join(undone, part), { recursive: true, force: true, maxRetries: 3 });
      await rename(live.path(part), join(undone, part));
    }
    if (isAside) await rename(join(aside, part), live.path(part));
  }
  await syncFolder(live.folder);
  await removeJournal(live);
  await rm(aside, { recursive: true, force: true, maxRetries: 3 });
  await rm(undone, { recursive: true, force: true, maxRetries: 3 });
}

async function removeJournal(live: PluginProject): Promise<void> {
  await rm(live.path(JOURNAL), { force: true });
  await syncFolder(live.folder);
}

async function readJournal(live: PluginProject): Promise<Journal | undefined> {
  try {
    return JSON.parse(await readFile(live.path(JOURNAL), "utf8")) as Journal;
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return undefined;
    throw error;
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  }
}
