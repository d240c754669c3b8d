// The settings that Node-RED is run with. They are ours alone: a settings.js of the owner's is not read. Nothing listens on the
// network and nothing is sent anywhere; programs, files and contributed nodes only where an administrator has allowed them.
import type { FlowsAllowed } from "../config/flows-config.ts";
import type { Log } from "../log.ts";
import { excludedFiles } from "./allowed.ts";
import { FLOWS_FILE } from "./flow-files.ts";
import { nodeRedStorage } from "./flow-storage.ts";
import { FLOWS_EDITOR_PATH, FLOWS_PAGES_PATH, type FlowsBroker, PALETTE_FOLDER } from "./protocol.ts";

export interface NodeRedOptions {
  readonly folder: string;
  readonly credentialKey: string;
  readonly isSafe: boolean;
  readonly allowed: FlowsAllowed;
  readonly log: Log;
  /** How nodes of the palette reach the recorder; asked before each try. */
  findBroker(): Promise<FlowsBroker | undefined>;
}

/** The only module of nodes that is loaded where contributed ones are not allowed. */
const OWN_MODULE = "node-red-contrib-nightjar";
/** The recorder's own nodes stand first. */
const PALETTE_ORDER = ["Nightjar", "common", "function", "network", "sequence", "parser", "storage"];
/** Where the editor finds what can be installed, below its own address. */
export const CATALOGUE_PATH = "nightjar/catalogue.json";
/** Longest body that http-in nodes take; the gateway holds it too. */
const BODY_LIMIT = "1mb";
/** A node of plain code that does not wait for anything is stopped after so long; one that does, by the supervisor. */
const FUNCTION_LIMIT_SECONDS = 2;

/** What Node-RED is given. */
export function nodeRedSettings({
  folder,
  credentialKey,
  isSafe,
  allowed,
  log,
  findBroker,
}: NodeRedOptions): Record<string, unknown> {
  return {
    userDir: folder,
    storageModule: nodeRedStorage(folder),
    flowFile: FLOWS_FILE,
    flowFilePretty: true,
    credentialSecret: credentialKey,
    safeMode: isSafe,
    httpAdminRoot: FLOWS_EDITOR_PATH,
    httpNodeRoot: FLOWS_PAGES_PATH,
    apiMaxLength: BODY_LIMIT,
    nodesExcludes: excludedFiles(allowed),
    // Where file nodes look for what has no whole path.
    ...(allowed.folders[0] === undefined ? {} : { fileWorkingDirectory: allowed.folders[0] }),
    nodesDir: [PALETTE_FOLDER],
    nightjar: { findBroker },
    // Tells forms that "this recorder" can be chosen here.
    njServerHere: true,
    externalModules: {
      autoInstall: false,
      palette: allowed.modules
        ? { allowInstall: true, allowUpload: false, allowUpdate: true }
        : {
            ...{ allowInstall: false, allowUpload: false, allowUpdate: false },
            // What was installed while it was allowed is not loaded either.
            ...{ allowList: [OWN_MODULE], denyList: ["*"] },
          },
      modules: { allowInstall: false },
    },
    functionExternalModules: false,
    functionTimeout: FUNCTION_LIMIT_SECONDS,
    globalFunctionTimeout: FUNCTION_LIMIT_SECONDS,
    tlsConfigDisableLocalFiles: true,
    telemetry: { enabled: false, updateNotification: false },
    diagnostics: { enabled: false, ui: false },
    runtimeState: { enabled: true, ui: true },
    contextStorage: { default: { module: "memory" }, disk: { module: "localfilesystem" } },
    editorTheme: {
      page: { title: "Nightjar: flows" },
      // Back to the recorder's own pages.
      header: { title: "Nightjar", url: "../" },
      tours: false,
      userMenu: false,
      palette: { categories: PALETTE_ORDER, catalogues: [CATALOGUE_PATH] },
      projects: { enabled: false },
      multiplayer: { enabled: false },
    },
    logging: { nightjar: { level: "info", metrics: false, audit: false, handler: () => logInto(log) } },
  };
}

/** Node-RED's levels, from `fatal` on: the lower, the worse. */
const ERROR = 20;
const WARN = 30;

function logInto(
  log: Log,
): (message: { readonly level: number; readonly msg?: unknown; readonly id?: unknown }) => void {
  return ({ level, msg, id }) => {
    const text = String(msg instanceof Error ? msg.message : msg).slice(0, 1_000);
    const fields = typeof id === "string" ? { node: id } : {};
    if (level <= ERROR) log.error(text, fields);
    // Warnings of no node are about what is as we want it (no projects, no credentials yet, no flushing within the walls).
    else if (level <= WARN && typeof id === "string") log.warn(text, fields);
    else if (level <= WARN) log.info(text);
    else log.debug(text, fields);
  };
}
