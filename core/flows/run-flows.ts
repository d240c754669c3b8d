// The process that runs Node-RED: on a Unix socket that only the gateway connects to, with flows in `<data>/flows`. It runs only
// while flows are switched on; recording does not notice whether it does. Wiring only.
import childProcess from "node:child_process";
import { chmod, rm } from "node:fs/promises";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { join } from "node:path";
import type { Received } from "node-red";
import { LINK_VERSION } from "../link/link.ts";
import { LinkClient } from "../link/link-client.ts";
import { createServer } from "../node-http.ts";
import { type ProcessContext, RUN_FOLDER, type RunningProcess } from "../supervisor/process-contract.ts";
import { barredTypes, FLOWS_ALLOWED } from "./allowed.ts";
import { BarredNodes } from "./barred-nodes.ts";
import { leadModulesToCore, MODULE_MS, notedTypes, noteTypes, sendCatalogue } from "./contributed-nodes.ts";
import { backUpFlows, prepareFlowsFolder, setUnreadableAside, takeCredentialsBack } from "./flow-files.ts";
import { LastNode, readLastNode } from "./last-node.ts";
import { CATALOGUE_PATH, nodeRedSettings } from "./node-red-settings.ts";
import {
  type CoreMethodsForFlows,
  FLOWS_EDITOR_PATH,
  FLOWS_FOLDER,
  FLOWS_HTTP_SOCKET,
  FLOWS_LINK_SOCKET,
  FLOWS_PAGES_PATH,
  type FlowsSetAside,
  type FlowsState,
  type SafeModeReason,
} from "./protocol.ts";
import { readAllowed } from "./read-allowed.ts";

/** All that Node-RED wants to know is that npm is not older than 3. */
const NPM_VERSION = "11.0.0";
/** Core tells it at once, or is away. */
const BROKER_MS = 3_000;
const LAST_NODE_FILE = "last-node";
/** Ends in a row that are taken as the flows' own fault. */
const CRASHES_ALLOWED = 3;

