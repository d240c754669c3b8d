// Suite `http`: what the API answers in, asked at a steady 200 requests a second over HTTPS by a signed-in account while 16
// cameras are recorded; beside it a plain server of Node's that answers the same bytes. Also the start, the first page's
// scripts and what idle connections cost. The figures of the RTSP restream stand in restream-figure.ts.
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { waitFor } from "../../core/testing/wait-for.ts";
import { activate } from "../support/accounts.ts";
import { InstalledNightjar, packProgram } from "../support/installed-nightjar.ts";
import { segmentPaths } from "../support/recorder-evidence.ts";
import { benchClip } from "./bench-clip.ts";
import { launchBrowser, percentile } from "./browser.ts";
import { type BenchContext, type Figure, figure } from "./figure.ts";
import { benchDir } from "./left-behind.ts";
import { Load, type LoadRequest } from "./load.ts";
import { startPlainServer } from "./plain-server.ts";
import { usageOf } from "./proc-reader.ts";
import { configureRecorder, type RecorderProcess, startRecorderProcess } from "./recorder-process.ts";
import { SenderProcesses } from "./sender-process.ts";

const CAMERAS = 16;
const PER_SECOND = 200;
const IDLE_SOCKETS = 1_000;
const RIVAL = "plain Node server";
const LIMITS = { p99Ms: 20, readyMs: 3_000, scriptKb: 150 } as const;
const HOUR_MS = 3_600_000;

/** Runs the suite. */
export async function http(context: BenchContext): Promise<readonly Figure[]> {
  const clip = benchClip(context.progress);
  using dir = benchDir();
  const sender = await SenderProcesses.start(clip, CAMERAS);
  // Core and gateway step back themselves, for `media`: before what is other machines in life they need not.
  sender.stepBack();
  const urls = Array.from({ length: CAMERAS }, (_, camera) => sender.url(camera));
  await configureRecorder(dir.path, urls);
  let recorder: RecorderProcess | undefined;
  try {
    context.progress("first start");
    recorder = await startRecorderProcess(dir.path);
    // A session outlives the recorder's restart.
    const token = await activate(recorder.url, recorder.activationCode);
    await untilRecorded(dir.join("volumes/default"));
    const figures: Figure[] = [
      figure("first start to ready, from sources", recorder.readyMs, "ms"),
      await firstPageFigure(recorder),
    ];
    await recorder.stop();
    recorder = undefined;
    const first = await firstStartsInstalled(context, dir.join("installed"));
    figures.push(
      figure("first start to ready, installed package, median", percentile(first, 0.5), "ms", {
        limit: LIMITS.readyMs,
      }),
    );
    const started = await startsByNpm(context, dir.path);
    context.progress("second start");
    recorder = await startRecorderProcess(dir.path);
    figures.push(
      figure("start to ready, second start", recorder.readyMs, "ms", { limit: LIMITS.readyMs }),
      figure("npm start to ready, second start, median", percentile(started, 0.5), "ms", {
        limit: LIMITS.readyMs,
      }),
    );
    await pause(context.quick ? 3_000 : 20_000);
    figures.push(...(await apiFigures(context, recorder, token)));
    figures.push(...(await idleFigures(context, recorder)));
    figures.push(...(await restreamFigures(context)));
    return figures;
  } finally {
    await recorder?.stop();
    await sender.stop();
  }
}

/** As people have it who install the package: each start on a data directory of its own, empty but for the configuration. */
async function firstStartsInstalled(context: BenchContext, folder: string): Promise<number[]> {
  context.progress("the package: built, packed, installed");
  const installed = new InstalledNightjar(join(folder, "prefix"));
  await installed.install(await packProgram(folder));
  const readyMs: number[] = [];
  for (let round = 0; round < (context.quick ? 1 : 3); round += 1) {
    context.progress(`first start of the package, ${round + 1}`);
    const dataDir = join(folder, `data-${round}`);
    mkdirSync(dataDir, { recursive: true });
    await configureRecorder(dataDir, []);
    const begin = performance.now();
    const recorder = await installed.start(dataDir);
    readyMs.push(performance.now() - begin);
    await recorder.stop();
  }
  return readyMs;
}

