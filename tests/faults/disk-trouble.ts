// Disks in trouble while a recorder writes to the first of two:
// `node tests/faults/disk-trouble.ts --kind read-only|pulled|slow|full|spare|busy|overwrite [--cameras N] [--cycles N]
// [--seconds N]`. Goals: said in `status` within 5 s and by an event for as long as it lasts, recorded on the other disk with
// at most 2 s missing, the rest unaffected; a disk that is merely busy stays `normal`; a full disk that may be overwritten
// never stops, and loses nothing but the oldest.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import type { EventTypeId } from "../../core/domain/event-types.ts";
import { inspectSegment } from "../../core/media/store/recover-segment.ts";
import { type TemporaryVolume, temporaryVolume } from "../../core/testing/temporary-volume.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { AskedRecorder, type ShownEvent } from "../support/asked-recorder.ts";
import { type FsckOutcome, gapsOf, recordedFiles, runFsck } from "../support/recorder-evidence.ts";
import {
  DEMO_FRAME_MS,
  RecorderRig,
  SMALL_CLIP,
  SMALL_FRAME_MS,
  type StatusBody,
} from "../support/recorder-rig.ts";

export const TROUBLES = ["read-only", "pulled", "slow", "full", "spare"] as const;
/** `full`: by somebody else, where nothing may be overwritten. `spare`: the disk that nobody writes to is pulled. */
export type Trouble = (typeof TROUBLES)[number];

export interface TroubleResult {
  readonly kind: Trouble;
  /** From the fault to `status` telling it, in milliseconds. */
  readonly reportedMs: number;
  readonly message: string;
  /** Where the disk that was in trouble is mounted. */
  readonly path: string;
  /** What it was told as, once the disk is in order again. */
  readonly event: ShownEvent;
  /** Longest gap of any camera, in milliseconds. */
  readonly worstGapMs: number;
  readonly fsck: FsckOutcome;
}

export interface DiskTroublesResult {
  /** In their order. */
  readonly troubles: readonly TroubleResult[];
  readonly busy?: BusyResult;
}

const MIB = 1024 * 1024;
const DISK_MB = 256;
const EXPECTED: Readonly<Record<Trouble, readonly string[]>> = {
  "read-only": ["read-only"],
  pulled: ["offline"],
  slow: ["slow", "offline"],
  full: ["full"],
  spare: ["offline"],
};

const TOLD_AS: Readonly<Record<Trouble, readonly EventTypeId[]>> = {
  "read-only": ["exception-volume-error"],
  pulled: ["exception-volume-offline"],
  slow: ["exception-volume-slow", "exception-volume-offline"],
  full: ["exception-volume-full"],
  spare: ["exception-volume-offline"],
};

/** What happens to two disks of one recorder, one after the other. */
export interface DiskTroubles {
  /** All but the last must be over as soon as their cause is: `full`, `spare`. The last one's end is the recorder's next start. */
  readonly kinds: readonly Trouble[];
  readonly cameras: number;
  /** So long somebody else keeps the first disk busy before. */
  readonly busySeconds?: number;
}

