// The data directory: may it be written, does everything in it belong to its user, and is what is secret kept from others?
import { lstat, readdir, stat } from "node:fs/promises";
import { dirname, join, parse } from "node:path";
import { CONFIG_FILE } from "../../config/config-store.ts";
import { SECRETS_FILE, SECRETS_KEY_FILE } from "../../config/secret-store.ts";
import { DATABASE_FILE } from "../../db/open-db.ts";
import { checkVolume } from "../volume-check.ts";
import type { Viewer } from "./access-checks.ts";
import { type Check, finding, ok, shellWord } from "./check.ts";
import { groupName, userName } from "./user-names.ts";

/** Nobody but the recorder's user has business in these. */
const PRIVATE = [
  SECRETS_FILE,
  DATABASE_FILE,
  `${DATABASE_FILE}-wal`,
  "activation-code.txt",
  "certificates/ca.key",
  "certificates/server.key",
  "certificates/own.key",
];
const NAMED_AT_MOST = 5;

/** Checks the folder and what lies directly in it. Writes a probe file and removes it. */
export async function checkDataFolder(dataDir: string, viewer: Viewer): Promise<Check[]> {
  const checks: Check[] = [await writableFinding(dataDir)];
  const checkout = await enclosingCheckout(dataDir);
  if (checkout !== undefined) {
    const message = `the data directory lies inside a git checkout (${checkout}): recordings there are easily deleted`;
    checks.push(
      finding("data-in-checkout", "notice", message, {
        where: dataDir,
        advice: "choose another one with --data",
      }),
    );
  }
  if (process.platform === "win32") return checks;
  return [...checks, ...(await checkModes(dataDir)), ...(await checkOwners(dataDir, viewer))];
}

async function writableFinding(dataDir: string): Promise<Check> {
  const found = await checkVolume(dataDir);
  if (found.writable) {
    const message =
      found.missing === true
        ? `the data directory ${dataDir} can be made`
        : `the data directory is ${dataDir}`;
    return ok("data", message, dataDir);
  }
  return finding("data", "error", `the data directory ${dataDir} ${found.problem ?? "cannot be used"}`, {
    where: dataDir,
    advice: "give it to the user that Nightjar runs as, or name another one with --data",
  });
}

async function checkModes(dataDir: string): Promise<Check[]> {
  const checks: Check[] = [];
  const folder = await stat(dataDir).catch(() => undefined);
  if (folder === undefined) return [];
  if ((folder.mode & 0o022) !== 0) {
    const message = "others may write into the data directory: they can replace settings and secrets";
    const command = `chmod 700 ${shellWord(dataDir)}`;
    checks.push(
      finding("data-mode", "error", message, { where: dataDir, advice: "close it to others", command }),
    );
  }
  const key = join(dataDir, SECRETS_KEY_FILE);
  if (await isOpen(key)) {
    const message = "the key of the secrets can be read by others";
    const advice = "close it to others, and consider the cameras' passwords known";
    checks.push(
      finding("secrets-key", "error", message, {
        where: key,
        advice,
        command: `chmod 600 ${shellWord(key)}`,
      }),
    );
  }
  for (const name of PRIVATE) {
    const path = join(dataDir, name);
    // Behind a closed folder nobody gets at them.
    if ((folder.mode & 0o077) === 0 || !(await isOpen(path))) continue;
    const message = `${name} can be read by others, and holds what they must not know`;
    const command = `chmod 600 ${shellWord(path)}`;
    checks.push(
      finding("private-file", "error", message, { where: path, advice: "close it to others", command }),
    );
  }
  return checks.length > 0 ? checks : [ok("data-mode", "what is secret is kept from others", dataDir)];
}

async function isOpen(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && (found.mode & 0o077) !== 0;
}

/** A command that was once run as root leaves files that the recorder's own user cannot write. */
async function checkOwners(dataDir: string, viewer: Viewer): Promise<Check[]> {
  const folder = await stat(dataDir).catch(() => undefined);
  if (folder === undefined || !viewer.seesAll) return [];
  const foreign: string[] = [];
  for (const name of (await readdir(dataDir).catch(() => [])).sort()) {
    const found = await lstat(join(dataDir, name)).catch(() => undefined);
    if (found !== undefined && found.uid !== folder.uid) foreign.push(name);
  }
  if (foreign.length === 0) return [];
  const [user, group] = [await userName(folder.uid), await groupName(folder.gid)];
  const named = foreign.slice(0, NAMED_AT_MOST).join(", ");
  const more = foreign.length > NAMED_AT_MOST ? ` and ${foreign.length - NAMED_AT_MOST} more` : "";
  const message = `the data directory is ${user}'s, but ${named}${more} in it belong to somebody else: the recorder cannot change them`;
  return [
    finding("data-owner", foreign.includes(CONFIG_FILE) || folder.uid !== 0 ? "error" : "warning", message, {
      where: dataDir,
      advice: `give everything in it to ${user}, and run commands on it as that user`,
      command: `chown -R ${user}:${group} ${shellWord(dataDir)}`,
    }),
  ];
}

async function enclosingCheckout(folder: string): Promise<string | undefined> {
  for (let at = folder; at !== parse(at).root; at = dirname(at)) {
    const isCheckout = await stat(join(at, ".git")).then(
      () => true,
      () => false,
    );
    if (isCheckout) return at;
  }
  return undefined;
}
