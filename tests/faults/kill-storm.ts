// Kills parts of a recorder at random moments and counts what that costs: `node tests/faults/kill-storm.ts [--rounds N]
// [--cameras N] [--seed N]`, `npm run faults`. Goals: nothing unreadable, at most 2 s lost of what was received,
// recording again within 5 s, no gap at all when only core or the gateway died, and a clean fsck afterwards. Children whose
// supervisor alone is killed end by themselves.
import { parseArgs } from "node:util";
import { type FsckOutcome, runFsck, undecodable } from "../support/recorder-evidence.ts";
import { RecorderRig, SMALL_CLIP } from "../support/recorder-rig.ts";
import { randomFrom } from "./random.ts";

export type Victim = "media" | "core" | "gateway" | "tree" | "supervisor";

export interface Kill {
  readonly victim: Victim;
  /** Wall clock when the signal was sent. */
  readonly atMs: number;
  /** Wall clock from which recording again is counted: the kill, or the new start where one was needed. */
  readonly fromMs: number;
}

export interface StormResult {
  readonly kills: readonly Kill[];
  /** Longest time between the end of what was kept and the kill, over all cameras, in milliseconds. */
  readonly worstLossMs: number;
  /** Longest time between a kill and the first frame kept after it; after a kill of everything, from the new start. */
  readonly worstAgainMs: number;
  /** Longest life of a child after its supervisor alone was killed. */
  readonly worstOrphanMs: number;
  /** Gaps of more than 200 ms that no kill of media, of the supervisor or of the whole tree explains. */
  readonly unexplainedGaps: readonly string[];
  readonly unreadable: readonly string[];
  readonly files: number;
  readonly fsck: FsckOutcome;
}

/** Whole starts cost the most: the tree and the supervisor take turns. */
const VICTIMS: readonly Victim[] = [
  ...(["media", "core", "media", "tree", "gateway", "media"] as const),
  ...(["media", "core", "media", "supervisor", "gateway", "media"] as const),
];
/** Whose end ends recording. */
const ENDS_RECORDING: ReadonlySet<Victim> = new Set(["media", "supervisor", "tree"]);

/** Runs the storm on a recorder of its own. */
export async function killStorm(options: {
  rounds: number;
  cameras: number;
  seed: number;
  log?: (text: string) => void;
}): Promise<StormResult> {
  const random = randomFrom(options.seed);
  const rig = await RecorderRig.start({ cameras: options.cameras, clip: SMALL_CLIP });
  try {
    await rig.untilRecording(15_000);
    const kills: Kill[] = [];
    let worstOrphanMs = 0;
    for (let round = 0; round < options.rounds; round += 1) {
      const victim = VICTIMS[round % VICTIMS.length] as Victim;
      // A random moment within a part, a sync round or a segment's change: the storm's only wait, and its point.
      await new Promise((resolve) => setTimeout(resolve, 300 + random() * 2_200));
      const { atMs, fromMs, orphansMs } = await strike(rig, victim);
      worstOrphanMs = Math.max(worstOrphanMs, orphansMs);
      await rig.untilRecording(30_000);
      kills.push({ victim, atMs, fromMs });
      options.log?.(
        `round ${round + 1}: ${victim} killed, all files grow again after ${Date.now() - fromMs} ms`,
      );
    }
    // What media reports while core is away waits in its journal for the next start: an index is judged at rest.
    await rig.pidOf("core");
    // So do files that the kills left behind: they are made whole in the background.
    const fromMs = performance.now();
    await rig.untilRecovered(60_000 + options.rounds * 2_000);
    options.log?.(`all files are whole after ${Math.round((performance.now() - fromMs) / 1_000)} s more`);
    await rig.stopRecorder();
    return { ...judge(rig, kills), worstOrphanMs };
  } finally {
    await rig.dispose();
  }
}

/** Kills, and starts again what does not by itself. */
async function strike(
  rig: RecorderRig,
  victim: Victim,
): Promise<Omit<Kill, "victim"> & { orphansMs: number }> {
  if (victim === "supervisor") {
    const { atMs, orphansMs } = await rig.killSupervisor();
    return { atMs, fromMs: atMs, orphansMs };
  }
  const atMs = await rig.kill(victim);
  const fromMs = victim === "tree" ? Date.now() : atMs;
  if (victim === "tree") await rig.launch();
  return { atMs, fromMs, orphansMs: 0 };
}

function judge(rig: RecorderRig, kills: readonly Kill[]): Omit<StormResult, "worstOrphanMs"> {
  const files = rig.files();
  let worstLossMs = 0;
  let worstAgainMs = 0;
  const unexplainedGaps: string[] = [];
  for (const camera of new Set(files.map((file) => file.camera))) {
    const own = files.filter((file) => file.camera === camera);
    for (let index = 1; index < own.length; index += 1) {
      const [before, next] = [own[index - 1], own[index]];
      if (before === undefined || next === undefined || next.startMs - before.endMs < 200) continue;
      const kill = kills.find(
        ({ victim, atMs }) =>
          ENDS_RECORDING.has(victim) && atMs > before.endMs - 500 && atMs < next.startMs + 500,
      );
      if (kill === undefined) {
        unexplainedGaps.push(
          `${camera}: ${Math.round(next.startMs - before.endMs)} ms at ${new Date(before.endMs).toISOString()}`,
        );
      } else {
        worstLossMs = Math.max(worstLossMs, kill.atMs - before.endMs);
        worstAgainMs = Math.max(worstAgainMs, next.startMs - kill.fromMs);
      }
    }
  }
  return {
    kills,
    worstLossMs,
    worstAgainMs,
    unexplainedGaps,
    unreadable: undecodable(rig.filePaths()),
    files: files.length,
    fsck: runFsck(rig.dataDir),
  };
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({
    options: {
      rounds: { type: "string", default: "200" },
      cameras: { type: "string", default: "16" },
      seed: { type: "string", default: "1" },
    },
  });
  const result = await killStorm({
    rounds: Number(values.rounds),
    cameras: Number(values.cameras),
    seed: Number(values.seed),
    log: (text) => process.stdout.write(`${text}\n`),
  });
  const { kills, ...rest } = result;
  process.stdout.write(`${JSON.stringify({ kills: kills.length, ...rest }, null, 2)}\n`);
  process.exitCode =
    result.unreadable.length + result.unexplainedGaps.length === 0 &&
    result.worstLossMs <= 2_000 &&
    result.worstAgainMs <= 5_000 &&
    result.worstOrphanMs <= 2_000 &&
    result.fsck.exitCode === 0
      ? 0
      : 1;
}
