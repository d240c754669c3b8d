// The settings that Node-RED is run with. They are ours alone: a settings.js of the owner's is not read. Nothing listens on the
// network, nothing is installed, nothing is sent anywhere, and no node runs programs or reads files of the machine.
import type { Log } from "../log.ts";
import { FLOWS_FILE } from "./flow-files.ts";
import { FLOWS_EDITOR_PATH, FLOWS_PAGES_PATH, type FlowsBroker, PALETTE_FOLDER } from "./protocol.ts";

export interface NodeRedOptions {
  readonly folder: string;
  readonly credentialKey: string;
  readonly isSafe: boolean;
  readonly log: Log;
  /** How nodes of the palette reach the recorder; asked before each try. */
  findBroker(): Promise<FlowsBroker | undefined>;
}

/** Files of node sets that are left out: exec, read and write files, watch files; TCP and UDP servers would open ports. */
const EXCLUDED_NODES = ["90-exec.js", "10-file.js", "23-watch.js", "31-tcpin.js", "32-udp.js"];
/** The recorder's own nodes stand first. */
const PALETTE_ORDER = ["Nightjar", "common", "function", "network", "sequence", "parser", "storage"];
/** Longest body that http-in nodes take; the gateway holds it too. */
const BODY_LIMIT = "1mb";
/** A node of plain code that does not wait for anything is stopped after so long; one that does, by the supervisor. */
const FUNCTION_LIMIT_SECONDS = 2;

/** What Node-RED is given. */
export function nodeRedSettings({
  folder,
  credentialKey,
  isSafe,
  log,
  findBroker,
}: NodeRedOptions): Record<string, unknown> {
  return {
    userDir: folder,
    flowFile: FLOWS_FILE,
    flowFilePretty: true,
    credentialSecret: credentialKey,
    safeMode: isSafe,
    httpAdminRoot: FLOWS_EDITOR_PATH,
    httpNodeRoot: FLOWS_PAGES_PATH,
    apiMaxLength: BODY_LIMIT,
    nodesExcludes: EXCLUDED_NODES,
    nodesDir: [PALETTE_FOLDER],
    nightjar: { findBroker },
    // Tells forms that "this recorder" can be chosen here.
    njServerHere: true,
    externalModules: {
      autoInstall: false,
      palette: { allowInstall: false, allowUpload: false, allowUpdate: false },
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
      palette: { categories: PALETTE_ORDER },
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
