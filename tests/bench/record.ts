// Suite `record`: what it costs to record cameras of 1080p at 4 Mbit/s (architecture, numbers to hold), beside
// ffmpeg on the same streams in the same run. CPU is user and system time in percent of one core per camera.
import { setTimeout as pause } from "node:timers/promises";
import { checkVolume } from "../../core/system/volume-check.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { benchClip } from "./bench-clip.ts";
import { FfmpegRecorders } from "./ffmpeg-recorders.ts";
import { type BenchContext, type Figure, figure } from "./figure.ts";
import { fullPageCache } from "./full-page-cache.ts";
import { benchDir } from "./left-behind.ts";
import { type LoopTurns, MediaProcess } from "./media-process.ts";
import { type Usage, usageOf } from "./proc-reader.ts";
import { SenderProcesses } from "./sender-process.ts";

const COUNTS = [1, 4, 16, 64, 128, 256];
const QUICK_COUNTS = [1, 4, 16];
/** What is promised of processor and memory is promised from here on: below, one process's own needs lie on few. */
const LEAST_PROMISED = 16;
/** Beyond this one ffmpeg a camera does not fit into an ordinary machine's memory. */
const MOST_RIVALS = 64;
const DISK_BYTES = 256 * 1024 * 1024;
const RIVAL = "ffmpeg -c copy -f segment";
const LIMITS = {
  cpuPercent: 0.25,
  cpuRatio: 0.5,
  baseMb: 130,
  cameraMb: 3,
  /** Pre-record time, longest GOP and 3 s of 4.1 Mbit/s. */
  ringMb: ((5 + 2 + 3) * 4.1) / 8,
  /** Promised for 256 cameras; with fewer the rest between two rounds is meant to be longer (decision 0013). */
  loopMs: 50,
  loopCameras: 256,
};

interface Measured {
  readonly cpuPercent: number;
  readonly senderPercent: number;
  readonly usage: Usage;
}

/** Runs the suite. */
export async function record(context: BenchContext): Promise<readonly Figure[]> {
  const clip = benchClip(context.progress);
  const counts = context.counts.length > 0 ? context.counts : context.quick ? QUICK_COUNTS : COUNTS;
  using code = benchDir();
  await warmUpCode(clip, code.path);
  const figures: Figure[] = [...(await diskFigures(context, code.path))];
  const totals: { count: number; cpuPercent: number; pssMb: number }[] = [];
  for (const count of counts) {
    const rival = count <= MOST_RIVALS ? await measureFfmpeg(context, clip, count) : undefined;
    const own = await measureNightjar(context, clip, count, code.path);
    totals.push({ count, cpuPercent: own.cpuPercent * count, pssMb: own.usage.pssMb });
    const name = (what: string): string => `${what}, ${count} ${count === 1 ? "camera" : "cameras"}`;
    figures.push(
      figure(name("CPU per camera"), own.cpuPercent, "% of a core", {
        // With the most cameras the sender beside it fills the machine.
        ...(count >= LEAST_PROMISED && count < LIMITS.loopCameras
          ? { limit: LIMITS.cpuPercent, ratioLimit: LIMITS.cpuRatio }
          : {}),
        rival: RIVAL,
        rivalValue: rival?.cpuPercent,
      }),
      figure(name("memory (RSS)"), own.usage.rssMb, "MB", {
        ...(count >= LEAST_PROMISED
          ? { limit: Math.round(LIMITS.baseMb + (LIMITS.cameraMb + LIMITS.ringMb) * count) }
          : {}),
        rival: RIVAL,
        rivalValue: rival?.usage.rssMb,
      }),
      figure(name("memory per camera (PSS)"), own.usage.pssMb / count, "MB", {
        rival: RIVAL,
        rivalValue: rival === undefined ? undefined : rival.usage.pssMb / count,
      }),
      figure(
        name("event loop p99"),
        own.loop.p99Ms,
        "ms",
        count >= LIMITS.loopCameras ? { limit: LIMITS.loopMs } : {},
      ),
      figure(name("event loop, longest turn"), own.loop.longestMs, "ms"),
      figure(name("lost packets"), own.packetsLost, "packets", { limit: 0 }),
      figure(name("dropped frames"), own.framesDropped, "frames", { limit: 0 }),
      figure(name("cameras not at full rate"), own.camerasBehind, "cameras", { limit: 0 }),
      figure(name("sender's CPU per camera"), own.senderPercent, "% of a core"),
    );
  }
  const [first, last] = [totals[0], totals.at(-1)];
  if (first !== undefined && last !== undefined && last.count > first.count) {
    const more = last.count - first.count;
    figures.push(
      figure("each further camera, CPU", (last.cpuPercent - first.cpuPercent) / more, "% of a core"),
      figure("each further camera, memory", (last.pssMb - first.pssMb) / more, "MB (PSS)"),
    );
  }
  return figures;
}