/** As people start it: npm's own time and the look for what has to be installed or built are in it. */
async function startsByNpm(context: BenchContext, dataDir: string): Promise<number[]> {
  const readyMs: number[] = [];
  for (let round = 0; round < (context.quick ? 2 : 4); round += 1) {
    context.progress(`npm start, ${round + 1}`);
    const recorder = await startRecorderProcess(dataDir, "npm start");
    // The first one may have had to build the interface.
    if (round > 0) readyMs.push(recorder.readyMs);
    await recorder.stop();
  }
  return readyMs;
}

function untilRecorded(volume: string): Promise<unknown> {
  const recorded = (): boolean =>
    new Set(segmentPaths([volume]).map((path) => path.split("/").at(-5))).size >= CAMERAS;
  return waitFor(recorded, { deadlineMs: 90_000, periodMs: 250, what: `${CAMERAS} cameras to be recorded` });
}

/** What the pages ask for, as often as pages do: cameras and state again and again, timelines as people look back. */
function mixedRequests(nowMs: number): readonly LoadRequest[] {
  const iso = (ms: number): string => new Date(ms).toISOString();
  const hour = `start=${iso(nowMs - HOUR_MS)}&end=${iso(nowMs)}`;
  const day = `start=${iso(nowMs - 24 * HOUR_MS)}&end=${iso(nowMs)}`;
  const get = (path: string): LoadRequest => ({ method: "GET", path: `/api/v1${path}` });
  const ticket: LoadRequest = {
    method: "POST",
    path: "/api/v1/media-tickets",
    body: JSON.stringify({ camera: "camera-3", rights: ["live", "snapshot"] }),
  };
  return [
    get("/cameras"),
    get("/status"),
    get(`/cameras/camera-0/recordings?${hour}`),
    get("/session"),
    get("/cameras/camera-7"),
    get(`/recordings/coverage?${day}`),
    get("/cameras"),
    get("/events?limit=100"),
    get("/status"),
    get(`/cameras/camera-9/recordings?${day}`),
    get("/settings"),
    ticket,
    get("/cameras"),
    get("/plugins"),
    get(`/recordings/calendar?from=${iso(nowMs).slice(0, 8)}01&to=${iso(nowMs).slice(0, 10)}`),
    get("/users"),
  ];
}

async function apiFigures(
  context: BenchContext,
  recorder: RecorderProcess,
  token: string,
): Promise<Figure[]> {
  const requests = mixedRequests(Date.now());
  const plain = await startPlainServer(recorder.url, token, requests);
  try {
    const pids = [recorder.pidOf("gateway"), recorder.pidOf("core")];
    const own = await measure(context, { name: "Nightjar", url: recorder.secureUrl, pids }, token, requests);
    const rival = await measure(
      context,
      { name: "the plain server", url: plain.url, pids: [plain.pid] },
      token,
      requests,
    );
    const against = { rival: RIVAL };
    return [
      figure(`API at ${PER_SECOND}/s, p50`, own.p50Ms, "ms", { ...against, rivalValue: rival.p50Ms }),
      figure(`API at ${PER_SECOND}/s, p99`, own.p99Ms, "ms", {
        ...against,
        rivalValue: rival.p99Ms,
        limit: LIMITS.p99Ms,
      }),
      figure(`API at ${PER_SECOND}/s, longest`, own.longestMs, "ms", {
        ...against,
        rivalValue: rival.longestMs,
      }),
      figure("CPU of a request, gateway and core", own.cpuMs, "ms", { ...against, rivalValue: rival.cpuMs }),
      figure("requests not answered with success", own.failed, "requests", { limit: 0 }),
    ];
  } finally {
    await plain.stop();
  }
}