/** Runs the flows process on a data directory. */
export async function runFlows(context: ProcessContext): Promise<RunningProcess> {
  const { dataDir, log, clock, instance, previousEnd } = context;
  const run = join(dataDir, RUN_FOLDER);
  const folder = join(dataDir, FLOWS_FOLDER);
  const allowed = readAllowed(process.env[FLOWS_ALLOWED]);
  const credentialKey = await prepareFlowsFolder(folder);
  const lastNodeFile = join(folder, LAST_NODE_FILE);
  const setAside = await setUnreadableAside(folder, clock.wallMs());
  // Flows come up without their passwords rather than not at all.
  const takenBack = await takeCredentialsBack(folder, clock.wallMs()).catch((error: unknown) => {
    log.warn("credentials of flows were not looked at", { reason: String(error) });
    return undefined;
  });
  const because = safeModeReason(previousEnd, lastNodeFile, setAside);
  let state: FlowsState = {
    mode: because === undefined ? "running" : "safe",
    ...(because === undefined ? {} : { because }),
    ...(setAside === undefined ? {} : { setAside }),
  };
  if (because !== undefined) log.error("flows are not started: safe mode", { ...because });
  if (setAside !== undefined) log.error("flows could not be read and were put aside", { ...setAside });
  if (takenBack !== undefined)
    log.error("credentials of flows could not be read; those of the newest copy took their place", takenBack);

  /** Core asks for flows once it is told of them. */
  let isServing = false;
  const core = new LinkClient<CoreMethodsForFlows>(join(run, FLOWS_LINK_SOCKET), {
    hello: { role: "flows", version: LINK_VERSION, instance },
    handlers: {},
    log: log.child({ link: "core" }),
    onUp: (link) => {
      if (isServing) link.notify("state", state);
    },
  });
  // Some three hundred files: loaded only now.
  const { default: nodeRed } = await import("node-red");
  const server = createServer();
  const barred = new BarredNodes();
  nodeRed.init(
    server,
    nodeRedSettings({
      ...{ folder, credentialKey, isSafe: because !== undefined, allowed, log },
      findBroker: () => core.request("broker", undefined, BROKER_MS),
    }),
  );
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    // `/flows-http` first: it begins with the other one's letters.
    if (goesTo(request, FLOWS_PAGES_PATH)) nodeRed.httpNode(request, response);
    else if (goesTo(request, FLOWS_EDITOR_PATH)) nodeRed.httpAdmin(request, response);
    else response.writeHead(404).end();
  });
  const lastNode = new LastNode(lastNodeFile);
  nodeRed.hooks.add("onReceive.nightjar", ({ destination }: Received) => lastNode.note(destination?.node));
  let backingUp: Promise<void> = Promise.resolve();
  nodeRed.events.on("flows:started", () => {
    // Somebody has deployed: what was wrong is taken as mended.
    if (state.mode === "safe") state = { mode: "running" };
    state = { ...state, barred: barred.nodes };
    if (isServing) core.notify("state", state);
    backingUp = backingUp
      .then(() => backUpFlows(folder, clock.wallMs()))
      .then(() => (allowed.modules ? noteTypes(folder, nodeRed.nodes.getNodeList()) : undefined))
      .catch((error: unknown) => log.warn("flows were not copied", { reason: String(error) }));
  });
  if (allowed.modules) {
    leadModulesToCore(nodeRed.hooks, (change) => core.request("module", change, MODULE_MS));
    const permission = nodeRed.auth.needsPermission("nodes.read");
    nodeRed.httpAdmin.get(`/${CATALOGUE_PATH}`, permission, sendCatalogue);
  }
  const restore = allowed.modules ? answerForNpm() : () => undefined;
  await nodeRed.start().finally(restore);
  barred.bar(nodeRed.nodes, [...barredTypes(allowed), ...(allowed.modules ? [] : await notedTypes(folder))]);
  await listen(server, join(run, FLOWS_HTTP_SOCKET));
  isServing = true;
  core.notify("state", state);
  context.ready();
  return {
    async stop() {
      core.close();
      server.close();
      server.closeAllConnections();
      await nodeRed.stop();
      await backingUp;
      lastNode.close();
    },
  };
}

/**
 * Node-RED asks npm for its version, and without an answer has no palette manager. No program need be run for that, nor can
 * be: it is core that runs npm. Gives what puts things back.
 */
function answerForNpm(): () => void {
  const real = childProcess.execFile;
  const stand = (file: string, args: readonly string[], ...rest: unknown[]): unknown => {
    const done = rest.at(-1);
    if (args.at(-1) === "-v" && /npm-cli\.js$/.test(args.at(0) ?? "") && typeof done === "function")
      return done(null, NPM_VERSION, "");
    return Reflect.apply(real, childProcess, [file, args, ...rest]);
  };
  Object.assign(childProcess, { execFile: stand });
  return () => {
    Object.assign(childProcess, { execFile: real });
  };
}

function safeModeReason(
  end: ProcessContext["previousEnd"],
  file: string,
  setAside: FlowsSetAside | undefined,
): SafeModeReason | undefined {
  // Whatever ended before, it was with flows that are not there now.
  if (setAside !== undefined && setAside.copyAt === undefined) return { case: "unreadable" };
  if (end === undefined || (end.case === "crash" && end.inARow < CRASHES_ALLOWED)) return undefined;
  const node = readLastNode(file);
  return { case: end.case, ...(node === undefined ? {} : { node }) };
}

/** True if the request is below `root`; its address is then what remains, as an Express app that is mounted there sees it. */
function goesTo(request: IncomingMessage & { originalUrl?: string }, root: string): boolean {
  const url = request.url ?? "/";
  if (url !== root && !url.startsWith(`${root}/`) && !url.startsWith(`${root}?`)) return false;
  request.originalUrl = url;
  const rest = url.slice(root.length);
  request.url = rest.startsWith("/") ? rest : `/${rest}`;
  return true;
}

async function listen(server: Server, path: string): Promise<void> {
  // Of a process that was killed.
  await rm(path, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, resolve);
  });
  await chmod(path, 0o600);
}