/** What the disk takes, and for how many cameras that is (docs/design/storage-and-quota.md). */
async function diskFigures(context: BenchContext, folder: string): Promise<readonly Figure[]> {
  context.progress("the disk");
  const disk = await checkVolume(folder, { measureBytes: DISK_BYTES });
  return [
    figure("disk: writing in sequence, synced", (disk.bytesPerSecond ?? Number.NaN) / 1e6, "MB/s"),
    figure("disk: syncs", disk.syncsPerSecond ?? Number.NaN, "a second"),
    figure("disk: cameras of 4 Mbit/s that it carries", disk.cameras ?? Number.NaN, "cameras"),
  ];
}

/** A recorder's second start and all later ones find their code compiled: so does every process that is measured. */
async function warmUpCode(clip: string, codeCache: string): Promise<void> {
  using dir = benchDir();
  const sender = await SenderProcesses.start(clip, 1);
  const media = await MediaProcess.start(dir.path, codeCache);
  try {
    await media.record(urlsOf(sender, 1));
    await waitFor(async () => (await media.figures()).streams.some((stream) => stream.framesRecorded > 0), {
      deadlineMs: 20_000,
      what: "a camera to be recorded",
      periodMs: 250,
    });
  } finally {
    await media.stop();
    await sender.stop();
  }
}

async function measureNightjar(
  context: BenchContext,
  clip: string,
  count: number,
  codeCache: string,
): Promise<
  Measured & {
    loop: LoopTurns;
    packetsLost: number;
    framesDropped: number;
    camerasBehind: number;
  }
> {
  context.progress(`${count}: Nightjar`);
  using dir = benchDir();
  const sender = await SenderProcesses.start(clip, count);
  const media = await MediaProcess.start(dir.path, codeCache);
  try {
    await media.record(urlsOf(sender, count));
    await waitFor(
      async () => {
        const { streams } = await media.figures();
        return streams.length === count && streams.every((stream) => stream.framesRecorded > 0);
      },
      { deadlineMs: 60_000, what: `${count} cameras to be recorded`, periodMs: 250 },
    );
    await using _ = await warmUp(context, dir.path);
    const before = await media.figures();
    await media.loopTurns();
    const measured = await measure(context, [media.pid], sender.pids, count);
    const loop = await media.loopTurns();
    const after = await media.figures();
    const sum = (of: (stream: (typeof after.streams)[number]) => number): number =>
      after.streams.reduce((total, stream) => total + of(stream), 0) -
      before.streams.reduce((total, stream) => total + of(stream), 0);
    return {
      ...measured,
      loop,
      packetsLost: sum((stream) => stream.packetsLost),
      framesDropped: sum((stream) => stream.framesDropped) + (await sender.counters()).unitsDropped,
      camerasBehind: after.streams.filter((stream) => {
        const earlier = before.streams.find(({ camera }) => camera === stream.camera);
        const frames = stream.framesRecorded - (earlier?.framesRecorded ?? 0);
        // Frames reach the disk a part (≤ 1 s) at a time: two parts of grace.
        return frames < (windowMs(context) / 1000 - 2) * 25;
      }).length,
    };
  } finally {
    await media.stop();
    await sender.stop();
  }
}

async function measureFfmpeg(context: BenchContext, clip: string, count: number): Promise<Measured> {
  context.progress(`${count}: ffmpeg`);
  using dir = benchDir();
  const sender = await SenderProcesses.start(clip, count);
  try {
    const recorders = await FfmpegRecorders.start(urlsOf(sender, count), dir.path);
    try {
      await using _ = await warmUp(context, dir.path);
      return await measure(context, recorders.pids, sender.pids, count);
    } finally {
      await recorders.stop();
    }
  } finally {
    await sender.stop();
  }
}

async function measure(
  context: BenchContext,
  pids: readonly number[],
  senderPids: readonly number[],
  count: number,
): Promise<Measured> {
  const start = performance.now();
  const [before, senderBefore] = [usageOf(pids), usageOf(senderPids)];
  await pause(windowMs(context));
  const [after, senderAfter] = [usageOf(pids), usageOf(senderPids)];
  const seconds = (performance.now() - start) / 1000;
  const percent = (from: Usage, to: Usage): number =>
    ((to.cpuSeconds - from.cpuSeconds) / seconds / count) * 100;
  return {
    cpuPercent: percent(before, after),
    senderPercent: percent(senderBefore, senderAfter),
    usage: after,
  };
}

function urlsOf(sender: SenderProcesses, count: number): string[] {
  return Array.from({ length: count }, (_, camera) => sender.url(camera));
}

/** The state of a recorder that has run for an hour; what is answered must live as long as that is to last. */
async function warmUp(context: BenchContext, folder: string): Promise<AsyncDisposable> {
  // So that code which runs for months is compiled as far as it will be.
  const [cache] = await Promise.all([fullPageCache(folder), pause(context.quick ? 3_000 : 45_000)]);
  return cache;
}

function windowMs(context: BenchContext): number {
  return context.quick ? 10_000 : 20_000;
}