async function measure(
  context: BenchContext,
  whom: { readonly name: string; readonly url: string; readonly pids: readonly number[] },
  token: string,
  requests: readonly LoadRequest[],
): Promise<{ p50Ms: number; p99Ms: number; longestMs: number; cpuMs: number; failed: number }> {
  const load = new Load();
  try {
    // Code and connections are warm in a recorder that runs for months.
    context.progress(`warming up ${whom.name}`);
    const order = { kind: "load", url: whom.url, token, requests, perSecond: PER_SECOND } as const;
    await load.run({ ...order, seconds: context.quick ? 3 : 15 });
    context.progress(`asking ${whom.name}`);
    const before = usageOf(whom.pids).cpuSeconds;
    const { latenciesMs, failed, failures } = await load.run({ ...order, seconds: context.quick ? 8 : 40 });
    const cpuSeconds = usageOf(whom.pids).cpuSeconds - before;
    for (const failure of failures) context.progress(`failed: ${failure}`);
    return {
      p50Ms: percentile(latenciesMs, 0.5),
      p99Ms: percentile(latenciesMs, 0.99),
      longestMs: Math.max(...latenciesMs),
      cpuMs: (cpuSeconds * 1_000) / (latenciesMs.length + failed),
      failed,
    };
  } finally {
    await load.stop();
  }
}

async function idleFigures(context: BenchContext, recorder: RecorderProcess): Promise<Figure[]> {
  const path = "/api/v1/setup";
  const plain = await startPlainServer(recorder.url, "", [{ method: "GET", path }]);
  try {
    const own = await idleCost(context, recorder.secureUrl, path, recorder.pidOf("gateway"));
    const rival = await idleCost(context, plain.url, path, plain.pid);
    return [
      figure(`gateway's memory with ${IDLE_SOCKETS} idle sockets (PSS)`, own.withMb, "MB"),
      figure("each idle socket", (own.moreMb * 1024) / IDLE_SOCKETS, "kB", {
        rival: RIVAL,
        rivalValue: (rival.moreMb * 1024) / IDLE_SOCKETS,
      }),
    ];
  } finally {
    await plain.stop();
  }
}

/** Memory of a process before and with a thousand connections by TLS, each of which has asked once. */
async function idleCost(
  context: BenchContext,
  url: string,
  path: string,
  pid: number,
): Promise<{ withMb: number; moreMb: number }> {
  context.progress(`${IDLE_SOCKETS} idle sockets`);
  const load = new Load();
  try {
    await load.run({ kind: "idle", url, path, count: 10 });
    const before = usageOf([pid]).pssMb;
    await load.run({ kind: "idle", url, path, count: IDLE_SOCKETS });
    await pause(2_000);
    const withMb = usageOf([pid]).pssMb;
    return { withMb, moreMb: withMb - before };
  } finally {
    await load.stop();
  }
}

/** What a browser fetches of scripts until the first page, that of signing in, stands there: as gzip makes them. */
async function firstPageFigure({ url }: RecorderProcess): Promise<Figure> {
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    const scripts: Promise<number>[] = [];
    page.on("response", (response) => {
      if (response.request().resourceType() !== "script") return;
      scripts.push(response.body().then((bytes) => gzipSync(bytes).length));
    });
    await page.goto(url, { waitUntil: "networkidle" });
    const bytes = (await Promise.all(scripts)).reduce((total, one) => total + one, 0);
    if (bytes === 0) throw new Error("the first page has no scripts: build the interface (npm run build:ui)");
    return figure("scripts of the first page, gzip", bytes / 1000, "kB", { limit: LIMITS.scriptKb });
  } finally {
    await browser.close();
  }
}

/** Figures of the RTSP restream: `restreamFigures(context)` of restream-figure.ts, in a checkout that has it. */
async function restreamFigures(context: BenchContext): Promise<readonly Figure[]> {
  const file = new URL("./restream-figure.ts", import.meta.url);
  if (!existsSync(file)) return [];
  const { restreamFigures: measured } = (await import(file.href)) as {
    restreamFigures(context: BenchContext): Promise<readonly Figure[]>;
  };
  return measured(context);
}
