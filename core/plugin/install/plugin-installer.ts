// Installs, updates and removes plugins in `<data>/plugins`, one job at a time, while the recorder runs: prepared in a
// copy, put in place, and undone when the new one does not start. Searches the registry; asks nobody unless told to.
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../../clock.ts";
import { NightjarError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { linkCore } from "./core-folder-link.ts";
import type { GrowthLimits } from "./growth-watch.ts";
import { JobRecord, type PluginJob, type PluginJobOrder } from "./install-job.ts";
import { ScriptsRefusedError } from "./install-scripts.ts";
import { ChangeUndoneError, type JobRunOptions, runJob } from "./job-run.ts";
import { npmHome } from "./npm-process.ts";
import { removeLeftSettings } from "./npm-settings.ts";
import { type InstalledPlugin, PluginProject } from "./plugin-project.ts";
import { parsePluginSource } from "./plugin-source.ts";
import { PluginUploads, type UploadedPlugin } from "./plugin-uploads.ts";
import { STAGING, undoUnfinished } from "./project-swap.ts";
import type { Registries } from "./registries.ts";
import { type OfferedPlugin, RegistryClient } from "./registry-client.ts";
import type { PluginRunner, StartLimits } from "./start-check.ts";
import { findUpdates, type PluginUpdate } from "./updates.ts";

/** Jobs that may wait or run at once. */
const QUEUE = 20;
/** Jobs that are over and still told of. */
const KEPT = 50;
/** A job's new lines are told this often at most. */
const TELL_MS = 250;
const LIMITS: StartLimits = { startMs: 30_000, settleMs: 1_000 };

export interface PluginInstallerOptions {
  readonly dataDir: string;
  /** Of Nightjar. */
  readonly version: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Asked anew each time: their owner may change them. */
  registries(): Registries;
  /** What runs the plugins; without it nothing is started after a change. */
  readonly runner?: PluginRunner;
  /** How long a new plugin has to run. */
  readonly limits?: StartLimits;
  /** What a job may add to the disk. */
  readonly growth?: GrowthLimits;
  /** Called when a job has changed. */
  onJob?(job: PluginJob): void;
}

export class PluginInstaller {
  readonly #options: PluginInstallerOptions;
  readonly #project: PluginProject;
  readonly #registry: RegistryClient;
  readonly #uploads: PluginUploads;
  readonly #jobs: JobRecord[] = [];
  readonly #ends = new Map<string, Promise<void>>();
  #queue: Promise<void> = Promise.resolve();
  #toldMs = 0;
  #isClosed = false;
  /** Why nothing may be changed. */
  #broken: NightjarError | undefined;

  constructor(options: PluginInstallerOptions) {
    this.#options = options;
    this.#project = new PluginProject(join(options.dataDir, "plugins"));
    this.#registry = new RegistryClient(options.registries);
    this.#uploads = new PluginUploads(this.#project.path("uploads"));
  }

  /**
   * Takes back what was unfinished when Nightjar ended, and makes the link to the core. Call it before plugins are
   * loaded and before anything else here. Never rejects: what could not be taken back is logged, and no job is begun.
   */
  async recover(): Promise<void> {
    try {
      await this.#recover();
    } catch (error) {
      // Plugins are not worth a recorder that does not start.
      const reason = error instanceof Error ? error.message : String(error);
      const { folder } = this.#project;
      this.#broken = new NightjarError(
        "NJ_PLUGIN_PROJECT",
        "failed-precondition",
        `a change of plugins in ${folder} was interrupted and could not be undone: ${reason}. It is tried again at the next start`,
      );
      this.#options.log.error("an unfinished change of plugins could not be undone", { folder, reason });
    }
  }

  async #recover(): Promise<void> {
    const { log, clock } = this.#options;
    const journal = await undoUnfinished(this.#project);
    if (journal !== undefined) {
      const job = new JobRecord(journal.order, clock.wallMs(), journal.id);
      job.addLine("Nightjar ended in the middle of it");
      job.end("undone", clock.wallMs(), interrupted());
      this.#jobs.push(job);
      log.warn("an unfinished change of plugins was undone", { job: journal.id, ...journal.order });
    }
    await linkCore(this.#project);
    await this.#uploads.clear();
    await removeLeftSettings(npmHome(this.#options.dataDir));
  }

  /**
   * Puts a job in the queue. Throws `NJ_PLUGIN_SOURCE` if it cannot be understood, `NJ_PLUGIN_JOBS_FULL` if too many
   * wait. How it goes is told by `job` and `onJob`.
   */
  start(order: PluginJobOrder): PluginJob {
    if (this.#isClosed) throw cancelled();
    if (this.#broken !== undefined) throw this.#broken;
    checkOrder(order);
    if (this.#jobs.filter((job) => !job.isOver).length >= QUEUE) {
      throw new NightjarError(
        "NJ_PLUGIN_JOBS_FULL",
        "resource-exhausted",
        `${QUEUE} jobs wait already: try again when some are done`,
      );
    }
    const job = new JobRecord(order, this.#options.clock.wallMs());
    this.#jobs.push(job);
    const old = this.#jobs.filter(({ isOver }) => isOver).slice(0, -KEPT);
    for (const one of old) {
      this.#jobs.splice(this.#jobs.indexOf(one), 1);
      this.#ends.delete(one.id);
    }
    const end = this.#queue.then(() => this.#run(job));
    this.#ends.set(job.id, end);
    this.#queue = end;
    this.#tell(job);
    return job.view();
  }

  /** All that wait, run, or were done lately; newest first. */
  jobs(): PluginJob[] {
    return this.#jobs.map((job) => job.view()).reverse();
  }

  /** Throws `NJ_PLUGIN_JOB_NOT_FOUND`. */
  job(id: string): PluginJob {
    return this.#find(id).view();
  }

  /** Gives a job up. One that was in place already is undone; one that is over stays so. */
  cancel(id: string): PluginJob {
    const job = this.#find(id);
    if (!job.isOver) job.cancel.abort();
    return job.view();
  }

  /** The job when it is over. */
  async finished(id: string): Promise<PluginJob> {
    await this.#ends.get(id);
    return this.job(id);
  }

  /** Plugins on the registry. Throws `NJ_PLUGIN_REGISTRY_AWAY`. */
  search(text: string, signal?: AbortSignal): Promise<OfferedPlugin[]> {
    return this.#registry.search(text, signal);
  }

  /** Installed plugins of which the registry has a newer version. Throws `NJ_PLUGIN_REGISTRY_AWAY`. */
  async updates(signal?: AbortSignal): Promise<PluginUpdate[]> {
    return findUpdates(await this.installed(), this.#registry, this.#options.version, signal);
  }

  /** What was installed here, whether it runs or not. */
  installed(): Promise<InstalledPlugin[]> {
    return this.#project.installed();
  }

  /**
   * Keeps a plugin's file, for a job to install it. Throws `NJ_PLUGIN_TARBALL`, `NJ_PLUGIN_REFUSED`, or
   * `NJ_BODY_TOO_LARGE`.
   */
  upload(bytes: AsyncIterable<Uint8Array>, limitBytes: number): Promise<UploadedPlugin> {
    return this.#uploads.take(bytes, limitBytes, this.#options.version);
  }

  /** Gives up what runs and waits, and takes back what is half done. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const job of this.#jobs) job.cancel.abort();
    await this.#queue;
  }

  /** Never rejects. */
  async #run(job: JobRecord): Promise<void> {
    const { log, clock } = this.#options;
    job.status = "running";
    this.#tell(job);
    try {
      const { version } = await runJob(this.#runOptions(job));
      job.version = version;
      await this.#uploads.drop(job.order.source);
      job.end("done", clock.wallMs());
      log.notice("plugins were changed", {
        action: job.order.action,
        plugin: job.name,
        version: job.version,
      });
    } catch (error) {
      if (error instanceof ScriptsRefusedError) job.scripts = error.packages;
      job.end(error instanceof ChangeUndoneError ? "undone" : "failed", clock.wallMs(), error);
      const { reason, code } = job.view();
      log.warn("a change of plugins failed", { action: job.order.action, plugin: job.name, code, reason });
    } finally {
      await rm(this.#project.path(`${STAGING}${job.id}`), {
        recursive: true,
        force: true,
        maxRetries: 3,
      }).catch((error: unknown) => log.warn("a working copy was left behind", { reason: String(error) }));
      this.#tell(job);
    }
  }

  #runOptions(job: JobRecord): JobRunOptions {
    const { dataDir, version, registries, runner, limits = LIMITS, clock, log } = this.#options;
    return {
      context: {
        id: job.id,
        live: this.#project,
        dataDir,
        version,
        registry: this.#registry,
        registries: registries(),
        signal: job.cancel.signal,
        growth: this.#options.growth,
        onLine: (line) => this.#line(job, line),
      },
      order: job.order,
      runner,
      limits,
      clock,
      log,
      onChange: ({ name, previousVersion, permissions }) => {
        job.name = name;
        job.permissions = permissions;
        job.previousVersion = previousVersion;
      },
    };
  }

  #line(job: JobRecord, line: string): void {
    job.addLine(line);
    const nowMs = this.#options.clock.monotonicMs();
    if (nowMs - this.#toldMs < TELL_MS) return;
    this.#tell(job);
  }

  #tell(job: JobRecord): void {
    this.#toldMs = this.#options.clock.monotonicMs();
    this.#options.onJob?.(job.view());
  }

  #find(id: string): JobRecord {
    const job = this.#jobs.find((one) => one.id === id);
    if (job === undefined) {
      throw new NightjarError(
        "NJ_PLUGIN_JOB_NOT_FOUND",
        "not-found",
        "there is no such job, or not any more",
      );
    }
    return job;
  }
}

function checkOrder({ action, source, name }: PluginJobOrder): void {
  if (action === "install") {
    parsePluginSource(source ?? "");
    return;
  }
  if (name === undefined || name === "") {
    throw new NightjarError(
      "NJ_PLUGIN_SOURCE",
      "invalid-argument",
      `which plugin is to be ${action}d? Name it`,
    );
  }
}

function interrupted(): NightjarError {
  return new NightjarError(
    "NJ_PLUGIN_JOB_INTERRUPTED",
    "failed-precondition",
    "Nightjar ended in the middle of it; all is as it was before",
  );
}

function cancelled(): NightjarError {
  return new NightjarError("NJ_PLUGIN_JOB_CANCELLED", "failed-precondition", "the recorder is stopping");
}
