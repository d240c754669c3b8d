// Suite `plugins`: what calls into plugins cost, inline and in a process of its own, what an idle isolated plugin takes of
// the memory, and how long ten inline plugins take to load. Rivals in the same run: tapable without guards, a process
// forked and asked over Node's own channel as Homebridge's child bridges are, and such a process idle.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { AsyncParallelHook, SyncHook } from "tapable";
import { systemClock } from "../../core/clock.ts";
import { CoreHook } from "../../core/core-hook.ts";
import { silentLog } from "../../core/log.ts";
import { createHooks } from "../../core/plugin/calls/hooks.ts";
import { PluginHost } from "../../core/plugin/host/plugin-host.ts";
import { wrappedPid } from "../../core/plugin/isolated/process-figures.ts";
import { type BenchContext, type Figure, figure } from "./figure.ts";
import { benchDir } from "./left-behind.ts";

const LIMITS = { syncHookUs: 1, asyncHookUs: 5, isolatedP99Ms: 2, idleMb: 45, tenInlineMs: 300 };
const TAPS = 10;
const CALLS_PER_SECOND = 100;
/** Before calls are counted, in both processes: a plugin is asked for months, its first seconds are another matter. */
const WARM_UP_SECONDS = 5;
const INLINE_PLUGINS = 10;
/** Beside each other: what they share is shared among as many as a recorder with some plugins has. */
const ISOLATED_PLUGINS = 4;
const CONTEXT = { signal: new AbortController().signal, secret: async () => undefined };

/** Runs the suite. */
export async function plugins(context: BenchContext): Promise<readonly Figure[]> {
  using dir = benchDir();
  const figures: Figure[] = [];
  context.progress("hooks");
  figures.push(syncHookFigure(context.quick ? 200_000 : 2_000_000));
  figures.push(await hookFigure(context.quick ? 20_000 : 200_000));
  context.progress("ten inline plugins");
  figures.push(await inlineFigure(join(dir.path, "inline"), context.quick ? 3 : 10));
  context.progress("an isolated plugin");
  figures.push(...(await isolatedFigures(join(dir.path, "isolated"), context.quick ? 3 : 20)));
  return figures;
}

/** A hook of the core's own, which is called while whoever calls it waits. */
function syncHookFigure(calls: number): Figure {
  const ours = new CoreHook<[step: number]>("counted", ["step"], silentLog);
  const bare = new SyncHook<[number]>(["step"], "bare");
  const counted = { steps: 0 };
  const count = (step: number): void => {
    counted.steps += step;
  };
  for (let tap = 0; tap < TAPS; tap += 1) {
    // A function of its own each, as they are in life: one for all would be compiled into the calls.
    ours.tap(`room-${tap}`, (step) => count(step));
    bare.tap(`room-${tap}`, (step) => count(step));
  }
  const rounds = 5;
  const times = { ours: [] as number[], bare: [] as number[] };
  const timed = (hook: { call(step: number): void }): number => {
    const begin = performance.now();
    for (let done = 0; done < calls / rounds; done += 1) hook.call(1);
    return ((performance.now() - begin) * 1000) / (calls / rounds);
  };
  for (let round = 0; round < rounds; round += 1) {
    times.bare.push(timed(bare));
    times.ours.push(timed(ours));
  }
  return figure(`hook call of the core's own with ${TAPS} taps, synchronous`, median(times.ours), "µs", {
    limit: LIMITS.syncHookUs,
    rival: "tapable without guards",
    rivalValue: median(times.bare),
  });
}

async function hookFigure(calls: number): Promise<Figure> {
  const ours = createHooks({ failed: () => undefined, measured: () => undefined }).ready;
  const bare = new AsyncParallelHook<[]>([], "bare");
  for (let tap = 0; tap < TAPS; tap += 1) {
    ours.tapPromise({ name: `plugin-${tap}` }, async () => undefined);
    bare.tapPromise({ name: `plugin-${tap}` }, async () => undefined);
  }
  // In turns, so that neither has the warmer machine.
  const rounds = 5;
  const times = { ours: [] as number[], bare: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    times.bare.push(await usPerCall(() => bare.promise(), calls / rounds));
    times.ours.push(await usPerCall(() => ours.promise(), calls / rounds));
  }
  return figure(`hook call with ${TAPS} taps, asynchronous`, median(times.ours), "µs", {
    limit: LIMITS.asyncHookUs,
    rival: "tapable without guards",
    rivalValue: median(times.bare),
  });
}

