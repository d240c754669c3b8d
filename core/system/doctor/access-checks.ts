// Who looks, and what that account may look at: a recorder's files are its user's alone. What could not be looked at is
// said, not passed over as sound.
import { access, constants, open, stat } from "node:fs/promises";
import { join } from "node:path";
import { systemCode } from "../../errors.ts";
import { type Check, finding, said, shellWord } from "./check.ts";
import { userName } from "./user-names.ts";

export interface Viewer {
  readonly uid: number;
  /** Owner of the data directory; undefined while there is none. */
  readonly ownerUid: number | undefined;
  /** It may look into everything: the owner, or root. */
  readonly seesAll: boolean;
}

/** Who runs this, and whose recorder it is. */
export async function viewerOf(dataDir: string): Promise<Viewer> {
  const uid = process.getuid?.() ?? 0;
  const ownerUid = await stat(dataDir).then(
    (found) => found.uid,
    () => undefined,
  );
  const mayEnter = await access(dataDir, constants.R_OK | constants.X_OK).then(
    () => true,
    (error: unknown) => systemCode(error) === "ENOENT",
  );
  return { uid, ownerUid, seesAll: mayEnter && (uid === 0 || ownerUid === undefined || uid === ownerUid) };
}

/** What somebody else than the owner could not see; nothing for those who see all. */
export async function checkAccess(dataDir: string, viewer: Viewer): Promise<Check[]> {
  if (viewer.seesAll) return [];
  const owner = await userName(viewer.ownerUid ?? 0);
  const self = await userName(viewer.uid);
  const message = said(
    "access-closed",
    "this is the recorder of {owner}, and {self} may not look into it: configuration, database, keys, plugins, the state of the recorder and writing to its volumes were not looked at",
    { owner, self },
  );
  return [
    finding("access", "warning", message, {
      where: dataDir,
      advice: said("ask-as-owner", "ask again as {owner}, or as root", { owner }),
      // sudo takes the number of an account without a name with a # before it.
      command: `sudo -u ${/^\d+$/.test(owner) ? `'#${owner}'` : owner} nightjar doctor --data ${shellWord(dataDir)}`,
    }),
  ];
}

/** Bytes of a file in the data directory; `none` if there is none, `closed` if that cannot be known or read. */
export async function sizeOfFile(dataDir: string, name: string): Promise<number | "none" | "closed"> {
  const path = join(dataDir, name);
  try {
    const { size } = await stat(path);
    const handle = await open(path, "r");
    await handle.close();
    return size;
  } catch (error) {
    return systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR" ? "none" : "closed";
  }
}
