// Nodes that others wrote, in the process of flows: Node-RED's palette manager asks for them, core has npm unpack them. No
// program runs here for it. What types they have is written down, for the time when they are not allowed any more.
import { readFile, writeFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { NightjarError } from "../errors.ts";

const TYPES_FILE = "contributed-types.json";
const MOST_TYPES = 2_000;
const TYPE_LIMIT = 100;
/** Where the palette manager finds what there is: Node-RED's own list, fetched only when it is opened. */
const CATALOGUE_URL = "https://catalogue.nodered.org/catalogue.json";
const CATALOGUE_MS = 20_000;
const CATALOGUE_LIMIT_BYTES = 32 * 1024 * 1024;
/** Longer than npm is given. */
export const MODULE_MS = 310_000;

/** What is to be done with a module. */
export interface ModuleChange {
  readonly what: "install" | "remove";
  readonly module: string;
  /** Of what is installed; absent: the newest. */
  readonly version?: string;
}

interface InstallEvent {
  readonly module?: unknown;
  readonly version?: unknown;
  readonly url?: unknown;
}

/** The part of Node-RED's hooks that is about modules. */
export interface ModuleHooks {
  add(
    name: "preInstall.nightjar" | "preUninstall.nightjar",
    hook: (event: InstallEvent) => Promise<false>,
  ): void;
}

/** Has Node-RED's palette manager ask core instead of running npm. `false` tells Node-RED that it is done. */
export function leadModulesToCore(hooks: ModuleHooks, change: (change: ModuleChange) => Promise<void>): void {
  hooks.add("preInstall.nightjar", async ({ module, version, url }) => {
    if (typeof url === "string" && url !== "") throw refused("only modules of the registry are installed");
    await change({
      ...{ what: "install", module: String(module) },
      ...(typeof version === "string" && version !== "" ? { version } : {}),
    });
    return false;
  });
  hooks.add("preUninstall.nightjar", async ({ module }) => {
    await change({ what: "remove", module: String(module) });
    return false;
  });
}

/** Writes down which types of nodes modules have brought. */
export async function noteTypes(folder: string, sets: readonly NodeSet[]): Promise<void> {
  const own = new Set(["node-red", "node-red-contrib-nightjar"]);
  // Those that Node-RED refused have brought nothing, whatever they name.
  const brought = sets.filter(({ module, err }) => !own.has(module) && err === undefined);
  const types = brought.flatMap((set) => set.types);
  await writeFile(join(folder, TYPES_FILE), JSON.stringify([...new Set(types)].slice(0, MOST_TYPES)), {
    mode: 0o600,
  });
}

/** A set of nodes as Node-RED lists it. */
export interface NodeSet {
  readonly module: string;
  readonly types: readonly string[];
  /** Why it could not be loaded. */
  readonly err?: unknown;
}

/** Types that modules had brought when they were allowed last; none where nothing is known. */
export async function notedTypes(folder: string): Promise<string[]> {
  try {
    const value: unknown = JSON.parse(await readFile(join(folder, TYPES_FILE), "utf8"));
    if (!Array.isArray(value)) return [];
    const texts = value.filter((one): one is string => typeof one === "string" && one.length <= TYPE_LIMIT);
    return [...new Set(texts)].slice(0, MOST_TYPES);
  } catch {
    // None were ever installed, or the file was torn: then Node-RED says itself what is missing.
    return [];
  }
}

/** Answers the palette manager what there is. */
export async function sendCatalogue(_request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const answer = await fetch(CATALOGUE_URL, { signal: AbortSignal.timeout(CATALOGUE_MS) });
    if (!answer.ok || answer.body === null) throw away(`status ${answer.status}`);
    let size = 0;
    const chunks: Uint8Array[] = [];
    for await (const chunk of answer.body) {
      size += chunk.length;
      if (size > CATALOGUE_LIMIT_BYTES) throw away("it is too long");
      chunks.push(chunk);
    }
    response.writeHead(200, { "content-type": "application/json" }).end(Buffer.concat(chunks));
  } catch (error) {
    response.writeHead(502, { "content-type": "text/plain" }).end(`the list cannot be fetched: ${error}`);
  }
}

function refused(why: string): NightjarError {
  return new NightjarError("NJ_FLOWS_MODULE", "failed-precondition", why);
}

function away(why: string): NightjarError {
  return new NightjarError("NJ_FLOWS_CATALOGUE", "unavailable", why);
}
