// One job from its order to its end: prepared in a copy, put in place, taken up by the runner, and taken back when the
// new one does not start. What was live before is live again after any failure.
import { mkdir } from "node:fs/promises";
import semver from "semver";
import type { Clock } from "../../clock.ts";
import { NightjarError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import type { PluginStatus } from "../host/plugin-status.ts";
import type { PluginJobOrder } from "./install-job.ts";
import { throwIfCancelled } from "./npm-process.ts";
import { parsePluginSource } from "./plugin-source.ts";
import { beginChange, dropChange, swapIn, undoUnfinished } from "./project-swap.ts";
import {
  type ChangeContext,
  notInstalled,
  type StagedChange,
  stageInstall,
  stageRemoval,
} from "./staged-change.ts";
import { type PluginRunner, type StartLimits, startProblem } from "./start-check.ts";

export interface JobRunOptions {
  readonly context: ChangeContext;
  readonly order: PluginJobOrder;
  readonly runner: PluginRunner | undefined;
  readonly limits: StartLimits;
  readonly clock: Clock;
  readonly log: Log;
  /** Called as soon as it is known which plugin this is about. */
  onChange(change: Pick<StagedChange, "name" | "previousVersion" | "permissions">): void;
}

/** What came of a job that did not fail. */
export interface JobOutcome {
  /** Installed now; undefined after a removal. */
  readonly version: string | undefined;
}

/** The change was in place, did not work, and was taken back. The cause says why. */
export class ChangeUndoneError extends NightjarError {}

/**
 * Runs a job. Throws what its steps throw, and then nothing has changed; a {@link ChangeUndoneError} with the code of
 * what went wrong (`NJ_PLUGIN_NOT_STARTED`, `NJ_PLUGIN_JOB_CANCELLED`) if it was in place already.
 */
export async function runJob(options: JobRunOptions): Promise<JobOutcome> {
  const { context, order } = options;
  const { live, signal } = context;
  throwIfCancelled(signal);
  await mkdir(live.folder, { recursive: true, mode: 0o700 });
  // Also of a change whose undoing failed: it must not be built upon.
  await undoUnfinished(live);
  await beginChange(live, context.id, order);
  const change = await stage(options).catch(async (error: unknown) => {
    await dropChange(live);
    throw error;
  });
  if ("isNewest" in change) {
    await dropChange(live);
    return { version: change.version };
  }
  options.onChange(change);
  context.onLine("putting it in place");
  const swap = await swapIn(live, change.project, context.id, order);
  try {
    await takeUp(options, change);
    throwIfCancelled(signal);
  } catch (error) {
    context.onLine("undoing it");
    await swap.undo();
    await takeBack(options, change);
    const code = error instanceof NightjarError ? error.code : "NJ_INTERNAL";
    const message = error instanceof Error ? error.message : String(error);
    throw new ChangeUndoneError(code, "failed-precondition", message, {}, error);
  }
  await swap.keep();
  return { version: change.version };
}

async function stage({
  context,
  order,
}: JobRunOptions): Promise<StagedChange | { readonly isNewest: true; readonly version: string }> {
  const { action, source = "", name = "", allowScripts } = order;
  if (action === "remove") return stageRemoval(context, name);
  if (action === "install") return stageInstall(context, parsePluginSource(source), allowScripts);
  const installed = (await context.live.installed()).find((plugin) => plugin.name === name);
  if (installed === undefined) throw notInstalled(name);
  if (installed.origin === "file") {
    throw new NightjarError(
      "NJ_PLUGIN_SOURCE",
      "invalid-argument",
      `${name} came from a file: install its newer file, or ${name}@latest from the registry`,
    );
  }
  const newest = await context.registry.version(name, "latest", context.signal);
  if (semver.lte(newest.version, installed.version)) {
    context.onLine(`${name}@${installed.version} is the newest`);
    return { isNewest: true, version: installed.version };
  }
  return stageInstall(context, { kind: "registry", name, wanted: newest.version }, allowScripts);
}

/** Throws `NJ_PLUGIN_NOT_STARTED` if the new one does not run. */
async function takeUp(options: JobRunOptions, change: StagedChange): Promise<void> {
  const { context, runner, clock, limits } = options;
  if (runner === undefined) {
    context.onLine("the recorder stands still: whether it starts was not tried");
    return;
  }
  const { name, version, previousVersion } = change;
  const restartsBefore = statusIn(runner, name)?.restarts ?? 0;
  await runner.rescan();
  if (version === undefined) return;
  context.onLine("waiting until it runs");
  const isSame = version === previousVersion;
  // Other content of the same version: the runner sees no difference. A disabled one cannot be restarted.
  if (isSame && statusIn(runner, name)?.status !== "disabled") await runner.restart(name);
  const plugin = { name, version, restartsBefore: isSame ? restartsBefore : 0 };
  const problem = await startProblem(runner, plugin, clock, limits, context.signal);
  if (problem !== undefined) {
    throw new NightjarError(
      "NJ_PLUGIN_NOT_STARTED",
      "failed-precondition",
      `${name}@${version} does not start, and all is as it was before: ${problem}`,
    );
  }
  if (statusIn(runner, name)?.status === "disabled") context.onLine("it is disabled and was not started");
}

/** After an undo: the old one runs again. */
async function takeBack(options: JobRunOptions, change: StagedChange): Promise<void> {
  const { runner, log, context } = options;
  if (runner === undefined) return;
  const { name, version, previousVersion } = change;
  try {
    await runner.rescan();
    if (version === previousVersion) await runner.restart(name);
  } catch (error) {
    log.error("plugins were not loaded anew after an undo", { job: context.id, reason: String(error) });
  }
}

function statusIn(runner: PluginRunner | undefined, plugin: string): PluginStatus | undefined {
  return runner?.list().find(({ name, status }) => name === plugin && status !== "refused");
}
