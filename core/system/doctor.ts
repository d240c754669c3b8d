// `nightjar doctor`: looks at everything around the recorder that can be wrong and says what to do about it. Changes
// nothing, needs no running Nightjar, and takes a few seconds. What is looked at: doctor/, a file a subject.
import { checkAccess, viewerOf } from "./doctor/access-checks.ts";
import { checkCertificate } from "./doctor/certificate-checks.ts";
import { type Check, finding, said, sentence } from "./doctor/check.ts";
import { checkClock } from "./doctor/clock-checks.ts";
import { readConfig } from "./doctor/config-checks.ts";
import { checkDataFolder } from "./doctor/data-folder-checks.ts";
import { checkDatabase } from "./doctor/database-checks.ts";
import { checkFfmpeg } from "./doctor/ffmpeg-checks.ts";
import { checkGpio } from "./doctor/gpio-checks.ts";
import { checkPluginBounds, checkPlugins } from "./doctor/plugin-checks.ts";
import { checkPorts, wantedPorts } from "./doctor/port-checks.ts";
import { checkMemory, checkNode, checkOpenFiles, checkPluginWalls } from "./doctor/program-checks.ts";
import { checkRunning, type RunningRecorder } from "./doctor/running-checks.ts";
import { checkDataFileSystem, checkVolumes } from "./doctor/volume-checks.ts";

export { CHECK_RESULTS, type Check, type CheckResult, worstResult } from "./doctor/check.ts";
export type { RunningRecorder };

export interface DoctorOptions {
  readonly dataDir: string;
  /** Measure how fast volumes write (32 MiB each). */
  readonly measure?: boolean;
  /** The recorder that runs on the data directory; undefined: none does. */
  readonly running?: RunningRecorder;
  /** Gives the look up: nothing new is begun, and what is under way is not waited for. */
  readonly signal?: AbortSignal;
  /** What takes longer is not waited for, and is a finding of its own. */
  readonly limitMs?: number;
  readonly nodeVersion?: string;
  readonly nowMs?: number;
}

/** So long may all looks together take; each of them has limits of its own. */
const LIMIT_MS = 120_000;

/** Runs all checks. What cannot be looked at is a finding; rejects only where `signal` gives it up. */
export async function runDoctor(options: DoctorOptions): Promise<Check[]> {
  const { dataDir, running } = options;
  const nowMs = options.nowMs ?? Date.now();
  const limit = AbortSignal.timeout(options.limitMs ?? LIMIT_MS);
  const end = options.signal === undefined ? limit : AbortSignal.any([options.signal, limit]);
  const tried = (id: string, look: () => Promise<Check[]> | Check[]): Promise<Check[]> =>
    triedUntil(end, id, look);
  const viewer = await viewerOf(dataDir);
  const { config, checks: configChecks } = await readConfig(dataDir);
  const cameras = config?.cameras.filter(({ enabled }) => enabled).length ?? 0;
  const processes = running?.status?.processes ?? [];
  const own = { pids: processes.flatMap(({ pid }) => pid ?? []), open: running?.status?.ports ?? [] };
  const mediaPid = processes.find(({ name }) => name === "media")?.pid;
  const groups = await Promise.all([
    checkAccess(dataDir, viewer),
    checkRunning(dataDir, running, viewer.seesAll),
    checkNode(options.nodeVersion ?? process.versions.node),
    configChecks,
    tried("ffmpeg", () => checkFfmpeg(config?.ffmpeg.path)),
    tried("plugin-walls", checkPluginWalls),
    checkPluginBounds(running?.plugins),
    tried("gpio-tools", () => checkGpio(config?.plugins ?? {})),
    viewer.seesAll ? tried("data", () => checkDataFolder(dataDir, viewer)) : [],
    tried("file-system", () => checkDataFileSystem(dataDir)),
    tried("database", async () => {
      const { checks, newestFootageMs } = await checkDatabase(dataDir, running !== undefined);
      return [...checks, ...(await checkClock(nowMs, newestFootageMs))];
    }),
    tried("memory", () => checkMemory(cameras, mediaPid)),
    tried("open-files", () => checkOpenFiles(cameras, mediaPid)),
    tried("port", () => (config === undefined ? [] : checkPorts(wantedPorts(config), own))),
    tried("certificate", () => checkCertificate(dataDir, config?.network.certificateNames ?? [], nowMs)),
    viewer.seesAll ? tried("plugin", () => checkPlugins(dataDir, running?.plugins)) : [],
  ]);
  const volumes =
    config === undefined || !viewer.seesAll
      ? []
      : await tried("volume", () =>
          checkVolumes(dataDir, config, { measure: options.measure === true, viewer }),
        );
  options.signal?.throwIfAborted();
  return [...groups.flat(), ...volumes];
}

/** A look that fails is a finding of its own: the others go on. */
async function triedUntil(
  end: AbortSignal,
  id: string,
  look: () => Promise<Check[]> | Check[],
): Promise<Check[]> {
  const ended = Promise.withResolvers<never>();
  const giveUp = () => ended.reject(end.reason);
  try {
    end.throwIfAborted();
    end.addEventListener("abort", giveUp, { once: true });
    return await Promise.race([look(), ended.promise]);
  } catch (error) {
    const reason = sentence(error);
    return [
      finding(id, "warning", said("unseen", "{id} could not be looked at: {reason}", { id, reason }), {}),
    ];
  } finally {
    end.removeEventListener("abort", giveUp);
  }
}
