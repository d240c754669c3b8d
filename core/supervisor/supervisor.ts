// Starts, watches and restarts the processes of one Nightjar. Holds no state worth losing: the lock on the data
// directory, and the list of its children's pids, by which its successor clears leftovers.
import { chmod, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { FlowsAllowed } from "../config/flows-config.ts";
import { systemCode } from "../errors.ts";
import { FLOWS_ALLOWED, NOTHING_ALLOWED } from "../flows/allowed.ts";
import { makeLinkKey } from "../link/link-key.ts";
import type { Log, LogLevel } from "../log.ts";
import { SupervisedChild } from "./child.ts";
import { LIFE_SIGN_MS } from "./child-protocol.ts";
import { type DataLock, isSameProcess, lockDataDir, processStartTime } from "./data-lock.ts";
import { flowsWalls } from "./flows-walls.ts";
import {
  nodeEnvironment,
  PROCESSES_FILE,
  type ProcessRole,
  type ProcessStatus,
  type RoleOnDemand,
  RUN_FOLDER,
  STEADY_ROLES,
  STOP_LIMITS_MS,
} from "./process-contract.ts";
import { OwnFigures } from "./process-figures.ts";

export interface SupervisorOptions {
  /** Absolute path. */
  readonly dataDir: string;
  readonly entry: string;
  /** Passed on to every process. */
  readonly args: readonly string[];
  readonly log: Log;
  /** A process cannot start, for a reason that was not told yet. */
  onProblem?(role: ProcessRole, reason: string): void;
  /** Called when `core` reads in the configuration what is to be logged; gives what is. */
  decideLogLevel?(configured: LogLevel): LogLevel;
  /** Which processes; all that run always unless a test wants less. */
  readonly roles?: readonly ProcessRole[];
  /** All processes that run always are ready for the first time. Facts of all that are, by role. */
  onReady?(facts: Readonly<Record<string, Readonly<Record<string, unknown>>>>): void;
  onFacts?(role: ProcessRole, facts: Readonly<Record<string, unknown>>): void;
}

/** Environment variables that processes need; everything else of the owner's environment stays out. */
const KEPT_ENVIRONMENT = [
  "PATH",
  "HOME",
  "LANG",
  "LC_ALL",
  "TZ",
  "TMPDIR",
  "XDG_RUNTIME_DIR",
  "LD_PRELOAD",
  "SSL_CERT_FILE",
];
const KEPT_PREFIXES = ["NIGHTJAR_", "FFMPEG_", "FAKETIME", "NODE_V8_COVERAGE", "DONT_FAKE"];
const CHILDREN_FILE = "children.json";
/** What cannot even be started is tried again after this long, each time twice as long, up to a minute. */
const START_AGAIN_MS = 1_000;
const MOST_START_AGAIN_MS = 60_000;

/** A process on demand that could not be started. */
interface Unstarted {
  readonly tries: number;
  readonly reason: string;
  readonly again: NodeJS.Timeout;
}

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #children = new Map<ProcessRole, SupervisedChild>();
  readonly #own = new OwnFigures(LIFE_SIGN_MS);
  readonly #startedAtMs = Date.now();
  #ownSigns: NodeJS.Timeout | undefined;
  readonly #facts: Record<string, Readonly<Record<string, unknown>>> = {};
  #lock: DataLock | undefined;
  /** What is to be logged, once `core` has told. */
  #logLevel: LogLevel | undefined;
  #announced = false;
  /** Why processes do not start, as far as it was told. */
  readonly #toldProblems = new Map<ProcessRole, string>();
  #remembered: Promise<void> = Promise.resolve();
  /** What `core` wanted of processes that run on demand is done in its order. */
  #wanting: Promise<void> = Promise.resolve();
  readonly #unstarted = new Map<RoleOnDemand, Unstarted>();
  #isStopping = false;
  /** What the process of flows may do, or may when it is started. */
  #flowsAllowed: FlowsAllowed = NOTHING_ALLOWED;

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  /** Takes the data directory and starts everything. Throws if the directory is in use or cannot be written. */
  async start(): Promise<void> {
    const { dataDir } = this.#options;
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    this.#lock = await lockDataDir(dataDir);
    const run = join(dataDir, RUN_FOLDER);
    await this.#clearLeftovers(run);
    await mkdir(run, { recursive: true, mode: 0o700 });
    await chmod(run, 0o700);
    await makeLinkKey(run);
    for (const role of this.#options.roles ?? STEADY_ROLES) this.#startChild(role);
    this.#ownSigns = setInterval(() => this.#own.sign(), LIFE_SIGN_MS);
  }

  #startChild(role: ProcessRole): void {
    const { dataDir, log } = this.#options;
    const child = new SupervisedChild({
      role,
      ...(role === "flows" ? { nodeArguments: flowsWalls(dataDir, this.#flowsAllowed) } : {}),
      entry: this.#options.entry,
      args: ["--data", dataDir, ...this.#options.args],
      env: {
        ...scrubbedEnvironment(process.env),
        // Compiled code is kept from start to start: a process is up sooner and takes a third less memory.
        NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"] ?? join(dataDir, "cache", "code"),
        ...nodeEnvironment(role),
        ...(role === "flows" ? { [FLOWS_ALLOWED]: JSON.stringify(this.#flowsAllowed) } : {}),
      },
      log,
      onReady: (facts) => this.#ready(role, facts),
      onChange: () => this.#changed(),
      logLevel: () => this.#logLevel,
      onLogLevel: (level) => this.#setLogLevel(level),
      ...(role === "core"
        ? {
            // Told with core's own figures, once for all of them.
            onFigures: () => this.#tellCore(),
            onWant: (wantedRole: RoleOnDemand, wanted: boolean, allowed?: FlowsAllowed) =>
              this.#want(wantedRole, wanted, allowed),
          }
        : {}),
    });
    this.#children.set(role, child);
    try {
      child.start();
    } catch (error) {
      // Nobody runs in its place: who looks whether it is there would never start it again.
      this.#children.delete(role);
      throw error;
    }
  }

  /** Starts a process that runs on demand, or ends it; one after the other. */
  #want(role: RoleOnDemand, wanted: boolean, allowed = NOTHING_ALLOWED): void {
    // At once: a try that comes due before its turn would undo what is wanted now.
    clearTimeout(this.#unstarted.get(role)?.again);
    this.#wanting = this.#wanting.then(async () => {
      const failed = this.#unstarted.get(role);
      clearTimeout(failed?.again);
      try {
        const child = this.#children.get(role);
        // A process keeps the walls that it was started within.
        const isOther = role === "flows" && JSON.stringify(allowed) !== JSON.stringify(this.#flowsAllowed);
        if (role === "flows") this.#flowsAllowed = allowed;
        if (!this.#isStopping && (wanted !== (child !== undefined) || isOther)) {
          if (child !== undefined) {
            await child.stop(STOP_LIMITS_MS[role]);
            this.#children.delete(role);
            this.#changed();
          }
          if (wanted && !this.#isStopping) this.#startChild(role);
        }
        if (this.#unstarted.delete(role)) this.#changed();
      } catch (error) {
        this.#notStarted(role, error, failed, allowed);
      }
    });
  }

  /** What one process lacks must not end the one that watches all, and may be there later. */
  #notStarted(
    role: RoleOnDemand,
    error: unknown,
    before: Unstarted | undefined,
    allowed: FlowsAllowed,
  ): void {
    const reason = String(error);
    if (reason !== before?.reason) this.#options.log.error("a process cannot be started", { role, reason });
    if (this.#isStopping) return;
    const tries = (before?.tries ?? 0) + 1;
    const pauseMs = Math.min(START_AGAIN_MS * 2 ** Math.min(tries - 1, 16), MOST_START_AGAIN_MS);
    const again = setTimeout(() => this.#want(role, true, allowed), pauseMs);
    this.#unstarted.set(role, { tries, reason, again });
    this.#changed();
    if (reason !== before?.reason) this.#options.onProblem?.(role, reason);
  }

  /**
   * Ends everything in the order that loses nothing: `media` closes its files and reports them while `core` still
   * listens, so that the index is whole; then `core`.
   */
  async stop(): Promise<void> {
    const end = (role: ProcessRole) => this.#children.get(role)?.stop(STOP_LIMITS_MS[role]);
    this.#isStopping = true;
    await this.#wanting;
    for (const { again } of this.#unstarted.values()) clearTimeout(again);
    await Promise.all([end("gateway"), end("media"), end("analysis"), end("flows")]);
    await end("core");
    clearInterval(this.#ownSigns);
    await this.#remembered;
    for (const name of [CHILDREN_FILE, PROCESSES_FILE])
      await rm(join(this.#options.dataDir, RUN_FOLDER, name), { force: true });
    await this.#lock?.release();
  }

  #ready(role: ProcessRole, facts: Readonly<Record<string, unknown>>): void {
    this.#facts[role] = facts;
    this.#options.onFacts?.(role, facts);
    // One on demand that does not come up is told of by itself, and keeps nobody from the address and the one-time code.
    const awaited = [...this.#children].filter(([one]) => STEADY_ROLES.includes(one));
    if (this.#announced || awaited.some(([, child]) => child.status.status !== "ready")) return;
    this.#announced = true;
    this.#options.onReady?.(this.#facts);
  }

  #setLogLevel(configured: LogLevel): void {
    const level = this.#options.decideLogLevel?.(configured) ?? configured;
    if (level !== this.#logLevel) this.#options.log.notice("what is logged is settled", { least: level });
    this.#logLevel = level;
    for (const child of this.#children.values()) child.send({ type: "log-level", level });
  }

  #changed(): void {
    this.#tellCore();
    this.#tellProblems();
    this.#remembered = this.#remembered
      .then(() => this.#rememberChildren())
      .catch((error: unknown) =>
        this.#options.log.warn("list of processes not written", { reason: String(error) }),
      );
  }

  #tellProblems(): void {
    for (const [role, child] of this.#children) {
      const { problem } = child.status;
      if (problem === this.#toldProblems.get(role)) continue;
      if (problem === undefined) this.#toldProblems.delete(role);
      else {
        this.#toldProblems.set(role, problem);
        this.#options.onProblem?.(role, problem);
      }
    }
  }

  #tellCore(): void {
    const processes = this.#statuses();
    this.#children.get("core")?.send({ type: "processes", processes });
  }

  #statuses(): readonly ProcessStatus[] {
    const own: ProcessStatus = {
      role: "supervisor",
      status: "ready",
      pid: process.pid,
      restarts: 0,
      startedAtMs: this.#startedAtMs,
      figures: this.#own.read(),
    };
    const unstarted = [...this.#unstarted].map(
      ([role, { tries, reason }]): ProcessStatus => ({
        ...{ role, status: "restarting", restarts: tries - 1, problem: reason },
      }),
    );
    return [own, ...[...this.#children.values()].map((child) => child.status), ...unstarted];
  }

  async #rememberChildren(): Promise<void> {
    const records: { pid: number; startTime: string }[] = [];
    for (const child of this.#children.values()) {
      if (child.pid !== undefined)
        records.push({ pid: child.pid, startTime: await processStartTime(child.pid) });
    }
    await this.#write(CHILDREN_FILE, records);
    await this.#write(PROCESSES_FILE, this.#statuses());
  }

  /** Replaced whole: nobody may read half a list. */
  async #write(name: string, value: unknown): Promise<void> {
    const path = join(this.#options.dataDir, RUN_FOLDER, name);
    await writeFile(`${path}.tmp`, JSON.stringify(value), { mode: 0o600 });
    await rename(`${path}.tmp`, path);
  }

  // A child whose supervisor was killed ends itself within a second; one that waits for a disk may not.
  async #clearLeftovers(run: string): Promise<void> {
    let records: { pid: number; startTime: string }[] = [];
    try {
      const value: unknown = JSON.parse(await readFile(join(run, CHILDREN_FILE), "utf8"));
      if (Array.isArray(value)) records = value;
    } catch {
      // No list, no leftovers: the usual case.
      return;
    }
    const begin = performance.now();
    for (const record of records) {
      while ((await isSameProcess(record)) && record.startTime !== "") {
        if (performance.now() - begin > 2_000) {
          this.#options.log.warn("process of an earlier Nightjar is killed", { pid: record.pid });
          endHard(record.pid);
          break;
        }
        await sleep(50);
      }
    }
    await rm(run, { recursive: true, force: true });
  }
}

/** Kills a process, if it is still there: it may have ended since it was looked for. */
function endHard(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (systemCode(error) !== "ESRCH") throw error;
  }
}

function scrubbedEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(
      ([name]) => KEPT_ENVIRONMENT.includes(name) || KEPT_PREFIXES.some((prefix) => name.startsWith(prefix)),
    ),
  );
}