async function usPerCall(call: () => Promise<unknown>, calls: number): Promise<number> {
  const begin = performance.now();
  for (let done = 0; done < calls; done += 1) await call();
  return ((performance.now() - begin) * 1000) / calls;
}

async function inlineFigure(folder: string, rounds: number): Promise<Figure> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    // A folder of its own each time: Node keeps modules that it has loaded.
    const place = join(folder, String(round));
    for (let number = 0; number < INLINE_PLUGINS; number += 1) writePlugin(place, `inline-${number}`);
    const host = hostOf(place, join(folder, `data-${round}`), true);
    const begin = performance.now();
    await host.load();
    await host.start();
    times.push(performance.now() - begin);
    await host.stop();
  }
  return figure(`start of ${INLINE_PLUGINS} inline plugins`, median(times), "ms", {
    limit: LIMITS.tenInlineMs,
  });
}

async function isolatedFigures(folder: string, seconds: number): Promise<Figure[]> {
  const plugins = join(folder, "plugins");
  const names = ["far", ...Array.from({ length: ISOLATED_PLUGINS - 1 }, (_, index) => `far-${index + 2}`)];
  for (const name of names) writePlugin(plugins, name);
  const host = hostOf(plugins, join(folder, "data"), false);
  const rival = await echoProcess(folder);
  try {
    await host.load();
    await host.loaded();
    // As after the recorder's second start: compiled code is kept from the first.
    for (const name of names) await host.restart(`nightjar-camera-${name}`);
    const driver = host.registries.cameraDrivers.get("far")?.entry;
    const calls = seconds * CALLS_PER_SECOND;
    const askOurs = async (): Promise<void> => void (await driver?.streams({ host: "camera" }, CONTEXT));
    await paced(WARM_UP_SECONDS * CALLS_PER_SECOND, askOurs);
    const ours = await paced(calls, askOurs);
    await paced(WARM_UP_SECONDS * CALLS_PER_SECOND, () => rival.ask());
    const theirs = await paced(calls, () => rival.ask());
    await pause(2_000);
    const pids = await Promise.all(childPids().map((pid) => wrappedPid(pid)));
    const mean = (megabytesOfOne: (pid: number | undefined) => number): number =>
      pids.reduce<number>((sum, pid) => sum + megabytesOfOne(pid), 0) / ISOLATED_PLUGINS;
    const beside = `idle isolated plugin, one of ${ISOLATED_PLUGINS}`;
    return [
      figure(`isolated call at ${CALLS_PER_SECOND} a second, p99`, percentile(ours, 99), "ms", {
        limit: LIMITS.isolatedP99Ms,
        rival: "forked process over Node's channel",
        rivalValue: percentile(theirs, 99),
      }),
      figure(`isolated call at ${CALLS_PER_SECOND} a second, median`, percentile(ours, 50), "ms", {
        rival: "forked process over Node's channel",
        rivalValue: percentile(theirs, 50),
      }),
      figure(`${beside}, PSS`, mean(proportionalMegabytes), "MB", {
        limit: LIMITS.idleMb,
        rival: "forked process",
        rivalValue: proportionalMegabytes(rival.pid),
      }),
      figure(`${beside}, memory of its own`, mean(ownMegabytes), "MB", {
        rival: "forked process",
        rivalValue: ownMegabytes(rival.pid),
      }),
      figure(`${beside}, resident`, mean(residentMegabytes), "MB", {
        rival: "forked process",
        rivalValue: residentMegabytes(rival.pid),
      }),
    ];
  } finally {
    await host.stop();
    rival.end();
  }
}