/** Provokes troubles on disks and a recorder of their own. */
export async function diskTroubles(options: DiskTroubles): Promise<DiskTroublesResult> {
  const { kinds, cameras, busySeconds = 0 } = options;
  const disks = await twoDisks();
  let rig: RecorderRig | undefined;
  try {
    rig = await RecorderRig.start({
      ...{ cameras, clip: SMALL_CLIP },
      volumes: disks.map(({ path }) => ({ path, overwrite: !kinds.includes("full") })),
    });
    const asked = await AskedRecorder.of(rig);
    await rig.untilRecording(30_000);
    const calm = busySeconds > 0 ? await keptBusy(rig, disks[0], busySeconds) : undefined;
    const told: Told[] = [];
    for (const [index, kind] of kinds.entries()) {
      const one = await provoke(kind, rig, asked, disks);
      told.push(one);
      if (index === kinds.length - 1) break;
      await end(one);
      await asked.ended(one.begun);
      await rig.untilRecovered(30_000);
    }
    const last = told.at(-1);
    if (last?.kind === "slow") await end(last);
    await rig.stopRecorder();
    if (last !== undefined && last.kind !== "slow") await end(last);
    // A file that the trouble met right after its header holds nothing, and is removed when its disk is back.
    const files = recordedFiles(rig.volumePaths, (path) => inspectSegment(path).state !== "empty");
    const gaps = gapsOf(files, SMALL_FRAME_MS, 50);
    // What the sick disk holds unfinished is recovered when it is back.
    await rig.launch();
    await rig.untilRecording(30_000);
    await rig.untilRecovered(30_000);
    const events = new Map<Trouble, ShownEvent>();
    for (const { kind, begun } of told) events.set(kind, await asked.ended(begun));
    await rig.stopRecorder();
    const fsck = runFsck(rig.dataDir);
    const worstGapMs = (fromMs: number): number => {
      const untilMs = told.find(({ atMs }) => atMs > fromMs)?.atMs ?? Number.POSITIVE_INFINITY;
      const own = gaps.filter(({ toMs }) => toMs > fromMs && toMs <= untilMs);
      return Math.round(Math.max(0, ...own.map((gap) => gap.toMs - gap.fromMs)));
    };
    return {
      troubles: told.map(({ kind, atMs, reportedMs, message, victim }) => ({
        ...{ kind, reportedMs, message, path: victim.path, fsck },
        event: events.get(kind) as ShownEvent,
        worstGapMs: worstGapMs(atMs),
      })),
      ...(calm === undefined ? {} : { busy: { ...calm, worstGapMs: worstGapMs(0), fsck } }),
    };
  } finally {
    await rig?.dispose().catch(() => undefined);
    for (const disk of disks) disk.dispose();
  }
}

/** A trouble that goes on. */
interface Told {
  readonly kind: Trouble;
  readonly victim: TemporaryVolume;
  readonly atMs: number;
  readonly reportedMs: number;
  readonly message: string;
  readonly begun: ShownEvent;
}

/** Answers when it is told and every camera is recorded for all that. */
async function provoke(
  kind: Trouble,
  rig: RecorderRig,
  asked: AskedRecorder,
  disks: readonly [TemporaryVolume, TemporaryVolume],
): Promise<Told> {
  await untilInOrder(rig);
  const written = await waitFor(() => disks.find(({ path }) => isAllWrittenTo(rig, path)), {
    deadlineMs: 60_000,
    what: "all cameras to be recorded on one disk",
  });
  const victim = kind === "spare" ? disks.find((disk) => disk !== written) : written;
  if (victim === undefined) throw new TypeError("there are two disks");
  const atMs = Date.now();
  const beganMs = performance.now();
  if (kind === "read-only") victim.turnReadOnly();
  if (kind === "pulled" || kind === "spare") victim.pull();
  if (kind === "slow") victim.throttle(4_096);
  if (kind === "full") victim.fill(0);
  const { message = "" } = await waitFor(() => volumeOf(rig, victim.path, EXPECTED[kind]), {
    ...{ deadlineMs: 30_000, periodMs: 50, what: `${kind} in status` },
  });
  const reportedMs = Math.round(performance.now() - beganMs);
  const begun = await waitFor(
    async () => {
      const { events } = await asked.ask<{ events: ShownEvent[] }>(`events?types=${TOLD_AS[kind].join()}`);
      // A busy machine's disk may have been slow, or not there, before that.
      return events.find(({ subject, start }) => subject === victim.path && Date.parse(start) >= atMs);
    },
    { deadlineMs: 30_000, what: `an event of ${kind}` },
  );
  // The gap is over when every camera's newest file, wherever it is, grows.
  await rig.untilRecording(30_000);
  await rig.untilRecording(30_000);
  return { kind, victim, atMs, reportedMs, message, begun };
}

/** Takes the cause away. */
async function end({ kind, victim }: Told): Promise<void> {
  if (kind === "slow") victim.throttle(0);
  else if (kind === "full") victim.unfill();
  else await victim.powerOn();
}

