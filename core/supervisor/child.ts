// One child of the supervisor: starts it, listens for its life signs, restarts it with growing pauses.
import { type ChildProcess, fork } from "node:child_process";
import { unwatchFile, watchFile } from "node:fs";
import { constants, getPriority, setPriority } from "node:os";
import type { FlowsAllowed } from "../config/flows-config.ts";
import type { Facts } from "../domain/facts.ts";
import type { Log, LogLevel } from "../log.ts";
import {
  type ChildMessage,
  LIFE_SIGN_MS,
  PREVIOUS_END,
  type StartFailure,
  type SupervisorMessage,
} from "./child-protocol.ts";
import { loadedFirst } from "./loaded-first.ts";
import {
  nodeArguments,
  type ProcessRole,
  type ProcessStatus,
  type RoleOnDemand,
} from "./process-contract.ts";
import type { ProcessFigures } from "./process-figures.ts";

/** A child that says nothing for this long hangs and is killed. */
const SILENCE_LIMIT_MS = 10 * LIFE_SIGN_MS;
/**
 * One that was killed and is still there after this waits for a disk inside the kernel, and may for hours. Another one is
 * started beside it: none of its threads will ever run again, so it writes nothing but what the kernel holds already, and
 * the new one finds out by itself which volume does not answer (decision 0031).
 */
const LEFT_AFTER_MS = 2_000;
/**
 * In `flows` it is an owner's own code that hangs: killed within 5 s, signs and the looking for them included. While it starts,
 * which on a slow machine takes its time, it is given as long as the others.
 */
const FLOWS_SILENCE_LIMIT_MS = 3 * LIFE_SIGN_MS;
/** A child that lived this long starts with a clean record again. */
const STEADY_MS = 60_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
/** One that waits for a file to be mended tries again now and then all the same, in case the change was not seen. */
const FIRST_WAIT_MS = 10_000;
const LONGEST_WAIT_MS = 300_000;
/** How often that file is looked at. */
const LOOK_EVERY_MS = 500;
/**
 * How far each steps back for others when the machine has too little time for all (`nice`): recording goes first, above
 * all while everything starts at once. Children, ffmpeg among them, inherit it.
 */
const NICENESS: Readonly<Record<ProcessRole, number>> = {
  media: 0,
  gateway: 5,
  core: 5,
  // Looking at pictures is the first to give way.
  analysis: 10,
  flows: 10,
};

const LIMITS = {
  silenceMs: SILENCE_LIMIT_MS,
  leftAfterMs: LEFT_AFTER_MS,
  /** Between starts that do not even make a process. */
  startAgainMs: LONGEST_PAUSE_MS,
};
type ChildLimits = Readonly<typeof LIMITS>;

export interface ChildOptions {
  readonly role: ProcessRole;
  /** The command line's entry file. */
  readonly entry: string;
  readonly args: readonly string[];
  /** For Node, besides those of every process. */
  readonly nodeArguments?: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly log: Log;
  onReady(facts: Readonly<Record<string, unknown>>): void;
  /** Started, ready, ended: whoever shows states looks again. */
  onChange(): void;
  /** What a child that is started now is to log. */
  logLevel?(): LogLevel | undefined;
  /** The child has read what is to be logged. */
  onLogLevel?(level: LogLevel): void;
  /** The child has work for another process, or has none any more. */
  onWant?(role: RoleOnDemand, wanted: boolean, allowed?: FlowsAllowed): void;
  /** The child told how it is. */
  onFigures?(): void;
  /** When a child is given up; for tests. */
  readonly limits?: Partial<ChildLimits>;
}

export class SupervisedChild {
  readonly #options: ChildOptions;
  #process: ChildProcess | undefined;
  #status: ProcessStatus["status"] = "starting";
  #restarts = 0;
  #failures = 0;
  #startedAtMs = 0;
  #lastSignMs = 0;
  #lastExit: { readonly how: string; readonly facts: Facts; readonly atMs: number } | undefined;
  #figures: ProcessFigures | undefined;
  #watch: NodeJS.Timeout | undefined;
  #pause: NodeJS.Timeout | undefined;
  /** Why it did not start; kept until it does. */
  #failure: StartFailure | undefined;
  /** The file that the process which just ended wants to be mended. */
  #file: string | undefined;
  /** Tries in a row that waited for a file. */
  #waits = 0;
  /** Ends the waiting for a file. */
  #unwatch: (() => void) | undefined;
  /** It gave no life signs and was killed. */
  #hung = false;
  #stopping = false;
  /** Goes on as if the child had ended. */
  #leave: () => void = () => undefined;
  #ended: Promise<void> = Promise.resolve();

