// The data directory: may it be written, does everything in it belong to its user, and is what is secret kept from others?
import { lstat, readdir, stat } from "node:fs/promises";
import { dirname, join, parse } from "node:path";
import { CONFIG_FILE } from "../../config/config-store.ts";
import { SECRETS_FILE, SECRETS_KEY_FILE } from "../../config/secret-store.ts";
import { DATABASE_FILE } from "../../db/open-db.ts";
import { checkVolume } from "../volume-check.ts";
import type { Viewer } from "./access-checks.ts";
import { type Check, finding, ok, said, shellWord } from "./check.ts";
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
    const message = said(
      "data-in-checkout",
      "the data directory lies inside a git checkout ({checkout}): recordings there are easily deleted",
      { checkout },
    );
    checks.push(
      finding("data-in-checkout", "notice", message, {
        where: dataDir,
        advice: said("choose-data", "choose another one with --data"),
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
        ? said("data-to-be-made", "the data directory {path} can be made", { path: dataDir })
        : said("data-there", "the data directory is {path}", { path: dataDir });
    return ok("data", message, dataDir);
  }
  const message = said("data-unusable", "the data directory {path} {reason}", {
    path: dataDir,
    reason: found.problem ?? "cannot be used",
    case: found.problemCode ?? "other",
  });
  return finding("data", "error", message, {
    where: dataDir,
    advice: said("give-data", "give it to the user that Nightjar runs as, or name another one with --data"),
  });
}

async function checkModes(dataDir: string): Promise<Check[]> {
  const checks: Check[] = [];
  const folder = await stat(dataDir).catch(() => undefined);
  const close = said("close-to-others", "close it to others");
  if (folder === undefined) return [];
  if ((folder.mode & 0o022) !== 0) {
    const message = said(
      "data-open",
      "others may write into the data directory: they can replace settings and secrets",
    );
    const command = `chmod 700 ${shellWord(dataDir)}`;
    checks.push(finding("data-mode", "error", message, { where: dataDir, advice: close, command }));
  }
  const key = join(dataDir, SECRETS_KEY_FILE);
  if (await isOpen(key)) {
    const message = said("secrets-key-open", "the key of the secrets can be read by others");
    const advice = said(
      "close-and-consider-known",
      "close it to others, and consider the cameras' passwords known",
    );
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
    const message = said(
      "private-file-open",
      "{file} can be read by others, and holds what they must not know",
      { file: name },
    );
    const command = `chmod 600 ${shellWord(path)}`;
    checks.push(finding("private-file", "error", message, { where: path, advice: close, command }));
  }
  return checks.length > 0
    ? checks
    : [ok("data-mode", said("secrets-kept", "what is secret is kept from others"), dataDir)];
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
  const more = foreign.length - NAMED_AT_MOST;
  const message =
    more > 0
      ? said(
          "data-of-others-and-more",
          "the data directory is {user}'s, but {files} and {more} more in it belong to somebody else: the recorder cannot change them",
          { user, files: named, more },
        )
      : said(
          "data-of-others",
          "the data directory is {user}'s, but {files} in it belong to somebody else: the recorder cannot change them",
          { user, files: named },
        );
  return [
    finding("data-owner", foreign.includes(CONFIG_FILE) || folder.uid !== 0 ? "error" : "warning", message, {
      where: dataDir,
      advice: said("give-all", "give everything in it to {user}, and run commands on it as that user", {
        user,
      }),
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