function isAllWrittenTo(rig: RecorderRig, volume: string): boolean {
  const newest = new Map<string, string>();
  for (const path of rig.filePaths().sort((a, b) => basename(a).localeCompare(basename(b))))
    newest.set(path.split("/").at(-5) ?? "", path);
  return newest.size === rig.cameraCount && [...newest.values()].every((path) => path.startsWith(volume));
}

export interface BusyResult {
  /** Pieces that the neighbour synced. */
  readonly neighbourSyncs: number;
  /** States of either volume other than normal that were seen. */
  readonly troubles: readonly string[];
  readonly worstGapMs: number;
  readonly fsck: FsckOutcome;
}

/** What the busy disk takes in a second: several times what the cameras give, and the neighbour takes all of the rest. */
const BUSY_BYTES_PER_SECOND = 4 * 1024 * 1024;
const BUSY_NEIGHBOUR = `
const { openSync, writeSync, fsyncSync } = require("node:fs");
const file = openSync(process.argv[1], "w");
const piece = Buffer.alloc(512 * 1024, 1);
for (let at = 0; ; at = (at + piece.length) % (32 * 1024 * 1024)) {
  writeSync(file, piece, 0, piece.length, at);
  fsyncSync(file);
  process.stdout.write(".");
}`;

/** Lets somebody else write and sync on a disk as fast as it goes. */
async function keptBusy(
  rig: RecorderRig,
  disk: TemporaryVolume,
  seconds: number,
): Promise<Pick<BusyResult, "neighbourSyncs" | "troubles">> {
  disk.throttle(BUSY_BYTES_PER_SECOND);
  const file = join(disk.path, "neighbour");
  const neighbour = spawn(process.execPath, ["-e", BUSY_NEIGHBOUR, file], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    let neighbourSyncs = 0;
    neighbour.stdout.on("data", (dots: Buffer) => {
      neighbourSyncs += dots.length;
    });
    const troubles = new Set<string>();
    const untilMs = performance.now() + seconds * 1_000;
    await waitFor(
      async () => {
        for (const volume of (await rig.status())?.volumes ?? [])
          if (volume.status !== "normal") troubles.add(`${volume.status}: ${volume.message ?? ""}`);
        return performance.now() >= untilMs;
      },
      { deadlineMs: (seconds + 30) * 1_000, periodMs: 250, what: "the busy time" },
    );
    return { neighbourSyncs, troubles: [...troubles] };
  } finally {
    await kill(neighbour);
    disk.throttle(0);
    rmSync(file, { force: true });
  }
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

export interface OverwriteResult {
  readonly cycles: number;
  readonly seconds: number;
  readonly gaps: readonly string[];
  /** States of the volume other than normal that were seen. */
  readonly troubles: readonly string[];
  readonly fsck: FsckOutcome;
}

/** Lets a small disk be overwritten so many times: files opened beyond those that it has room for. */
export async function overwriting(options: {
  cycles: number;
  cameras: number;
  /** Core is kept from running meanwhile. */
  withoutCore?: boolean;
  clip?: string;
  frameMs?: number;
  roomMb?: number;
  diskMb?: number;
  /** At least so long, whatever the cycles. */
  leastSeconds?: number;
  log?: (text: string) => void;
}): Promise<OverwriteResult> {
  const diskMb = options.diskMb ?? DISK_MB;
  const disk = await temporaryVolume({ fileSystem: "ext4", sizeBytes: diskMb * MIB });
  let rig: RecorderRig | undefined;
  try {
    disk.fill((diskMb / 4 + (options.roomMb ?? 2)) * MIB);
    rig = await RecorderRig.start({
      cameras: options.cameras,
      volumes: [{ path: disk.path }],
      ...(options.clip === undefined ? {} : { clip: options.clip }),
    });
    const recorder = rig;
    await rig.untilRecording(30_000);
    const withheld = options.withoutCore === true ? rig.withhold("core") : undefined;
    const seen = new Set<string>();
    const troubles = new Set<string>();
    const beginMs = performance.now();
    let gone = 0;
    await waitFor(
      async () => {
        const now = recorder.filePaths();
        for (const path of now) seen.add(path);
        gone = seen.size - now.length;
        const status = withheld === undefined ? await recorder.status() : undefined;
        for (const volume of status?.volumes ?? [])
          if (volume.status !== "normal") troubles.add(volume.status);
        const seconds = (performance.now() - beginMs) / 1_000;
        return gone >= options.cycles && seconds >= (options.leastSeconds ?? 0);
      },
      {
        deadlineMs: 1_800_000 + (options.leastSeconds ?? 0) * 1_000,
        periodMs: 500,
        what: "the disk being overwritten",
      },
    );
    const seconds = Math.round((performance.now() - beginMs) / 1_000);
    withheld?.release();
    await rig.pidOf("core");
    await rig.untilRecording(30_000);
    // What was reported while core was away is worked off now: an index is judged when that is done.
    if (withheld !== undefined) await rig.untilReported(120_000);
    await rig.stopRecorder();
    const files = recordedFiles(rig.volumePaths);
    options.log?.(`${gone} files overwritten in ${seconds} s, ${files.length} kept`);
    return {
      cycles: gone,
      seconds,
      gaps: gapsOf(files, options.frameMs ?? DEMO_FRAME_MS).map(
        ({ camera, fromMs, toMs }) => `${camera}: ${Math.round(toMs - fromMs)} ms`,
      ),
      troubles: [...troubles],
      fsck: runFsck(rig.dataDir),
    };
  } finally {
    await rig?.dispose().catch(() => undefined);
    disk.dispose();
  }
}

async function twoDisks(): Promise<[TemporaryVolume, TemporaryVolume]> {
  const first = await temporaryVolume({ fileSystem: "ext4", sizeBytes: DISK_MB * MIB });
  try {
    return [first, await temporaryVolume({ fileSystem: "ext4", sizeBytes: DISK_MB * MIB })];
  } catch (error) {
    first.dispose();
    throw error;
  }
}

/** Waits for all volumes to be in order: on a machine that just made eight disks at once, one may be slow for a minute. */
async function untilInOrder(rig: RecorderRig): Promise<void> {
  let seen = "core did not answer";
  await waitFor(
    async () => {
      const volumes = (await rig.status())?.volumes;
      if (volumes === undefined) return false;
      seen = volumes.map(({ status, message }) => `${status} ${message ?? ""}`).join(", ");
      return volumes.every(({ status }) => status === "normal");
    },
    { deadlineMs: 100_000, periodMs: 100, what: () => `both disks in order (${seen})` },
  );
}

async function volumeOf(
  rig: RecorderRig,
  path: string,
  expected: readonly string[],
): Promise<StatusBody["volumes"][number] | undefined> {
  const volume = (await rig.status())?.volumes.find((candidate) => candidate.path === path);
  return volume !== undefined && expected.includes(volume.status) ? volume : undefined;
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({
    options: {
      kind: { type: "string", default: "read-only" },
      cameras: { type: "string", default: "8" },
      cycles: { type: "string", default: "200" },
      seconds: { type: "string", default: "60" },
    },
  });
  const cameras = Number(values.cameras);
  const kind = TROUBLES.find((known) => known === values.kind);
  let isGood: boolean;
  if (kind === undefined && values.kind !== "busy") {
    const result = await overwriting({ cycles: Number(values.cycles), cameras });
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    isGood = result.gaps.length + result.troubles.length === 0 && result.fsck.exitCode === 0;
  } else {
    const result = await diskTroubles(
      kind === undefined
        ? { kinds: [], cameras, busySeconds: Number(values.seconds) }
        : { kinds: [kind], cameras },
    );
    process.stdout.write(
      `${basename(import.meta.filename)} ${values.kind} ${JSON.stringify(result, null, 2)}\n`,
    );
    const { troubles, busy } = result;
    isGood =
      troubles.every(
        (one) => one.reportedMs <= 5_000 && one.worstGapMs <= 2_000 && one.fsck.exitCode === 0,
      ) &&
      (busy === undefined ||
        (busy.troubles.length === 0 && busy.worstGapMs === 0 && busy.fsck.exitCode === 0));
  }
  process.exitCode = isGood ? 0 : 1;
}
