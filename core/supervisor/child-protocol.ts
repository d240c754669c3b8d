// What the supervisor and its children say to each other over Node's IPC channel: life signs only.
import type { FlowsAllowed } from "../config/flows-config.ts";
import type { LogLevel } from "../log.ts";
import type { ProcessStatus, RoleOnDemand } from "./process-contract.ts";
import type { ProcessFigures } from "./process-figures.ts";

/** Why a process cannot start. */
export interface StartFailure {
  readonly code: string;
  /** For people. */
  readonly reason: string;
  /** Absolute path of a file that somebody has to change first: until then another try is of no use. */
  readonly file?: string;
}

/** A child reports at least this often, or it hangs. */
export const LIFE_SIGN_MS = 1_000;

/** In the environment of a child: `hang 1` or `crash 3`, how the one before ended and how often in a row. */
export const PREVIOUS_END = "NIGHTJAR_PREVIOUS_END";

/** Every so many life signs tell how the process is. */
export const SIGNS_PER_FIGURES = 5;

export type ChildMessage =
  | { readonly type: "alive"; readonly figures?: ProcessFigures }
  /** It serves. Facts are shown by `nightjar start`: ports, activation code. */
  | { readonly type: "ready"; readonly facts: Readonly<Record<string, unknown>> }
  /** `core` has read in the configuration what is to be logged. */
  | { readonly type: "log-level"; readonly level: LogLevel }
  /** `core` has work for a process that runs on demand, or has none any more. */
  | {
      readonly type: "want";
      readonly role: RoleOnDemand;
      readonly wanted: boolean;
      /** Of flows: what they may do beyond what they may always. */
      readonly allowed?: FlowsAllowed;
    }
  /** It cannot start and ends. */
  | { readonly type: "failed"; readonly failure: StartFailure };

export type SupervisorMessage =
  | { readonly type: "stop" }
  /** What is to be logged from now on. */
  | { readonly type: "log-level"; readonly level: LogLevel }
  /** State of all processes, for `core` to show. */
  | { readonly type: "processes"; readonly processes: readonly ProcessStatus[] };
