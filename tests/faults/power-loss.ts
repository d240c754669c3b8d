// Takes the power off the disk of a recorder at random moments and counts what that costs:
// `node tests/faults/power-loss.ts [--rounds N] [--fs ext4|xfs] [--cameras N] [--layout together|apart] [--volatile]
// [--seed N]`. The file system is shut down without flushing (`xfs_io -x -c shutdown`), or, with `--volatile`, the
// disk's write cache is lost (nbdkit); then everything is killed, mounted again and started. Goals: what was in the
// index is whole, at most 10 s lost of what was received, nothing unreadable, a clean fsck.
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { inspectSegment } from "../../core/media/store/recover-segment.ts";
import { temporaryVolume, type VolumeFileSystem } from "../../core/testing/temporary-volume.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import {
  type FsckOutcome,
  type IndexRow,
  indexRows,
  recordedFiles,
  runFsck,
  undecodable,
} from "../support/recorder-evidence.ts";
import { RecorderRig, SMALL_CLIP } from "../support/recorder-rig.ts";
import { randomFrom } from "./random.ts";

export interface PowerLossOptions {
  readonly rounds: number;
  readonly fileSystem: Exclude<VolumeFileSystem, "tmpfs">;
  readonly cameras: number;
  /** Index and footage on the disk that fails, or only the footage. */
  readonly layout: "together" | "apart";
  /** The disk has a write cache that forgets. */
  readonly volatile?: boolean;
  readonly seed: number;
  readonly log?: (text: string) => void;
}

export interface PowerLossResult {
  readonly rounds: number;
  /** Rows that were committed before a cut, over all rounds. */
  readonly acknowledged: number;
  /** Those of them that are gone, or whose file is not whole. */
  readonly lost: readonly string[];
  /** Longest time between the end of what was kept and the cut, over cameras and rounds, in milliseconds. */
  readonly worstLossMs: number;
  /** Longest time from start to all cameras being written again, in milliseconds. */
  readonly worstAgainMs: number;
  readonly unreadable: readonly string[];
  readonly files: number;
  readonly fsck: FsckOutcome;
}

const DISK_MB = 3_072;
const LEAST_PAUSE_MS = 1_500;
/** Beyond a sync round and a segment, so that every phase of both is met. */
const PAUSE_MS = 11_000;
const RECOVERY_MS = 30_000;
/** States in which recovery leaves a file; an empty one it removes. */
const SETTLED = ["closed", "unreadable"];

/** Runs the rounds on a recorder and a disk of their own. */
export async function powerLoss(options: PowerLossOptions): Promise<PowerLossResult> {
  const random = randomFrom(options.seed);
  const disk = await temporaryVolume({
    fileSystem: options.fileSystem,
    sizeBytes: DISK_MB * 1024 * 1024,
    volatile: options.volatile ?? false,
  });
  let rig: RecorderRig | undefined;
  try {
    rig = await RecorderRig.start({
      cameras: options.cameras,
      clip: SMALL_CLIP,
      checksums: true,
      ...(options.layout === "together"
        ? { dataDir: join(disk.path, "data") }
        : { volumes: [{ path: disk.path }] }),
    });
    await rig.untilRecording(30_000);
    const cuts: { atMs: number; sinceMs: number }[] = [];
    const lost: string[] = [];
    let acknowledged = 0;
    let worstAgainMs = 0;
    let sinceMs = Date.now();
    for (let round = 1; round <= options.rounds; round += 1) {
      // The moment is the fault: the only wait.
      await new Promise((resolve) => setTimeout(resolve, LEAST_PAUSE_MS + random() * PAUSE_MS));
      let rows: IndexRow[] = [];
      const { dataDir } = rig;
      const atMs = await rig.kill("tree", () => {
        rows = indexRows(dataDir);
        disk.powerOff();
      });
      cuts.push({ atMs, sinceMs });
      await disk.powerOn();
      acknowledged += rows.length;
      lost.push(...missingOf(rows, rig));
      sinceMs = Date.now();
      await rig.launch();
      await rig.untilRecording(30_000);
      worstAgainMs = Math.max(worstAgainMs, Date.now() - sinceMs);
      options.log?.(
        `round ${round}: cut after ${atMs - (cuts.at(-1)?.sinceMs ?? 0)} ms, ${rows.length} rows acknowledged, ${lost.length} lost, recording again after ${Date.now() - sinceMs} ms`,
      );
    }
    const lastMs = cuts.at(-1)?.atMs ?? 0;
    const recorder = rig;
    const filePaths = (): string[] => recorder.filePaths();
    const unsettled = (): string[] =>
      filePaths().filter((path) => startOf(path) <= lastMs && !SETTLED.includes(stateOf(path)));
    await waitFor(() => unsettled().length === 0, { deadlineMs: RECOVERY_MS, periodMs: 250 }).catch(() => {
      lost.push(...unsettled().map((path) => `${path}: ${stateOf(path)}, not recovered`));
    });
    await rig.stopRecorder();
    const whole = filePaths().filter((path) => stateOf(path) === "closed");
    const files = recordedFiles(rig.volumePaths, (path) => whole.includes(path));
    return {
      rounds: options.rounds,
      acknowledged,
      lost,
      worstLossMs: worstLoss(files, cuts, options.cameras),
      worstAgainMs,
      unreadable: [...filePaths().filter((path) => stateOf(path) === "unreadable"), ...undecodable(whole)],
      files: files.length,
      fsck: runFsck(rig.dataDir, "--verify"),
    };
  } finally {
    await rig?.dispose().finally(() => disk.dispose());
    disk.dispose();
  }
}

