// The command line's link to a running core, over the data directory's own socket.
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CLI_SOCKET, type CoreMethodsForCli } from "../control/cli-protocol.ts";
import { NightjarError } from "../errors.ts";
import { connectLink, LINK_VERSION, type Link } from "../link/link.ts";
import { livingOwner } from "../supervisor/data-lock.ts";
import { PROCESSES_FILE, type ProcessStatus, RUN_FOLDER } from "../supervisor/process-contract.ts";

/** Connects, or gives undefined when no recorder runs on that data directory. */
export async function findRunningCore(dataDir: string): Promise<Link<CoreMethodsForCli> | undefined> {
  try {
    return await connectLink<CoreMethodsForCli>(join(dataDir, RUN_FOLDER, CLI_SOCKET), {
      hello: { role: "cli", version: LINK_VERSION, instance: randomUUID() },
      handlers: {},
    });
  } catch (error) {
    if (error instanceof NightjarError && error.code === "NJ_LINK_CLOSED") return undefined;
    throw error;
  }
}

/** Runs `action` with a running core; throws `NJ_NOT_RUNNING` (unavailable) when there is none. */
export async function withRunningCore<Result>(
  dataDir: string,
  action: (core: Link<CoreMethodsForCli>) => Promise<Result>,
): Promise<Result> {
  const core = await findRunningCore(dataDir);
  if (core === undefined) throw await whyNoCore(dataDir);
  try {
    return await action(core);
  } finally {
    core.close();
  }
}

/** How the processes of a recorder are that runs but cannot be asked; undefined if none runs on that data directory. */
export async function processesWithoutCore(dataDir: string): Promise<readonly ProcessStatus[] | undefined> {
  if ((await livingOwner(dataDir)) === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(await readFile(join(dataDir, RUN_FOLDER, PROCESSES_FILE), "utf8"));
    return Array.isArray(value) ? (value as ProcessStatus[]) : [];
  } catch {
    // It has just started, or just ended.
    return [];
  }
}

/** The error of commands that need a recorder where there is none. */
export function notRunning(dataDir: string): NightjarError {
  const message = `no recorder runs with ${dataDir}: start it, or name its --data`;
  return new NightjarError("NJ_NOT_RUNNING", "unavailable", message, { dataDir });
}

async function whyNoCore(dataDir: string): Promise<NightjarError> {
  const core = (await processesWithoutCore(dataDir))?.find(({ role }) => role === "core");
  if (core?.problem === undefined) return notRunning(dataDir);
  return new NightjarError(
    "NJ_CORE_NOT_STARTED",
    "unavailable",
    `the recorder runs with ${dataDir}, but its control process cannot start: ${core.problem}`,
    { dataDir, cause: core.problemCode },
  );
}
