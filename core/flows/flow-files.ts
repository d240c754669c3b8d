// The files of Node-RED below `<data>/flows`: the key of its credentials, copies of the flows as they were, and flows that
// cannot be read, which are put aside instead of being overwritten.
import { randomBytes } from "node:crypto";
import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

export const FLOWS_FILE = "flows.json";
const CREDENTIALS_FILE = "flows_cred.json";
const KEY_FILE = "credential-key";
const BACKUP_FOLDER = "backups";
/** Copies that are kept; one more, and the oldest goes. */
export const BACKUPS_KEPT = 20;
const CARD = {
  name: "nightjar-flows",
  version: "0.0.0",
  private: true,
  description: "Flows of this recorder.",
};

/** Makes what is not there yet. Answers the key that credentials are sealed with. */
export async function prepareFlowsFolder(folder: string): Promise<string> {
  await mkdir(join(folder, BACKUP_FOLDER), { recursive: true, mode: 0o700 });
  // Node-RED reports an error at each start without one.
  await writeNew(join(folder, "package.json"), JSON.stringify(CARD, null, 2));
  const key = join(folder, KEY_FILE);
  await writeNew(key, randomBytes(32).toString("hex"));
  return (await readFile(key, "utf8")).trim();
}

/**
 * Puts flows aside that are not what Node-RED reads, and takes the newest copy instead. Answers the name of the file that
 * they lie in now; undefined where all is well.
 */
export async function setUnreadableAside(folder: string, nowMs: number): Promise<string | undefined> {
  const file = join(folder, FLOWS_FILE);
  const text = await readIfThere(file);
  if (text === undefined || isFlows(text)) return undefined;
  const aside = `flows.unreadable-${stamp(nowMs)}.json`;
  await rename(file, join(folder, aside));
  for (const name of (await backups(folder)).toReversed()) {
    const copy = await readFile(join(folder, BACKUP_FOLDER, name), "utf8");
    if (!isFlows(copy)) continue;
    await writeFile(file, copy, { mode: 0o600 });
    const credentials = join(folder, BACKUP_FOLDER, credentialsOf(name));
    if ((await readIfThere(credentials)) !== undefined)
      await copyFile(credentials, join(folder, CREDENTIALS_FILE));
    break;
  }
  return aside;
}

/** Copies the flows, with their sealed credentials, if they are others than in the newest copy. */
export async function backUpFlows(folder: string, nowMs: number): Promise<void> {
  const text = await readIfThere(join(folder, FLOWS_FILE));
  if (text === undefined || !isFlows(text)) return;
  const present = await backups(folder);
  const newest = present.at(-1);
  if (newest !== undefined && (await readIfThere(join(folder, BACKUP_FOLDER, newest))) === text) return;
  const name = `${stamp(nowMs)}.json`;
  await writeFile(join(folder, BACKUP_FOLDER, name), text, { mode: 0o600 });
  const credentials = await readIfThere(join(folder, CREDENTIALS_FILE));
  if (credentials !== undefined)
    await writeFile(join(folder, BACKUP_FOLDER, credentialsOf(name)), credentials, { mode: 0o600 });
  for (const old of [...present, name].slice(0, -BACKUPS_KEPT)) {
    await rm(join(folder, BACKUP_FOLDER, old), { force: true });
    await rm(join(folder, BACKUP_FOLDER, credentialsOf(old)), { force: true });
  }
}

/** Names of the copies, the oldest first. */
async function backups(folder: string): Promise<string[]> {
  const names = await readdir(join(folder, BACKUP_FOLDER));
  return names.filter((name) => /^\d{8}T\d{9}Z\.json$/.test(name)).sort();
}

function credentialsOf(backup: string): string {
  return backup.replace(/\.json$/, ".credentials.json");
}

/** `20260102T030405678Z`: sorts by time, and every disk takes it. */
function stamp(nowMs: number): string {
  return new Date(nowMs).toISOString().replaceAll(/[-:.]/g, "");
}

/** True for what Node-RED writes: a list of nodes. */
function isFlows(text: string): boolean {
  try {
    return Array.isArray(JSON.parse(text));
  } catch {
    return false;
  }
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

async function writeNew(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { mode: 0o600, flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}
