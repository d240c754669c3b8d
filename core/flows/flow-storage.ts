// What Node-RED keeps its flows and their credentials with. Its own way of writing takes a disk without room for a success: the
// deploy is acknowledged, and what was deployed before lies there emptied. Here nothing takes the place of what stands there
// before it lies on the disk as a whole, and a deploy that cannot be kept is refused.
import { constants } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { HTTP_STATUS, NightjarError, systemCode } from "../errors.ts";
import { CREDENTIALS_FILE, FLOWS_FILE } from "./flow-files.ts";

/** What Node-RED asks of a storage, as far as it is done here; all else is its own. */
export interface FlowStorage {
  saveFlows(flows: unknown): Promise<void>;
  saveCredentials(credentials: unknown): Promise<void>;
}

const OWN_STORAGE = "@node-red/runtime/lib/storage/localfilesystem";
/** Each write reaches the disk before it is answered: syncing by itself is not allowed within the walls. */
const WRITE = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_DSYNC;

/** Node-RED's storage of files, with flows and credentials of `folder` written here. For its setting `storageModule`. */
export function nodeRedStorage(folder: string): FlowStorage {
  // It lies where Node-RED finds it.
  const ofNodeRed = createRequire(createRequire(import.meta.url).resolve("node-red"));
  return { ...(ofNodeRed(OWN_STORAGE) as object), ...flowStorage(folder) };
}

/** The part of it that is done here. It rejects with `NJ_FLOWS_NOT_SAVED`. */
export function flowStorage(folder: string): FlowStorage {
  const save = (name: string) => async (content: unknown) => {
    try {
      await replace(join(folder, name), JSON.stringify(content, null, 4));
    } catch (error) {
      throw notSaved(folder, error);
    }
  };
  return { saveFlows: save(FLOWS_FILE), saveCredentials: save(CREDENTIALS_FILE) };
}

async function replace(path: string, text: string): Promise<void> {
  const next = `${path}.new`;
  try {
    const file = await open(next, WRITE, 0o600);
    try {
      await file.writeFile(text);
    } finally {
      await file.close();
    }
    await rename(next, path);
  } catch (error) {
    await rm(next, { force: true }).catch(() => undefined);
    throw error;
  }
}

function notSaved(folder: string, cause: unknown): NightjarError {
  const why = { ENOSPC: "its disk is full", EDQUOT: "its quota is used up", EROFS: "its disk is read-only" };
  const code = systemCode(cause) ?? "";
  const reason = why[code as keyof typeof why] ?? String(cause);
  const error = new NightjarError(
    "NJ_FLOWS_NOT_SAVED",
    "unavailable",
    `flows could not be saved in ${folder}: ${reason}. Those of before go on; deploy again once that is mended`,
    {},
    cause,
  );
  // Node-RED answers with this; 400 without it.
  return Object.assign(error, { status: HTTP_STATUS[error.kind] });
}
