// The inside of a supervised process: runs its role, gives life signs, stops when told or when the supervisor is gone.
// Ends by resolving; only core/main.ts ends the process.
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { systemClock } from "../clock.ts";
import { CONFIG_FILE } from "../config/config-file.ts";
import { toPlainError } from "../errors.ts";
import { createLog, LogGate, type LogLevel } from "../log.ts";
import { KeptLog } from "../system/kept-log.ts";
import {
  type ChildMessage,
  LIFE_SIGN_MS,
  PREVIOUS_END,
  SIGNS_PER_FIGURES,
  type StartFailure,
  type SupervisorMessage,
} from "./child-protocol.ts";
import type { ProcessRole, ProcessStatus, RoleContext, RunningProcess } from "./process-contract.ts";
import { OwnFigures } from "./process-figures.ts";

/** A process that is to stop before it has started may finish that for so long. */
const START_GRACE_MS = 2_000;
/** What lies in a file, and is the same at the next try unless somebody mends that. */
const FAULTS_OF_CONFIG = new Set(["NJ_CONFIG_INVALID", "NJ_CONFIG_UNREADABLE"]);
const FAULT_OF_SECRETS = "NJ_SECRETS_UNREADABLE";

export type RoleRunner = (context: RoleContext) => Promise<RunningProcess>;

/** Runs `runner` until the supervisor says stop or goes away. Resolves with the exit code. */
export async function runChild(
  role: ProcessRole,
  options: { dataDir: string; logLevel: LogLevel; pluginPaths: readonly string[] },
  runner: RoleRunner,
): Promise<number> {
  const kept = new KeptLog(options.dataDir, role);
  const gate = new LogGate(options.logLevel);
  const log = createLog({ gate, fields: { process: role }, destination: kept });
  let processes: readonly ProcessStatus[] = [];
  const send = (message: ChildMessage) => {
    if (process.connected) process.send?.(message);
  };
  const stopped = new Promise<string>((resolve) => {
    process.on("message", (message: SupervisorMessage) => {
      if (message.type === "stop") resolve("told to");
      else if (message.type === "log-level") gate.set(message.level);
      else processes = message.processes;
    });
    process.on("disconnect", () => resolve("the supervisor is gone"));
    process.on("SIGTERM", () => resolve("SIGTERM"));
    // The terminal's Ctrl-C is the supervisor's business.
    process.on("SIGINT", () => undefined);
  });
  const failed = new Promise<never>((_, reject) => {
    process.on("uncaughtException", reject);
    process.on("unhandledRejection", reject);
  });
  const figures = new OwnFigures(LIFE_SIGN_MS);
  let signs = 0;
  let isReady = false;
  const lifeSigns = setInterval(() => {
    figures.sign();
    // The first soon, so that a page that is open sees them.
    const tells = signs % SIGNS_PER_FIGURES === 0;
    signs += 1;
    send({ type: "alive", ...(tells ? { figures: figures.read() } : {}) });
  }, LIFE_SIGN_MS);
  try {
    const starting = runner({
      dataDir: options.dataDir,
      pluginPaths: options.pluginPaths,
      log,
      clock: systemClock,
      instance: randomUUID(),
      ...previousEnd(),
      ready(facts) {
        isReady = true;
        send({ type: "ready", facts: facts ?? {} });
      },
      setLogLevel: (level) => send({ type: "log-level", level }),
      want: (wantedRole, wanted, allowed) =>
        send({ type: "want", role: wantedRole, wanted, ...(allowed === undefined ? {} : { allowed }) }),
      processes: () => processes,
    });
    await Promise.race([starting, failed, stopped]);
    const why = await Promise.race([stopped, failed]);
    log.debug("process stops", { why });
    // One that is told to stop while it starts may be waiting for somebody who never comes.
    const running = await Promise.race([starting, failed, pause(START_GRACE_MS)]);
    await running?.stop();
    return 0;
  } catch (error) {
    const failure = failureOf(error, options.dataDir);
    // What somebody has to mend in a file is told in words; where in the program it came to light helps nobody.
    const isOurs = !(error instanceof Error) || failure.file !== undefined;
    log.error("process fails", { reason: isOurs ? failure.reason : (error.stack ?? error.message) });
    if (!isReady) await lastWords({ type: "failed", failure });
    return 1;
  } finally {
    clearInterval(lifeSigns);
    await kept.close();
  }
}

function previousEnd(): Pick<RoleContext, "previousEnd"> {
  const match = /^(hang|crash) (\d{1,6})$/.exec(process.env[PREVIOUS_END] ?? "");
  if (match === null) return {};
  return { previousEnd: { case: match[1] === "hang" ? "hang" : "crash", inARow: Number(match[2]) } };
}

/** Sends a message and waits until it has left: the process ends right afterwards. */
function lastWords(message: ChildMessage): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve();
    else process.send(message, undefined, undefined, () => resolve());
  });
}

function failureOf(error: unknown, dataDir: string): StartFailure {
  const { code, message, context } = toPlainError(error);
  const named = code === FAULT_OF_SECRETS ? context?.["path"] : undefined;
  const file = FAULTS_OF_CONFIG.has(code) ? join(dataDir, CONFIG_FILE) : named;
  return { code, reason: message, ...(typeof file === "string" ? { file } : {}) };
}
