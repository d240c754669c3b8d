// Watches whether a plugin that was just installed runs: what a change is judged by, and undone for.
import type { Clock } from "../../clock.ts";
import type { PluginStatus } from "../host/plugin-status.ts";
import { throwIfCancelled } from "./npm-process.ts";

/** What runs plugins, as the installer needs it. */
export interface PluginRunner {
  /** Loads plugins that are new on disk, unloads those that are gone, replaces those that are of another version. */
  rescan(): Promise<void>;
  /** Starts one anew. */
  restart(name: string): Promise<void>;
  list(): readonly PluginStatus[];
}

export interface StartLimits {
  readonly startMs: number;
  /** It must still run so long after it ran first. */
  readonly settleMs: number;
}

const LOOK_MS = 100;

/**
 * Waits until the plugin runs in that version and goes on running; a disabled one need not. Gives the reason if it does
 * not. `restartsBefore` are those that count for nothing. Throws `NJ_PLUGIN_JOB_CANCELLED`.
 */
export async function startProblem(
  runner: PluginRunner,
  plugin: { readonly name: string; readonly version: string; readonly restartsBefore: number },
  clock: Clock,
  limits: StartLimits,
  signal: AbortSignal,
): Promise<string | undefined> {
  const untilMs = clock.monotonicMs() + limits.startMs;
  let runsSinceMs: number | undefined;
  for (;;) {
    throwIfCancelled(signal);
    // A bundled one of the same name would be listed beside it.
    const status = runner
      .list()
      .find(({ name, version }) => name === plugin.name && version === plugin.version);
    const nowMs = clock.monotonicMs();
    switch (status?.status) {
      case "disabled":
        return undefined;
      case "failed":
      case "refused":
      case "quarantined":
        return status.reason ?? `it is ${status.status}`;
      case "running":
        runsSinceMs ??= nowMs;
        if ((status.restarts ?? 0) > plugin.restartsBefore) return "it ended soon after it was started";
        if (nowMs - runsSinceMs >= limits.settleMs) return undefined;
        break;
      case "restarting":
        if ((status.restarts ?? 0) > plugin.restartsBefore) return status.reason ?? "it ended at once";
        break;
      case undefined: {
        const other = runner.list().find(({ name }) => name === plugin.name);
        if (other?.status === "refused") return other.reason ?? "it is refused";
      }
    }
    if (nowMs >= untilMs && runsSinceMs === undefined) {
      const why = status?.reason === undefined ? "" : `: ${status.reason}`;
      return `it did not run within ${limits.startMs / 1000} s${why}`;
    }
    await new Promise<void>((resolve) => clock.after(LOOK_MS, resolve));
  }
}
