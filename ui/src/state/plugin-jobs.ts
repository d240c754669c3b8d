// What is being installed, updated or removed of plugins: jobs by id, newest first, kept fresh by the stream of changes.
import { signal } from "@preact/signals";
import { call } from "../api/client.ts";
import type { PluginJob } from "../api/types.ts";

/** Jobs of this recorder that are worth showing; undefined until first read. */
export const pluginJobs = signal<readonly PluginJob[] | undefined>(undefined);
const STORAGE_KEY = "nightjar.pluginJobsAside";
const ASIDE_KEPT = 50;
/** Jobs that were over when the viewer came, or were put aside; the latter for the next visit as well. */
const aside = new Set<string>(readAside());

function readAside(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter((id) => typeof id === "string") : [];
  } catch {
    return [];
  }
}

/** Whether a job waits or runs. */
export function isUnderWay(job: PluginJob): boolean {
  return job.status === "waiting" || job.status === "running";
}

/** Takes a job's news. */
export function jobChanged(job: PluginJob): void {
  if (aside.has(job.id)) return;
  const known = pluginJobs.value ?? [];
  // Answers and the stream of changes overtake each other: what is over stays over.
  const old = known.find((one) => one.id === job.id);
  if (old !== undefined && !isUnderWay(old) && isUnderWay(job)) return;
  pluginJobs.value =
    old === undefined ? [job, ...known] : known.map((one) => (one.id === job.id ? job : one));
}

/** Reads all jobs. Those that ended before the first reading are old news, but for the failed ones of this hour. */
export async function readJobs(nowMs = Date.now()): Promise<void> {
  const { jobs } = await call("GET /plugins/jobs");
  if (pluginJobs.value === undefined)
    for (const job of jobs) {
      const isRecent = nowMs - Date.parse(job.endedAt ?? "") < 3_600_000;
      if (!isUnderWay(job) && (job.status === "done" || !isRecent)) aside.add(job.id);
    }
  pluginJobs.value ??= [];
  for (const job of [...jobs].reverse()) jobChanged(job);
}

/** Orders a job. */
export async function orderJob(order: {
  readonly action: PluginJob["action"];
  readonly source?: string;
  readonly name?: string;
  readonly allowScripts?: readonly string[];
}): Promise<void> {
  const { job } = await call("POST /plugins/jobs", { body: order });
  jobChanged(job);
}

/** Gives a job up. */
export async function cancelJob(id: string): Promise<void> {
  const { job } = await call("DELETE /plugins/jobs/{id}", { path: { id } });
  jobChanged(job);
}

/** Shows a job that is over no longer. */
export function putAside(id: string): void {
  aside.add(id);
  localStorage.setItem(STORAGE_KEY, JSON.stringify([...readAside(), id].slice(-ASIDE_KEPT)));
  pluginJobs.value = (pluginJobs.value ?? []).filter((one) => one.id !== id);
}
