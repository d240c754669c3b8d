// The media process: holds the cameras' streams, keeps their rings, records, deletes; obeys the desired state alone
// and goes on without `core`. This file wires its parts and gives them their rhythm.
import { chmod, mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { LINK_VERSION, type Link, type LinkMethods, listenLinks } from "../../link/link.ts";
import type { Log } from "../../log.ts";
import { type ProcessContext, RUN_FOLDER, type RunningProcess } from "../../supervisor/process-contract.ts";
import { type DesiredState, type DesiredStream, MEDIA_SOCKET, type MediaReport } from "../protocol.ts";
import { createRtspSource } from "../rtsp/rtsp-source.ts";
import { SlabPool } from "../slab.ts";
import type { SourceSink, StreamSource } from "../source.ts";
import { ClockWatch } from "./clock-watch.ts";
import { CoreWatch } from "./core-watch.ts";
import { DesiredStateStore } from "./desired-state-store.ts";
import { Figures } from "./figures.ts";
import { GiveBack } from "./give-back.ts";
import { Inventories } from "./inventories.ts";
import { ReportJournal } from "./journal.ts";
import type { StreamServices } from "./kept-stream.ts";
import { greetPeer, type LinkedParts, linkHandlers } from "./link-handlers.ts";
import { LiveFanout } from "./live-fanout.ts";
import { LoopRest } from "./loop-rest.ts";
import { defaultMemoryBudget, shareMemory } from "./memory-budget.ts";
import type { CreateSource } from "./probe.ts";
import { Reconciler } from "./reconciler.ts";
import { recoverFiles, recoverVolume } from "./recovery.ts";
import { ReportSender } from "./report-sender.ts";
import { RunNumbers } from "./run-numbers.ts";
import { StateKeeper } from "./state-keeper.ts";
import { VolumeSet } from "./volume-set.ts";

const FOLDER = "media";
const SLAB_BYTES = 256 * 1024;
const MEMORY_PERIOD_MS = 1_000;
const GIVE_BACK_PERIOD_MS = 60_000;
const REST_PERIOD_MS = 1_000;
const FIGURES_PERIOD_MS = 2_000;
const RETRY_PERIOD_MS = 1_000;
/** How long a stop waits for files to be closed, and then for the writers. */
const FLUSH_MS = 2_000;
/** Twice at most: for deletions and the last sync, whose answers the index needs, and for the threads to end. */
const WRITER_STOP_MS = 1_500;
/** How long `core` may take to write down the last files. */
const DRAIN_MS = 1_500;
/** How long the last files may take to be synced and closed; a disk that is slower leaves them to recovery. */
const CLOSE_MS = 2_500;
const POLL_MS = 10;

/** What tests put in place of the real thing. */
export interface MediaOptions {
  readonly createSource?: CreateSource;
  readonly memoryBudgetBytes?: number;
}

/** Starts the media process in this one. */
export async function runMedia(context: ProcessContext, options: MediaOptions = {}): Promise<RunningProcess> {
  const { clock, log } = context;
  const folder = join(context.dataDir, FOLDER);
  const runFolder = join(context.dataDir, RUN_FOLDER);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await mkdir(runFolder, { recursive: true, mode: 0o700 });
  await chmod(runFolder, 0o700);
  await removeDrafts(folder);

  const pool = new SlabPool({
    slabBytes: SLAB_BYTES,
    budgetBytes: options.memoryBudgetBytes ?? defaultMemoryBudget(),
  });
  const createSource: CreateSource =
    options.createSource ??
    ((source, sink, ofStream) => createRtspSource(source, sink, { clock, log: ofStream ?? log }));
  const journal = new ReportJournal(folder, clock, log);
  const runNumbers = new RunNumbers(folder, clock, log);
  await Promise.all([journal.open(), runNumbers.open()]);
  const sender = new ReportSender(journal, clock, log);
  const reportDurably = (report: MediaReport): Promise<void> => {
    journal.add(report);
    return journal.flush();
  };
  const report = (report: MediaReport): void => {
    if (report.kind !== "segment-closed") {
      journal.add(report);
      return;
    }
    // A file counts as closed once its report is safe; until then a crash has it looked at, and reported, again.
    const { volume, path } = report.segment;
    void reportDurably(report).then(() => volumes.get(volume)?.noteClosed(path));
  };
  const reportVolatile = sender.sendVolatile.bind(sender);
  const coreWatch = new CoreWatch(clock);
  const clockWatch = new ClockWatch(clock, (stepMs, atMs) => {
    log.notice("the clock was set; recordings begin anew", { stepMs });
    report({ kind: "clock-stepped", stepMs, atMs });
    for (const stream of reconciler.streams.values()) stream.clockStepped(stepMs);
  });

  const recovery = { clock, log, report, isOwnRun: (run: number) => runNumbers.isOwn(run) };
  const volumes = new VolumeSet(
    { clock, log, folder, report, reportDurably, reportVolatile },
    {
      opened: (volume, tail) => recoverVolume(volume, tail, recovery),
      abandoned: (volume, segment) => recoverFiles(volume, [segment], recovery),
    },
  );
  const services: StreamServices = {
    clock,
    log,
    volumes,
    get node() {
      return state.state.node;
    },
    report,
    reportVolatile,
    wallOffsetMs: () => clockWatch.offsetMs,
    nextRunNumber: () => runNumbers.take(),
    coreIsSilent: () => coreWatch.isSilent,
    memoryIsTight: () => pool.isTight,
    createSource: (desired, keeper) => sourceOf(desired, keeper, pool, log, createSource),
    streamStateChanged: (stream) => fanout.stateChanged(stream),
  };
  const reconciler = new Reconciler(services, log);
  const fanout = new LiveFanout(reconciler.streams, clock);
  reconciler.onRemoved = (stream) => fanout.streamRemoved(stream);
  reconciler.onAdded = (stream) => fanout.adopt(stream);
  const rest = new LoopRest({
    playing() {
      let count = 0;
      let udp = false;
      for (const { keeper } of reconciler.streams.values()) {
        if (keeper.transport === undefined) continue;
        count += 1;
        udp ||= keeper.transport === "udp";
      }
      return { count, udp };
    },
    isWatched: () => fanout.size > 0,
  });
  const apply = (desired: DesiredState): void => {
    volumes.update(desired.volumes);
    reconciler.reconcile(desired);
  };
  const state = new StateKeeper(new DesiredStateStore(folder, log), apply, log);
  const figures = new Figures(pool);
  const inventories = new Inventories(clock);
  const memory = new GiveBack(pool, () => volumes.writers());
  await state.restore();

  const parts: LinkedParts = {
    clock,
    state,
    streams: reconciler.streams,
    volumes,
    journal,
    sender,
    coreWatch,
    clockWatch,
    fanout,
    figures,
    inventories,
    createSource,
    report,
  };
  const hello = { role: "media", version: LINK_VERSION, instance: context.instance };
  const server = await listenLinks(
    join(runFolder, MEDIA_SOCKET),
    () => {
      const holder: { link?: Link<LinkMethods> } = {};
      made.push(holder);
      return { hello, handlers: linkHandlers(parts, () => holder.link as Link<LinkMethods>) };
    },
    (link) => {
      const holder = made.shift();
      if (holder !== undefined) holder.link = link;
      link.ready.then(
        () => greetPeer(parts, link),
        () => undefined,
      );
    },
  );

  const timers = [
    clock.every(REST_PERIOD_MS, () => rest.judge()),
    clock.every(MEMORY_PERIOD_MS, () => shareMemory(pool, reconciler.streams.values())),
    clock.every(GIVE_BACK_PERIOD_MS, () => memory.tick()),
    clock.every(RETRY_PERIOD_MS, () => {
      for (const stream of reconciler.streams.values()) stream.recorder.retry();
    }),
    clock.every(FIGURES_PERIOD_MS, () => figures.tick()),
  ];
  context.ready({ streams: reconciler.streams.size });

  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    for (const timer of timers) timer.cancel();
    rest.close();
    clockWatch.close();
    inventories.close();
    await Promise.race([reconciler.close(), pause(FLUSH_MS)]);
    const deadlineMs = performance.now() + CLOSE_MS;
    while (reconciler.isBusy && performance.now() < deadlineMs) await pause(POLL_MS);
    if (reconciler.isBusy) log.warn("a disk does not answer; its last segments are left to recovery");
    await volumes.close(WRITER_STOP_MS);
    await sender.drain(DRAIN_MS);
    await journal.flush();
    await server.close();
    figures.close();
  };
  return {
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}

/** Options of links that are being accepted, in order: `listenLinks` asks for them before it gives the link. */
const made: { link?: Link<LinkMethods> }[] = [];

function sourceOf(
  desired: DesiredStream,
  sink: SourceSink,
  pool: SlabPool,
  log: Log,
  create: CreateSource,
): StreamSource {
  const { source, camera, stream } = desired;
  return create(
    {
      url: source.url,
      transport: source.transport,
      audio: desired.audio,
      pool,
      ...(source.username === undefined ? {} : { username: source.username }),
      ...(source.password === undefined ? {} : { password: source.password }),
      ...(source.verifyCertificate === undefined ? {} : { verifyCertificate: source.verifyCertificate }),
    },
    sink,
    log.child({ camera, stream }),
  );
}

/** Drafts of small files that a crash left behind. */
async function removeDrafts(folder: string): Promise<void> {
  const names = await readdir(folder);
  await Promise.all(
    names.filter((name) => name.endsWith(".tmp")).map((name) => rm(join(folder, name), { force: true })),
  );
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