/** What the index had and the disk has not. Looked at before the recorder mends anything. */
function missingOf(rows: readonly IndexRow[], rig: RecorderRig): string[] {
  const paths = new Map(rig.filePaths().map((path) => [basename(path, ".mp4"), path]));
  const kept = new Set(indexRows(rig.dataDir).map(({ id }) => id));
  return rows.flatMap(({ id, sizeBytes }) => {
    const path = paths.get(id);
    if (!kept.has(id)) return [`${id}: no row`];
    if (path === undefined) return [`${id}: no file`];
    const inspection = inspectSegment(path, { verify: true, measure: true });
    if (inspection.state !== "closed" || inspection.sizeBytes !== sizeBytes) {
      return [`${id}: ${inspection.state}, ${inspection.sizeBytes} of ${sizeBytes} bytes`];
    }
    return inspection.facts?.sha256 === inspection.measuredSha256 ? [] : [`${id}: not what was closed`];
  });
}

function worstLoss(
  files: ReturnType<typeof recordedFiles>,
  cuts: readonly { atMs: number; sinceMs: number }[],
  cameras: number,
): number {
  let worst = 0;
  for (const { atMs, sinceMs } of cuts) {
    for (let number = 1; number <= cameras; number += 1) {
      const before = files.filter(({ camera, startMs }) => camera === `cam-${number}` && startMs < atMs);
      // What was lost cannot begin before the recorder was started.
      const keptMs = Math.max(sinceMs, ...before.map(({ endMs }) => endMs));
      worst = Math.max(worst, atMs - keptMs);
    }
  }
  return Math.round(worst);
}

function stateOf(path: string): string {
  return inspectSegment(path).state;
}

function startOf(path: string): number {
  return Number.parseInt(basename(path), 10);
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({
    options: {
      rounds: { type: "string", default: "20" },
      fs: { type: "string", default: "ext4" },
      cameras: { type: "string", default: "4" },
      layout: { type: "string", default: "together" },
      volatile: { type: "boolean", default: false },
      seed: { type: "string", default: "1" },
    },
  });
  const result = await powerLoss({
    rounds: Number(values.rounds),
    fileSystem: values.fs === "xfs" ? "xfs" : "ext4",
    cameras: Number(values.cameras),
    layout: values.layout === "apart" ? "apart" : "together",
    volatile: values.volatile,
    seed: Number(values.seed),
    log: (text) => process.stdout.write(`${text}\n`),
  });
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  const isGood =
    result.lost.length + result.unreadable.length === 0 &&
    result.worstLossMs <= 10_000 &&
    result.fsck.exitCode === 0;
  process.exitCode = isGood ? 0 : 1;
}
