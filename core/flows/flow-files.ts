// The files of Node-RED below `<data>/flows`: the key of its credentials, copies of the flows as they were, and flows that
// cannot be read, which are put aside instead of being overwritten.
import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { FlowsSetAside, UnreadableReason } from "./protocol.ts";
import { DRAFT, draftCopy, partFromLinks, replaceByCopy, replaceFiles, withDrafts } from "./whole-files.ts";

export const FLOWS_FILE = "flows.json";
export const CREDENTIALS_FILE = "flows_cred.json";
const KEY_FILE = "credential-key";
const BACKUP_FOLDER = "backups";
const ASIDE = "flows.unreadable-";
const ASIDE_NAME = /^flows\.unreadable-\d{8}T\d{9}Z\.json$/;
const ASIDE_CREDENTIALS_NAME = /^flows\.unreadable-\d{8}T\d{9}Z\.credentials\.json$/;
/** Credentials that were put aside by themselves. */
const CREDENTIALS_ASIDE = "flows_cred.unreadable-";
const CREDENTIALS_ASIDE_NAME = /^flows_cred\.unreadable-\d{8}T\d{9}Z\.json$/;
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
/** Copies that are kept; one more, and the oldest goes. */
export const BACKUPS_KEPT = 20;
/** The same of flows, and of credentials, that were put aside. */
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
 * read instead, also on a disk without room. Answers what was put aside; undefined where all is well. Where there was no copy,
 * it answers the same at each start until flows are deployed.
 */
export async function setUnreadableAside(folder: string, nowMs: number): Promise<FlowsSetAside | undefined> {
  await removeOldAside(folder);
  const file = join(folder, FLOWS_FILE);
  const text = await readIfThere(file);
  if (text === undefined) return await asideWithoutCopy(folder);
  const reason = unreadable(text);
  if (reason === undefined) return undefined;
  const aside = `${ASIDE}${stamp(nowMs)}.json`;
  const copy = await newestReadable(folder);
  if (copy === undefined) {
    await copyCredentialsAside(folder, aside);
    await rename(file, join(folder, aside));
    await removeOldAside(folder);
    return { file: aside, reason };
  }
  const credentials = join(folder, CREDENTIALS_FILE);
  const credentialsCopy = await readableCredentialsOf(folder, copy.name);
  // Flows last: whatever ends this before, the next start finds the unreadable ones again.
  const replaced = [...(credentialsCopy === undefined ? [] : [credentials]), file];
  await withDrafts(replaced, async () => {
    await draftCopy(file, join(folder, BACKUP_FOLDER, copy.name));
    if (credentialsCopy !== undefined) await draftCopy(credentials, credentialsCopy);
    await replaceByCopy(join(folder, aside), file);
    await copyCredentialsAside(folder, aside);
  });
  await removeOldAside(folder);
  return { file: aside, reason, copyAt: timeOf(copy.name) };
}

/**
 * Where credentials cannot be read but the flows can, and the newest copy is of the same flows, its credentials take their
 * place. Answers where the others lie now and of when the copy is; undefined where nothing was to be done, or could be.
 */
export async function takeCredentialsBack(
  folder: string,
  nowMs: number,
): Promise<{ readonly file: string; readonly copyAt: string } | undefined> {
  const credentials = join(folder, CREDENTIALS_FILE);
  const text = await readIfThere(credentials);
  if (text === undefined || areCredentials(text)) return undefined;
  const copy = await newestReadable(folder);
  if (copy === undefined || copy.text !== (await readIfThere(join(folder, FLOWS_FILE)))) return undefined;
  const from = await readableCredentialsOf(folder, copy.name);
  if (from === undefined) return undefined;
  const file = `${CREDENTIALS_ASIDE}${stamp(nowMs)}.json`;
  await withDrafts([credentials], async () => {
    await draftCopy(credentials, from);
    await replaceByCopy(join(folder, file), credentials);
  });
  await removeOldAside(folder);
  return { file, copyAt: timeOf(copy.name) };
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
 * newest copy: a password that was changed lies in no flow, and with the old one the copy would not work. Neither goes there
 * where it cannot be read.
 */
export async function backUpFlows(folder: string, nowMs: number): Promise<void> {
  for (const name of [FLOWS_FILE, CREDENTIALS_FILE]) await partFromLinks(join(folder, name));
  const text = await readIfThere(join(folder, FLOWS_FILE));
  if (text === undefined || unreadable(text) !== undefined) return;
  const present = await backups(folder);
  const newest = present.at(-1);
  const isKept = newest !== undefined && (await readIfThere(join(folder, BACKUP_FOLDER, newest))) === text;
  const name = isKept ? newest : `${stamp(nowMs)}.json`;
  if (!isKept) await replaceFiles([{ path: join(folder, BACKUP_FOLDER, name), content: text }]);
  const credentials = await readIfThere(join(folder, CREDENTIALS_FILE));
  const credentialsCopy = join(folder, BACKUP_FOLDER, credentialsOf(name));
  if (
    credentials !== undefined &&
    areCredentials(credentials) &&
    credentials !== (await readIfThere(credentialsCopy))
  )
    await replaceFiles([{ path: credentialsCopy, content: credentials }]);
  if (isKept) return;
  for (const old of [...present, name].slice(0, -BACKUPS_KEPT)) {
    await rm(join(folder, BACKUP_FOLDER, old), { force: true });
    await rm(join(folder, BACKUP_FOLDER, credentialsOf(old)), { force: true });
  }
  // Of processes that were killed.
  for (const left of await readdir(join(folder, BACKUP_FOLDER)))
    if (left.endsWith(DRAFT)) await rm(join(folder, BACKUP_FOLDER, left), { force: true });
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

/** True for what Node-RED writes: an object, sealed or not. */
function areCredentials(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** The file of a copy's credentials; undefined where it has none that can be read. */
async function readableCredentialsOf(folder: string, backup: string): Promise<string | undefined> {
  const file = join(folder, BACKUP_FOLDER, credentialsOf(backup));
  const text = await readIfThere(file);
  return text !== undefined && areCredentials(text) ? file : undefined;
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

/** The oldest of what was put aside; and what starts that came to no end left: credentials without their flows, drafts. */
async function removeOldAside(folder: string): Promise<void> {
  for (const old of (await putAside(folder)).slice(0, -ASIDE_KEPT))
    await rm(join(folder, old), { force: true });
  const names = new Set(await readdir(folder));
  const flowsOf = (credentials: string): string => credentials.replace(/\.credentials\.json$/, ".json");
  const alone = [...names].filter((name) => ASIDE_CREDENTIALS_NAME.test(name) && !names.has(flowsOf(name)));
  const drafts = [...names].filter((name) => name.endsWith(DRAFT) && isOurs(name.slice(0, -DRAFT.length)));
  const credentials = [...names].filter((name) => CREDENTIALS_ASIDE_NAME.test(name)).sort();
  for (const old of [...alone, ...drafts, ...credentials.slice(0, -ASIDE_KEPT)])
    await rm(join(folder, old), { force: true });
}

function isOurs(name: string): boolean {
  if (name === FLOWS_FILE || name === CREDENTIALS_FILE) return true;
  return [ASIDE_NAME, ASIDE_CREDENTIALS_NAME, CREDENTIALS_ASIDE_NAME].some((form) => form.test(name));
}

async function copyCredentialsAside(folder: string, aside: string): Promise<void> {
  const credentials = join(folder, CREDENTIALS_FILE);
  if ((await readIfThere(credentials)) !== undefined)
    await replaceByCopy(join(folder, credentialsOf(aside)), credentials);
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