  constructor(options: ChildOptions) {
    this.#options = options;
  }

  get status(): ProcessStatus {
    return {
      role: this.#options.role,
      status: this.#status,
      ...(this.#process?.pid === undefined ? {} : { pid: this.#process.pid }),
      restarts: this.#restarts,
      startedAtMs: this.#startedAtMs,
      ...(this.#lastExit === undefined
        ? {}
        : {
            lastExit: this.#lastExit.how,
            lastExitFacts: this.#lastExit.facts,
            lastExitAtMs: this.#lastExit.atMs,
          }),
      ...(this.#failure === undefined
        ? {}
        : { problem: this.#failure.reason, problemCode: this.#failure.code }),
      ...(this.#figures === undefined ? {} : { figures: this.#figures }),
    };
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  start(): void {
    const { role, entry, args, env, log } = this.#options;
    this.#endPause();
    this.#file = undefined;
    this.#startedAtMs = Date.now();
    this.#lastSignMs = performance.now();
    const child = fork(entry, ["process", role, ...args], {
      env: { ...env, ...this.#previousEnd() },
      stdio: ["ignore", "inherit", "inherit", "ipc"],
      execArgv: [
        ...nodeArguments(role),
        // It alone loads packages that are worth it.
        ...(role === "core" ? loadedFirst() : []),
        ...(this.#options.nodeArguments ?? []),
      ],
      // A Ctrl-C in the terminal reaches the supervisor alone, which ends its children in order.
      detached: true,
    });
    this.#process = child;
    const level = this.#options.logLevel?.();
    if (level !== undefined) this.send({ type: "log-level", level });
    if (child.pid !== undefined && NICENESS[role] > 0) stepBack(child.pid, NICENESS[role], log);
    child.on("message", (message: ChildMessage) => {
      this.#lastSignMs = performance.now();
      if (message.type === "alive") {
        if (message.figures === undefined) return;
        this.#figures = message.figures;
        this.#options.onFigures?.();
        return;
      }
      if (message.type === "log-level") {
        this.#options.onLogLevel?.(message.level);
        return;
      }
      if (message.type === "want") {
        this.#options.onWant?.(message.role, message.wanted, message.allowed);
        return;
      }
      if (message.type === "failed") {
        this.#failure = message.failure;
        this.#file = message.failure.file;
        return;
      }
      this.#failure = undefined;
      this.#waits = 0;
      this.#status = "ready";
      this.#options.onReady(message.facts);
      this.#options.onChange();
    });
    child.on("error", (error) => log.error("process cannot be started", { role, reason: error.message }));
    this.#ended = new Promise((resolve) => {
      const exited = (code: number | null, signal: NodeJS.Signals | null): void => {
        clearInterval(this.#watch);
        // Programs that flows have started have no business without them.
        if (role === "flows") endGroup(child.pid);
        this.#process = undefined;
        this.#figures = undefined;
        const settle = (): void => {
          this.#exited(code, signal);
          resolve();
        };
        // Its last words may still be on the way.
        if (child.connected) child.once("disconnect", settle);
        else settle();
      };
      child.once("exit", exited);
      this.#leave = () => {
        log.error("process cannot be ended, it waits for a disk: it is left behind", {
          role,
          pid: child.pid,
        });
        child.removeAllListeners();
        child.on("error", () => undefined);
        if (child.connected) child.disconnect();
        child.unref();
        exited(null, "SIGKILL");
      };
    });
    const { silenceMs, leftAfterMs } = this.#limits;
    this.#watch = setInterval(() => {
      const isTight = role === "flows" && this.#status === "ready";
      const limitMs = isTight ? Math.min(silenceMs, FLOWS_SILENCE_LIMIT_MS) : silenceMs;
      if (performance.now() - this.#lastSignMs < limitMs) return;
      this.#hung = true;
      log.error("process hangs and is killed", {
        role,
        silentMs: Math.round(performance.now() - this.#lastSignMs),
      });
      clearInterval(this.#watch);
      this.#kill(child, leftAfterMs);
    }, silenceMs / 10);
    this.#options.onChange();
  }

  /** What the process learns of the one before it. */
  #previousEnd(): NodeJS.ProcessEnv {
    const end = this.#hung ? "hang" : "crash";
    this.#hung = false;
    return this.#failures === 0 ? {} : { [PREVIOUS_END]: `${end} ${this.#failures}` };
  }

  send(message: SupervisorMessage): void {
    if (this.#process?.connected) this.#process.send(message, () => undefined);
  }

  /** Asks the child to end; kills it after `limitMs`. */
  async stop(limitMs: number): Promise<void> {
    this.#stopping = true;
    this.#endPause();
    const child = this.#process;
    if (child === undefined) return;
    this.send({ type: "stop" });
    const deadline = setTimeout(() => this.#kill(child, this.#limits.leftAfterMs), limitMs);
    await this.#ended;
    clearTimeout(deadline);
  }

  get #limits(): ChildLimits {
    return { ...LIMITS, ...this.#options.limits };
  }

  #kill(child: ChildProcess, leftAfterMs: number): void {
    child.kill("SIGKILL");
    setTimeout(() => {
      if (this.#process === child) this.#leave();
    }, leftAfterMs);
  }

  #exited(code: number | null, signal: NodeJS.Signals | null): void {
    const { role, log } = this.#options;
    const how = signal === null ? `ended with code ${code}` : `ended by ${signal}`;
    const facts: Facts =
      signal === null ? { case: "code", exit: code ?? 0 } : { case: "signal", exit: signal };
    this.#lastExit = { how, facts, atMs: Date.now() };
    if (this.#stopping) {
      this.#status = "stopped";
      return;
    }
    this.#restarts += 1;
    this.#status = "restarting";
    if (this.#file !== undefined) {
      this.#waitFor(this.#file);
      this.#options.onChange();
      return;
    }
    if (Date.now() - this.#startedAtMs > STEADY_MS) this.#failures = 0;
    const pauseMs =
      this.#failures === 0
        ? FIRST_PAUSE_MS
        : Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failures);
    this.#failures += 1;
    log.warn("process ended and is started again", { role, how, pauseMs });
    this.#options.onChange();
    this.#pause = setTimeout(() => this.#startAgain(), pauseMs);
  }

  /** Where the machine has not even memory for a process: that must not end the one that watches all. */
  #startAgain(): void {
    try {
      this.start();
    } catch (error) {
      const { startAgainMs: pauseMs } = this.#limits;
      const { role, log } = this.#options;
      log.error("process cannot be started, and is tried again", { role, reason: String(error), pauseMs });
      this.#pause = setTimeout(() => this.#startAgain(), pauseMs);
    }
  }

  /** Starting again before somebody has mended the file would only go round in circles. */
  #waitFor(file: string): void {
    const { role, log } = this.#options;
    const pauseMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#waits);
    this.#waits += 1;
    log.error("process cannot start: it waits until the file is mended", {
      role,
      file,
      reason: this.#failure?.reason,
      pauseMs,
    });
    this.#pause = setTimeout(() => this.#startAgain(), pauseMs);
    const changed = (): void => {
      this.#waits = 0;
      this.#startAgain();
    };
    // By its facts, not by notices of the system: these are lost where a file is replaced, and on some disks there are none.
    watchFile(file, { interval: LOOK_EVERY_MS }, changed);
    this.#unwatch = () => unwatchFile(file, changed);
  }

  #endPause(): void {
    clearTimeout(this.#pause);
    this.#unwatch?.();
    this.#unwatch = undefined;
  }
}

/** Ends what is left of the group that a child was the head of. */
function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Nobody is left: the usual case.
  }
}

/** Behind where the supervisor itself stands: a recorder that was started with `nice` records first as well. */
function stepBack(pid: number, niceness: number, log: Log): void {
  try {
    setPriority(pid, Math.min(constants.priority.PRIORITY_LOW, getPriority() + niceness));
  } catch (error) {
    // It has just ended, or a sandbox forbids it: all run alike then.
    log.debug("a process keeps its priority", { pid, reason: String(error) });
  }
}
