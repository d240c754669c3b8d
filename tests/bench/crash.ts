// Suite `crash`: the media process is killed without notice while it records; how much of what was received is lost, how
// soon recording goes on by itself, and whether every file can be read (architecture, numbers to hold).
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { SegmentRecord } from "../../core/media/segment.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { benchClip } from "./bench-clip.ts";
import { type BenchContext, type Figure, figure } from "./figure.ts";
import { benchDir } from "./left-behind.ts";
import { MediaProcess } from "./media-process.ts";
import { SenderProcesses } from "./sender-process.ts";

const CAMERAS = 16;
const LIMITS = { lostSeconds: 2, againSeconds: 5 };

/** Runs the suite. */
export async function crash(context: BenchContext): Promise<readonly Figure[]> {
  const cameras = context.counts[0] ?? (context.quick ? 4 : CAMERAS);
  const rounds = context.quick ? 3 : 15;
  using dir = benchDir();
  const sender = await SenderProcesses.start(benchClip(context.progress), cameras);
  const urls = Array.from({ length: cameras }, (_, camera) => sender.url(camera));
  let media = await MediaProcess.start(dir.path);
  const lost: number[] = [];
  const again: number[] = [];
  const recovered: SegmentRecord[] = [];
  const known = new Set<string>();
  try {
    await media.record(urls);
    for (let round = 0; round < rounds; round += 1) {
      context.progress(`killing, ${round + 1} of ${rounds}`);
      await recording(media, cameras);
      // Moments spread over the second in which parts are written, the same in every run.
      await pause(2_000 + ((round * 0.618034) % 1) * 3_000);
      const killedAtMs = Date.now();
      await media.kill();
      const start = performance.now();
      // What it holds on disk is all that it goes by: nobody tells it again what to record.
      media = await MediaProcess.start(dir.path);
      await recording(media, cameras);
      again.push((performance.now() - start) / 1000);
      const { reports } = media;
      const found = await waitFor(
        () => {
          // A report whose acknowledgement died with the process comes again.
          const closed = new Map<string, SegmentRecord>();
          for (const { report } of reports) {
            if (report.kind !== "segment-closed" || !report.segment.recovered) continue;
            if (!known.has(report.segment.path)) closed.set(report.segment.path, report.segment);
          }
          return closed.size >= cameras ? [...closed.values()] : undefined;
        },
        { deadlineMs: 30_000, what: "the cut files to be recovered", periodMs: 50 },
      );
      recovered.push(...found);
      for (const { path } of found) known.add(path);
      for (const segment of found)
        lost.push(killedAtMs / 1000 - (segment.startTime90k + segment.duration90k) / 90_000);
    }
    const unreadable = recovered.filter(({ path }) => !isReadable(join(media.volume.path, path))).length;
    return [
      figure("kills", rounds, "rounds"),
      figure("files recovered", recovered.length, "files"),
      figure("unreadable files", unreadable, "files", { limit: 0 }),
      figure("lost at most", Math.max(...lost), "s", { limit: LIMITS.lostSeconds }),
      figure("recording again after at most", Math.max(...again), "s", { limit: LIMITS.againSeconds }),
    ];
  } finally {
    await media.stop();
    await sender.stop();
  }
}

/** Waits until all cameras are recorded. */
async function recording(media: MediaProcess, cameras: number): Promise<void> {
  await waitFor(
    async () => {
      const { streams } = await media.figures();
      return streams.length === cameras && streams.every(({ framesRecorded }) => framesRecorded > 0);
    },
    { deadlineMs: 60_000, what: "all cameras to be recorded", periodMs: 50 },
  );
}

function isReadable(file: string): boolean {
  const args = [
    "-v",
    "error",
    "-xerror",
    "-nostdin",
    "-i",
    file,
    "-map",
    "0",
    "-c",
    "copy",
    "-f",
    "null",
    "-",
  ];
  const { status, stderr } = spawnSync("ffmpeg", args, { encoding: "utf8" });
  return status === 0 && stderr === "";
}
