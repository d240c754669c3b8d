// `nightjar plugin add SOURCE | update [NAME] | remove NAME`: orders a job, prints how it goes, and gives what came of it.
// Ctrl-C gives the job up, which leaves all as it was.
import { resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { NightjarError } from "../errors.ts";
import type { PluginJob, PluginJobOrder } from "../plugin/install/install-job.ts";
import { type CommandLine, EXIT } from "./arguments.ts";
import { print, printJson } from "./output.ts";
import { type PluginCalls, withPlugins } from "./plugin-calls.ts";

const LOOK_MS = 200;

export async function pluginChange(line: CommandLine): Promise<number> {
  const [, action, subject] = line.words;
  const allowScripts = line.flags["allow-scripts"] === true;
  return withPlugins(line.dataDir, async (plugins) => {
    const orders =
      action === "update" && subject === undefined ? await allUpdates(plugins) : [one(action, subject)];
    const jobs: PluginJob[] = [];
    for (const order of orders) {
      jobs.push(await follow(plugins, { ...order, ...(allowScripts ? { allowScripts } : {}) }, line.json));
    }
    const first = jobs[0];
    if (line.json) printJson(subject === undefined ? jobs : first);
    else if (first === undefined) print("Everything is up to date.");
    return EXIT.ok;
  });
}

function one(action: string | undefined, subject: string | undefined): PluginJobOrder {
  if (subject === undefined) {
    throw new NightjarError(
      "NJ_CLI_USAGE",
      "invalid-argument",
      `usage: nightjar plugin ${action === "add" ? "add SOURCE: a name, name@version, a .tgz file or a folder" : `${action} NAME`}`,
    );
  }
  if (action === "add") return { action: "install", source: sourceOf(subject) };
  return { action: action === "update" ? "update" : "remove", name: subject };
}

/** Paths are meant from where the command is typed; the recorder runs elsewhere. */
function sourceOf(typed: string): string {
  return /^\.{1,2}([/\\]|$)|\.(tgz|tar\.gz)$/i.test(typed) && !typed.startsWith("file:")
    ? resolve(typed)
    : typed;
}

async function allUpdates(plugins: PluginCalls): Promise<PluginJobOrder[]> {
  const updates = await plugins.updates();
  return updates.filter(({ fits }) => fits).map(({ name }) => ({ action: "update", name }));
}

/** Runs a job to its end. Throws the job's own error when it fails. */
async function follow(plugins: PluginCalls, order: PluginJobOrder, quiet: boolean): Promise<PluginJob> {
  let job = await plugins.start(order);
  const cancel = (): void => void plugins.cancel(job.id).catch(() => undefined);
  process.once("SIGINT", cancel);
  let printed = 0;
  try {
    for (;;) {
      const fresh = job.lines.slice(Math.max(0, printed - job.linesLeftOut));
      if (!quiet) for (const text of fresh) print(`  ${text}`);
      printed = job.linesLeftOut + job.lines.length;
      if (job.endedAt !== undefined) break;
      await pause(LOOK_MS);
      job = await plugins.job(job.id);
    }
  } finally {
    process.off("SIGINT", cancel);
  }
  if (job.status !== "done") {
    const advice = job.code === "NJ_PLUGIN_SCRIPTS" ? ": add --allow-scripts" : "";
    throw new NightjarError(
      job.code ?? "NJ_INTERNAL",
      "failed-precondition",
      `${job.reason ?? job.status}${advice}`,
      { job },
    );
  }
  if (!quiet) print(resultOf(job));
  return job;
}

function resultOf({ action, name, version, previousVersion }: PluginJob): string {
  if (action === "remove") return `Removed ${name}; its settings and its own files stay`;
  if (previousVersion === undefined)
    return `${action === "update" ? "Nothing to do for" : "Installed"} ${name} ${version}`;
  return `Installed ${name} ${version} in place of ${previousVersion}`;
}
