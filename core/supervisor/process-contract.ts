// What the supervisor and the processes it starts agree upon: how a process is run and how it ends.
// `core/main.ts process <role> --data DIR` calls the role's `run…` function with a context and stops it when told.
import type { Clock } from "../clock.ts";
import type { FlowsAllowed } from "../config/flows-config.ts";
import type { Facts } from "../domain/facts.ts";
import type { Log, LogLevel } from "../log.ts";
import type { ProcessFigures } from "./process-figures.ts";

export const PROCESS_ROLES = ["media", "core", "gateway", "analysis", "flows"] as const;
export type ProcessRole = (typeof PROCESS_ROLES)[number];

/** Those that run only while `core` has work for them. */
export const ROLES_ON_DEMAND = ["analysis", "flows"] as const satisfies readonly ProcessRole[];
export type RoleOnDemand = (typeof ROLES_ON_DEMAND)[number];

/** Those that run always. */
export const STEADY_ROLES: readonly ProcessRole[] = PROCESS_ROLES.filter(
  (role) => !(ROLES_ON_DEMAND as readonly ProcessRole[]).includes(role),
);

/**
 * What Node is told when a process of this role is started. Nothing by which code is compiled in another way: what comes compiled
 * with Node would not fit, and each start would compile it anew.
 */
export function nodeArguments(role: ProcessRole): string[] {
  const quiet = "--disable-warning=ExperimentalWarning";
  // Other threads, woken up to help to clear the young generation, spare less than they cost, and where the processors are
  // busy everything waits for them: 20 ms instead of 3.
  const alone = "--no-parallel-scavenge";
  if (role === "flows" || role === "media") return [quiet, alone];
  // Clearing 16 MB, of which requests under way keep much, stopped the loop for up to 20 ms: less at a time, more often.
  const small = "--max-semi-space-size=4";
  // Nearly all that is made while core starts stays: from 1 MB on it was copied again and again until there was room enough.
  if (role === "core") return [quiet, alone, small, "--min-semi-space-size=4"];
  if (role === "gateway") return [quiet, alone, small];
  // Each coded frame comes in a buffer outside of the heap. With a small young generation those are let go of by the way; with
  // the usual one they add up to full collections.
  if (role === "analysis") return [quiet, alone, "--min-semi-space-size=1", "--max-semi-space-size=1"];
  return [quiet];
}

/** What its environment says besides. */
export function nodeEnvironment(role: ProcessRole): Readonly<Record<string, string>> {
  // Blocks of the pool for pictures come from the system one by one, and go back to it: among others in glibc's heap they would
  // stay there for ever once they were freed.
  return role === "media" ? { MALLOC_MMAP_THRESHOLD_: "131072" } : {};
}

/** How long each may take to end when it is told to, in milliseconds; then it is killed. */
export const STOP_LIMITS_MS: Readonly<Record<ProcessRole, number>> = {
  media: 10_000,
  core: 3_000,
  gateway: 1_500,
  analysis: 1_500,
  flows: 2_000,
};
/** How long all may take together: `core` waits for the other two, whose last words it notes. */
export const LONGEST_STOP_MS = Math.max(STOP_LIMITS_MS.media, STOP_LIMITS_MS.gateway) + STOP_LIMITS_MS.core;

/** The supervisor's view of one process, or of itself. */
export interface ProcessStatus {
  readonly role: ProcessRole | "supervisor";
  readonly status: "starting" | "ready" | "restarting" | "stopped";
  readonly pid?: number;
  readonly restarts: number;
  /** Wall clock in milliseconds. */
  readonly startedAtMs?: number;
  /** How the previous one ended, for people. */
  readonly lastExit?: string;
  /** The same as facts: its `code`, or the `signal` that ended it. */
  readonly lastExitFacts?: Facts;
  /** Wall clock of that end, in milliseconds. */
  readonly lastExitAtMs?: number;
  /** Why it did not start the last time, for people; absent once it has. */
  readonly problem?: string;
  /** The code of that. */
  readonly problemCode?: string;
  /** At most a few seconds old; absent until the process has told. */
  readonly figures?: ProcessFigures;
}

/** How the process of this role that ran before ended, where it was not told to. */
export interface PreviousEnd {
  /** `hang`: it gave no life signs and was killed. */
  readonly case: "hang" | "crash";
  /** How many ends came one soon after the other, this one included. */
  readonly inARow: number;
}

export interface ProcessContext {
  /** Absolute path of the data directory. */
  readonly dataDir: string;
  readonly log: Log;
  readonly clock: Clock;
  /** Changes with every start; part of the hello on links. */
  readonly instance: string;
  /** Absent for the first process of its role. */
  readonly previousEnd?: PreviousEnd;
  /** Tells the supervisor that the process serves; `facts` are shown by `nightjar start` (ports, code …). */
  ready(facts?: Readonly<Record<string, unknown>>): void;
}

/** The context of a role, with what only `core` uses of the supervisor. */
export interface RoleContext extends ProcessContext {
  /** Folders of plugins besides the bundled ones. */
  readonly pluginPaths: readonly string[];
  /** Tells all processes what is to be logged; the command line may have settled that already. */
  setLogLevel(level: LogLevel): void;
  /** Has a process run that is there on demand, or ends it. `allowed`: of flows; with something else they begin anew. */
  want(role: RoleOnDemand, wanted: boolean, allowed?: FlowsAllowed): void;
  /** The supervisor's view of all processes, kept up to date. */
  processes(): readonly ProcessStatus[];
}

export interface RunningProcess {
  /** Ends within a second what can be ended; `media` flushes first. */
  stop(): Promise<void>;
}

/** In the run folder: how all processes are, for the command line while `core` cannot be asked. */
export const PROCESSES_FILE = "processes.json";

/** Folder of the Unix sockets between processes, 0700. */
export const RUN_FOLDER = "run";