/** Calls evenly spread over the time; gives how long each took, in milliseconds. */
async function paced(calls: number, call: () => Promise<void>): Promise<number[]> {
  const times: number[] = [];
  const begin = performance.now();
  for (let done = 0; done < calls; done += 1) {
    const dueMs = (done * 1_000) / CALLS_PER_SECOND;
    const waitMs = dueMs - (performance.now() - begin);
    if (waitMs > 1) await pause(waitMs);
    const start = performance.now();
    await call();
    times.push(performance.now() - start);
  }
  return times;
}

interface Echo {
  readonly pid: number | undefined;
  ask(): Promise<void>;
  end(): void;
}

/** A process as Homebridge makes them for child bridges: forked, asked over Node's own channel. */
async function echoProcess(folder: string): Promise<Echo> {
  const file = join(folder, "echo.mjs");
  writeFileSync(
    file,
    `process.on("message", ({ id }) => process.send({ id, data: { main: { kind: "rtsp", url: "rtsp://camera/live", transport: "tcp" } } }));
     process.send({ id: 0 });`,
  );
  const child: ChildProcess = fork(file, { stdio: ["ignore", "ignore", "inherit", "ipc"], execArgv: [] });
  await once(child, "message");
  return {
    pid: child.pid,
    async ask() {
      const answered = once(child, "message");
      child.send({ id: 1, config: { host: "camera" } });
      await answered;
    },
    end: () => void child.kill("SIGKILL"),
  };
}

function hostOf(folder: string, dataDir: string, bundled: boolean): PluginHost {
  mkdirSync(dataDir, { recursive: true });
  return new PluginHost({
    dataDir,
    version: "0.1.0",
    paths: [{ bundled, folder }],
    log: silentLog,
    clock: systemClock,
    settings: () => undefined,
    secrets: () => ({ get: async () => undefined, set: async () => undefined }),
    refreshCameras: () => undefined,
    offerCamera: async () => undefined,
  });
}

function writePlugin(folder: string, name: string): void {
  const full = `nightjar-camera-${name}`;
  const place = join(folder, full);
  mkdirSync(place, { recursive: true });
  writeFileSync(
    join(place, "package.json"),
    JSON.stringify({
      name: full,
      version: "1.0.0",
      type: "module",
      exports: "./index.js",
      keywords: ["nightjar-plugin"],
      engines: { nightjar: "^0.1.0" },
    }),
  );
  const core = name.startsWith("far") ? "@nightjar/core" : pathToFileURL(resolve("core/index.ts")).href;
  writeFileSync(
    join(place, "index.js"),
    `import { definePlugin, Type } from "${core}";
     export default definePlugin({
       name: "${full}",
       configSchema: Type.Object({ level: Type.Number({ default: 1 }) }),
       setup(nvr) {
         nvr.cameraDrivers.register({
           id: "${name}", displayName: "${name}",
           configSchema: Type.Object({ host: Type.String() }),
           async streams({ host }) { return { main: { kind: "rtsp", url: "rtsp://" + host + "/live", transport: "tcp" } }; },
         });
         nvr.hooks.start.tapPromise({ name: "${full}" }, async () => undefined);
       },
     });`,
  );
}

/** The children that are not the rival: the plugins' processes, or the walls around them. */
function childPids(): number[] {
  const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, "utf8")
    .trim()
    .split(" ");
  return children
    .map(Number)
    .filter((pid) => readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("plugin-child"));
}

/** Memory that no other process shares: what the plugin adds to the machine's. */
function ownMegabytes(pid: number | undefined): number {
  return megabytesOf(pid, /^Private_(?:Clean|Dirty):\s+(\d+) kB/gm);
}

/** With its share of what others use as well, as Node's program: what all of them take together, divided among them. */
function proportionalMegabytes(pid: number | undefined): number {
  return megabytesOf(pid, /^Pss:\s+(\d+) kB/gm);
}

function residentMegabytes(pid: number | undefined): number {
  return megabytesOf(pid, /^Rss:\s+(\d+) kB/gm);
}

function megabytesOf(pid: number | undefined, pattern: RegExp): number {
  if (pid === undefined) return Number.NaN;
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  return [...text.matchAll(pattern)].reduce((sum, [, kb]) => sum + Number(kb), 0) / 1024;
}

function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? Number.NaN;
}

function median(values: readonly number[]): number {
  return percentile(values, 50);
}
