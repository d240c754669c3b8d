// The running systemd: whether there is one, and what it does with Nightjar's unit.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { mustRun, runProgram } from "./system-program.ts";
import { UNIT_NAME } from "./systemd-unit.ts";

export type Scope = "system" | "user";

/** What systemd says of the unit, in its own words; all of it undefined where no systemd runs. */
export interface UnitState {
  /** `active`, `inactive`, `failed`, `activating` … */
  readonly active?: string;
  /** `enabled`, `disabled`, `masked` … */
  readonly enabled?: string;
  /** Why it ended the last time: `success`, `exit-code`, `oom-kill` … */
  readonly result?: string;
  readonly restarts?: number;
  readonly pid?: number;
}

/** True if systemd runs here and takes orders: sd_booted(3) for the system's, its socket for a user's. */
export function isSystemdRunning(scope: Scope): boolean {
  if (scope === "system") return existsSync("/run/systemd/system");
  const runtime = process.env["XDG_RUNTIME_DIR"];
  return runtime !== undefined && existsSync(join(runtime, "systemd/private"));
}

/** Arguments of `systemctl` for that manager. */
export function systemctlArgs(scope: Scope, args: readonly string[]): string[] {
  return [...(scope === "user" ? ["--user"] : []), ...args];
}

/** Makes systemd read the unit anew and starts it now and at every boot. Throws `NJ_SERVICE_PROGRAM`. */
export async function startUnit(scope: Scope): Promise<void> {
  await mustRun("systemctl", systemctlArgs(scope, ["daemon-reload"]));
  await mustRun("systemctl", systemctlArgs(scope, ["enable", "--now", UNIT_NAME]));
}

/** Stops the unit and keeps it from starting again. Throws `NJ_SERVICE_PROGRAM`. */
export async function stopUnit(scope: Scope): Promise<void> {
  await mustRun("systemctl", systemctlArgs(scope, ["disable", "--now", UNIT_NAME]));
}

/** Makes systemd forget a unit whose file is gone. Throws `NJ_SERVICE_PROGRAM`. */
export async function forgetUnit(scope: Scope): Promise<void> {
  await mustRun("systemctl", systemctlArgs(scope, ["daemon-reload"]));
  // There is a failure to forget only if it failed.
  await runProgram("systemctl", systemctlArgs(scope, ["reset-failed", UNIT_NAME]));
}

export async function unitState(scope: Scope): Promise<UnitState> {
  if (!isSystemdRunning(scope)) return {};
  const wanted = ["ActiveState", "UnitFileState", "Result", "NRestarts", "MainPID"];
  const out = await mustRun(
    "systemctl",
    systemctlArgs(scope, ["show", UNIT_NAME, `--property=${wanted.join(",")}`]),
  );
  return parseUnitState(out);
}

/** Reads the answer of `systemctl show`. */
export function parseUnitState(out: string): UnitState {
  const values = new Map(
    out.split("\n").map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
  const text = (name: string) => values.get(name) || undefined;
  const pid = Number(text("MainPID") ?? 0);
  const active = text("ActiveState");
  const enabled = text("UnitFileState");
  const result = text("Result");
  const restarts = text("NRestarts");
  return {
    ...(active === undefined ? {} : { active }),
    ...(enabled === undefined ? {} : { enabled }),
    ...(result === undefined ? {} : { result }),
    ...(restarts === undefined ? {} : { restarts: Number(restarts) }),
    ...(pid === 0 ? {} : { pid }),
  };
}
