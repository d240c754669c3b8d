// The word by which processes of one Nightjar know each other on their sockets: a random key in a file beside these, which its
// owner alone may read. A plugin that gets at a socket in spite of its walls does not get at the file: Node's permissions guard
// files, and none of sockets (docs/decisions/0016-walls-around-plugins.md).
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { NightjarError, systemCode } from "../errors.ts";

const KEY_FILE = "link.key";
const KEY_BYTES = 32;

/** Loaded when it is first used: it weighs 2 MB, and each process of a plugin, which has no key, would have them as well. */
const crypto = (): typeof import("node:crypto") => process.getBuiltinModule("node:crypto");

/** The key for sockets in `folder`, made if there is none yet. */
export async function makeLinkKey(folder: string): Promise<string> {
  const path = join(folder, KEY_FILE);
  const present = await readLinkKey(folder);
  if (present !== undefined) return present;
  // Whole at once: several processes start at the same moment, and the first one's holds.
  const draft = `${path}.${crypto().randomBytes(6).toString("hex")}`;
  await writeFile(draft, crypto().randomBytes(KEY_BYTES).toString("base64url"), { mode: 0o600, flag: "wx" });
  try {
    await link(draft, path);
  } catch (error) {
    // A file system without hard links: there the supervisor's, made before any process is started, is the first.
    if (systemCode(error) !== "EEXIST") await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
  const made = await readLinkKey(folder);
  if (made === undefined) {
    throw new NightjarError("NJ_LINK_CLOSED", "unavailable", `the key of links went away: ${path}`, { path });
  }
  return made;
}

/** The key for sockets in `folder`; undefined where nobody has listened yet. */
export async function readLinkKey(folder: string): Promise<string | undefined> {
  try {
    return await readFile(join(folder, KEY_FILE), "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Whether somebody gave the key; compared in a time that does not tell how much of it was right. */
export function isLinkKey(given: unknown, key: string): boolean {
  if (typeof given !== "string") return false;
  const [one, other] = [Buffer.from(given), Buffer.from(key)];
  return one.length === other.length && crypto().timingSafeEqual(one, other);
}
