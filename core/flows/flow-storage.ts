// What Node-RED keeps its flows and their credentials with. Its own way of writing takes a disk without room for a success: the
// deploy is acknowledged, and what was deployed before lies there emptied. Here nothing takes the place of what stands there
// before it lies on the disk as a whole, flows and credentials together, and a deploy that cannot be kept is refused.
import { createRequire } from "node:module";
import { join } from "node:path";
import { HTTP_STATUS, NightjarError, systemCode } from "../errors.ts";
import { CREDENTIALS_FILE, FLOWS_FILE } from "./flow-files.ts";
import { replaceFiles } from "./whole-files.ts";

/** What Node-RED asks of a storage, as far as it is done here; all else is its own. */
export interface FlowStorage {
  saveFlows(flows: unknown): Promise<void>;
  saveCredentials(credentials: unknown): Promise<void>;
  getCredentials(): Promise<unknown>;
}

const OWN_STORAGE = "@node-red/runtime/lib/storage/localfilesystem";

/** Node-RED's storage of files, with flows and credentials of `folder` written here. For its setting `storageModule`. */
export function nodeRedStorage(folder: string): FlowStorage {
  // It lies where Node-RED finds it.
  const ofNodeRed = createRequire(createRequire(import.meta.url).resolve("node-red"));
  const own = ofNodeRed(OWN_STORAGE) as Pick<FlowStorage, "getCredentials">;
  return { ...own, ...flowStorage(folder, () => own.getCredentials()) };
}

/**
 * The part of it that is done here; `readCredentials` is Node-RED's own. Credentials wait for the flows that they belong to,
 * which Node-RED saves right after them: a deploy that is refused has changed neither. It takes them for saved then and does
 * not bring them again, so they go with the next one. `saveFlows` rejects with `NJ_FLOWS_NOT_SAVED`.
 */
export function flowStorage(folder: string, readCredentials: () => Promise<unknown>): FlowStorage {
  let waiting: string | undefined;
  return {
    async saveFlows(flows) {
      const credentials = waiting;
      // Flows first: credentials of nodes that are not there any more harm nobody, while nodes without theirs do nothing.
      const files = [{ path: join(folder, FLOWS_FILE), content: JSON.stringify(flows, null, 4) }];
      if (credentials !== undefined)
        files.push({ path: join(folder, CREDENTIALS_FILE), content: credentials });
      try {
        await replaceFiles(files);
      } catch (error) {
        throw notSaved(folder, error);
      }
      if (waiting === credentials) waiting = undefined;
    },
    async saveCredentials(credentials) {
      waiting = JSON.stringify(credentials, null, 4);
    },
    getCredentials() {
      // Flows are loaded anew, as they were before what was refused: Node-RED goes on from there.
      waiting = undefined;
      return readCredentials();
    },
  };
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
