// The files of Node-RED below `<data>/flows`: the key of its credentials, copies of the flows as they were, and flows that
// cannot be read, which are put aside instead of being overwritten.
import { randomBytes } from "node:crypto";
import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { FlowsSetAside, UnreadableReason } from "./protocol.ts";

export const FLOWS_FILE = "flows.json";
export const CREDENTIALS_FILE = "flows_cred.json";
const KEY_FILE = "credential-key";
const BACKUP_FOLDER = "backups";
const ASIDE = "flows.unreadable-";
const ASIDE_NAME = /^flows\.unreadable-\d{8}T\d{9}Z\.json$/;
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
/** Copies that are kept; one more, and the oldest goes. */
export const BACKUPS_KEPT = 20;
/** The same of flows that were put aside. */
export const ASIDE_KEPT = 5;
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
 * Puts flows aside that are not what Node-RED reads, their sealed credentials with them, and takes the newest copy that can be
 * read instead. Answers what was put aside; undefined where all is well. Where there was no copy, it answers the same at each
 * start until flows are deployed.
 */
export async function setUnreadableAside(folder: string, nowMs: number): Promise<FlowsSetAside | undefined> {
  const file = join(folder, FLOWS_FILE);
  const text = await readIfThere(file);
  if (text === undefined) return await asideWithoutCopy(folder);
  const reason = unreadable(text);
  if (reason === undefined) return undefined;
  const aside = `${ASIDE}${stamp(nowMs)}.json`;
  const credentials = join(folder, CREDENTIALS_FILE);
  await copyIfThere(credentials, join(folder, credentialsOf(aside)));
  const copy = await newestReadable(folder);
  if (copy === undefined) {
    await rename(file, join(folder, aside));
    await removeOldAside(folder);
    return { file: aside, reason };
  }
  await copyFile(file, join(folder, aside));
  await copyIfThere(join(folder, BACKUP_FOLDER, credentialsOf(copy.name)), credentials);
  // Last and at once: whatever ends this before, the next start finds the unreadable ones again.
  const next = `${file}.new`;
  await writeFile(next, copy.text, { mode: 0o600 });
  await rename(next, file);
  await removeOldAside(folder);
  return { file: aside, reason, copyAt: timeOf(copy.name) };
}

/** What a process of flows says was put aside, as far as it is what {@link setUnreadableAside} answers. */
export function setAsideIn(told: unknown): FlowsSetAside | undefined {
  const { file, reason, copyAt } = (told ?? {}) as Partial<Record<keyof FlowsSetAside, unknown>>;
  if (typeof file !== "string" || !ASIDE_NAME.test(file)) return undefined;
  return {
    file,
    reason: reason === "not-flows" ? "not-flows" : "not-json",
    ...(typeof copyAt === "string" && ISO_TIME.test(copyAt) ? { copyAt } : {}),
  };
}

/**
 * Copies the flows, with their sealed credentials, if they are others than in the newest copy. Credentials alone go to the
 * newest copy: a password that was changed lies in no flow, and with the old one the copy would not work.
 */
export async function backUpFlows(folder: string, nowMs: number): Promise<void> {
  const text = await readIfThere(join(folder, FLOWS_FILE));
  if (text === undefined || unreadable(text) !== undefined) return;
  const present = await backups(folder);
  const newest = present.at(-1);
  const isKept = newest !== undefined && (await readIfThere(join(folder, BACKUP_FOLDER, newest))) === text;
  const name = isKept ? newest : `${stamp(nowMs)}.json`;
  if (!isKept) await writeFile(join(folder, BACKUP_FOLDER, name), text, { mode: 0o600 });
  const credentials = await readIfThere(join(folder, CREDENTIALS_FILE));
  const credentialsCopy = join(folder, BACKUP_FOLDER, credentialsOf(name));
  if (credentials !== undefined && credentials !== (await readIfThere(credentialsCopy)))
    await writeFile(credentialsCopy, credentials, { mode: 0o600 });
  if (isKept) return;
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

/** The moment in a {@link stamp}ed name, as ISO 8601 has it. */
function timeOf(name: string): string {
  return name.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z.*$/, "$1-$2-$3T$4:$5:$6.$7Z");
}

/** Why a text is not what Node-RED writes, a list of nodes; undefined: it is. */
function unreadable(text: string): UnreadableReason | undefined {
  try {
    return Array.isArray(JSON.parse(text)) ? undefined : "not-flows";
  } catch {
    return "not-json";
  }
}

async function newestReadable(folder: string): Promise<{ name: string; text: string } | undefined> {
  for (const name of (await backups(folder)).toReversed()) {
    const text = await readIfThere(join(folder, BACKUP_FOLDER, name));
    if (text !== undefined && unreadable(text) === undefined) return { name, text };
  }
  return undefined;
}

/** Flows that an earlier start put aside, where nothing took their place and nobody has deployed since. */
async function asideWithoutCopy(folder: string): Promise<FlowsSetAside | undefined> {
  const file = (await putAside(folder)).at(-1);
  // With a copy there were flows: somebody has taken them away.
  if (file === undefined || (await newestReadable(folder)) !== undefined) return undefined;
  const reason = unreadable(await readFile(join(folder, file), "utf8"));
  return reason === undefined ? undefined : { file, reason };
}

/** Names of flows that were put aside, the oldest first. */
async function putAside(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => ASIDE_NAME.test(name)).sort();
}

async function removeOldAside(folder: string): Promise<void> {
  for (const old of (await putAside(folder)).slice(0, -ASIDE_KEPT)) {
    await rm(join(folder, old), { force: true });
    await rm(join(folder, credentialsOf(old)), { force: true });
  }
}

async function copyIfThere(from: string, to: string): Promise<void> {
  if ((await readIfThere(from)) !== undefined) await copyFile(from, to);
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
