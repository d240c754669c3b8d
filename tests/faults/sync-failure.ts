// Makes one sync of a recording file fail, once: `node tests/faults/sync-failure.ts [--volumes 1|2] [--rounds N]`, or
// shortly before the recorder is stopped: `--stop`.
// strace answers the file's next fdatasync with EIO, as a kernel does that could not write the pages back and has
// dropped them: a second try would succeed and lose them. Goal: the parts not yet synced are written again; no gap.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { basename } from "node:path";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import {
  type FsckOutcome,
  framesMissing,
  gapsOf,
  runFsck,
  undecodable,
} from "../support/recorder-evidence.ts";
import { RecorderRig, SMALL_CLIP, SMALL_FRAME_MS } from "../support/recorder-rig.ts";

export interface SyncFailureResult {
  /** Syncs that were made to fail. */
  readonly injected: number;
  readonly gaps: readonly string[];
  readonly unreadable: readonly string[];
  readonly fsck: FsckOutcome;
}

/** Why this cannot be done here, or false. */
export function cannotInject(): string | false {
  if (process.platform !== "linux") return "strace is Linux's";
  const tried = spawnSync("strace", ["-e", "inject=fdatasync:error=EIO:when=1", "-o", "/dev/null", "true"]);
  if (tried.error !== undefined) return "strace is not installed";
  return tried.status === 0 ? false : "strace may not trace here";
}

/** Runs the rounds on a recorder of its own with so many volumes. */
export async function syncFailure(volumes: 1 | 2, rounds: number): Promise<SyncFailureResult> {
  using folder = tempDir("nightjar-sync-");
  const paths = ["first", "second"].slice(0, volumes).map((name) => folder.join(name));
  const rig = await RecorderRig.start({
    cameras: 2,
    clip: SMALL_CLIP,
    volumes: paths.map((path) => ({ path })),
  });
  try {
    let injected = 0;
    for (let round = 0; round < rounds; round += 1) {
      await rig.untilRecording(30_000);
      const sick = newestOf(rig);
      injected += await failNextSync(rig, sick);
      await waitFor(() => newestOf(rig) !== sick, { deadlineMs: 60_000, what: "the next file" });
      await rig.untilRecording(30_000);
    }
    await rig.untilRecovered(60_000);
    await rig.stopRecorder();
    const files = rig.files();
    // Of parts that were written again, both copies may be there; missing is what is in neither.
    const missing = [...framesMissing(files, SMALL_FRAME_MS)].filter(([, frames]) => frames > 1);
    return {
      injected,
      gaps: [
        ...gapsOf(files, SMALL_FRAME_MS, SMALL_FRAME_MS).map(
          ({ camera, fromMs, toMs }) => `${camera}: ${Math.round(toMs - fromMs)} ms`,
        ),
        ...missing.map(([camera, frames]) => `${camera}: ${frames} frames`),
      ],
      unreadable: undecodable(rig.filePaths()),
      fsck: runFsck(rig.dataDir),
    };
  } finally {
    await rig.dispose();
  }
}

export interface StopResult {
  /** From the last frame kept of the camera that has least to the moment at which the recorder was told to stop. */
  readonly lostMs: number;
  readonly gaps: readonly string[];
  readonly unreadable: readonly string[];
  readonly fsck: FsckOutcome;
}

/** Stops the recorder `afterMs` after a sync on its only volume failed: before that counts as in order again. */
export async function syncFailureBeforeStop(afterMs: number): Promise<StopResult> {
  using folder = tempDir("nightjar-sync-");
  const rig = await RecorderRig.start({
    cameras: 2,
    clip: SMALL_CLIP,
    volumes: [{ path: folder.join("only") }],
  });
  try {
    await rig.untilRecording(30_000);
    await failNextSync(rig, newestOf(rig));
    await setTimeout(afterMs);
    const stoppedMs = Date.now();
    await rig.stopRecorder();
    // What was given up is recovered at the next start.
    await rig.launch();
    await rig.untilRecording(30_000);
    await rig.untilRecovered(60_000);
    await rig.stopRecorder();
    const files = rig.files().filter(({ startMs }) => startMs < stoppedMs);
    const ends = Map.groupBy(files, ({ camera }) => camera)
      .values()
      .map((own) => Math.max(...own.map(({ endMs }) => endMs)));
    return {
      lostMs: Math.round(Math.max(0, ...ends.map((endMs) => stoppedMs - endMs))),
      gaps: gapsOf(files, SMALL_FRAME_MS, SMALL_FRAME_MS).map(
        ({ camera, fromMs, toMs }) => `${camera}: ${Math.round(toMs - fromMs)} ms`,
      ),
      unreadable: undecodable(rig.filePaths()),
      fsck: runFsck(rig.dataDir),
    };
  } finally {
    await rig.dispose();
  }
}

/** Camera 1's newest file. */
function newestOf(rig: RecorderRig): string {
  const own = rig.filePaths().filter((path) => path.includes("/cam-1/"));
  return own.sort((a, b) => basename(a).localeCompare(basename(b))).at(-1) ?? "";
}

/** Fails the next sync of a file. Gives how many failed. */
async function failNextSync(rig: RecorderRig, file: string): Promise<number> {
  const tracer = spawn(
    "strace",
    [
      ...["-f", "-p", String(rig.childPid("media")), "-P", file, "-e", "trace=fdatasync"],
      ...["-e", "inject=fdatasync:error=EIO:when=1"],
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  let output = "";
  tracer.stderr.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  try {
    await waitFor(() => output.includes("(INJECTED)"), { deadlineMs: 20_000, what: "a sync that fails" });
  } finally {
    const gone = once(tracer, "exit");
    if (tracer.exitCode === null && tracer.signalCode === null) {
      tracer.kill("SIGTERM");
      await gone;
    }
  }
  return output.split("(INJECTED)").length - 1;
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({
    options: {
      volumes: { type: "string", default: "1" },
      rounds: { type: "string", default: "10" },
      stop: { type: "boolean", default: false },
    },
  });
  const result = values.stop
    ? await syncFailureBeforeStop(4_000)
    : await syncFailure(values.volumes === "2" ? 2 : 1, Number(values.rounds));
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  const isGood =
    result.gaps.length + result.unreadable.length === 0 &&
    result.fsck.exitCode === 0 &&
    !("lostMs" in result && result.lostMs > 1_000);
  process.exitCode = isGood ? 0 : 1;
}
