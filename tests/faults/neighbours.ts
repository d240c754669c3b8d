// Cameras are recorded while core and gateway are in every kind of trouble:
// `node tests/faults/neighbours.ts [--cameras N] [--seconds N] [--viewers N]`. Goal: the same frames as without, none missing, no new
// session. The troubles come one after the other in one recording, which is then counted frame by frame.
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  type FsckOutcome,
  type RecordedEvidence,
  recordedUntil,
  runFsck,
} from "../support/recorder-evidence.ts";
import { DEMO_FRAME_MS, RecorderRig } from "../support/recorder-rig.ts";
import { Viewers } from "./viewers.ts";

export interface NeighboursResult extends RecordedEvidence {
  /** Those that were made. */
  readonly troubles: readonly string[];
  /** Bytes that the viewers of one camera were sent, in the time that they watched. */
  readonly watchedBytes: number;
  /** Troubles that this machine cannot make, and why. */
  readonly left: readonly string[];
  /** Pictures that the senders could not get rid of in time. */
  readonly droppedBySender: number;
  readonly fsck: FsckOutcome;
}

const CPU_GROUPS = "/sys/fs/cgroup/cpu";
/** A twentieth of a processor. */
const SLOW_QUOTA_US = 5_000;
const STUCK_VIEWERS = 50;

/** Makes all troubles, each for so many seconds. */
export async function neighbours(options: {
  cameras: number;
  seconds: number;
  /** Viewers of one camera. */
  viewers: number;
  log?: (text: string) => void;
}): Promise<NeighboursResult> {
  const rig = await RecorderRig.start({ cameras: options.cameras });
  const last = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, options.seconds * 1_000));
  const viewers = await Viewers.of(rig);
  const left: string[] = [];
  const anyCamera = (index: number): string => `cam-${1 + (index % options.cameras)}`;
  let watchedBytes = 0;
  /** True if it could be made. */
  const slow = async (role: "core" | "gateway"): Promise<boolean> => {
    const restore = slowDown(await rig.pidOf(role));
    if (restore !== undefined) await last();
    restore?.();
    await rig.pidOf(role);
    return restore !== undefined;
  };
  const made: string[] = [];
  /** What answers `false` could not be made. */
  const troubles: [string, () => Promise<unknown>][] = [
    [
      `${STUCK_VIEWERS} viewers that never read, and as many that read 10 kB a second`,
      async () => {
        await viewers.open(STUCK_VIEWERS, anyCamera);
        viewers.readSlowly(await viewers.open(STUCK_VIEWERS, anyCamera));
        await last();
      },
    ],
    [
      "all of them cut",
      async () => {
        viewers.cut();
        await last();
      },
    ],
    [
      `${options.viewers} viewers of one camera`,
      async () => {
        viewers.read(await viewers.open(options.viewers, () => "cam-1"));
        await last();
        watchedBytes = viewers.bytes;
        viewers.cut();
      },
    ],
    [
      "core stopped",
      async () => {
        const { release } = rig.withhold("core");
        await last();
        release();
        await rig.pidOf("core");
      },
    ],
    [
      "core killed",
      async () => {
        await rig.kill("core");
        await rig.pidOf("core");
      },
    ],
    ["core slow", () => slow("core")],
    [
      "gateway slow, with viewers",
      async () => {
        viewers.read(await viewers.open(STUCK_VIEWERS, anyCamera));
        const isMade = await slow("gateway");
        viewers.cut();
        return isMade;
      },
    ],
    [
      "gateway stopped",
      async () => {
        const { release } = rig.withhold("gateway");
        await last();
        release();
        await rig.pidOf("gateway");
      },
    ],
    [
      "gateway killed",
      async () => {
        await rig.kill("gateway");
        await rig.pidOf("gateway");
      },
    ],
  ];
  try {
    await rig.untilRecording(30_000);
    for (const [name, make] of troubles) {
      const isMade = await make();
      await rig.untilRecording(30_000);
      if (isMade === false) left.push(`${name}: no control group for processor time (version 1, as root)`);
      else made.push(name);
      options.log?.(isMade === false ? (left.at(-1) ?? "") : name);
    }
    const { unitsDropped } = await rig.sender.counters();
    const endMs = Date.now();
    await rig.stopRecorder();
    const files = rig.files();
    return {
      troubles: made,
      left,
      watchedBytes,
      ...recordedUntil(files, endMs, DEMO_FRAME_MS),
      droppedBySender: unitsDropped,
      fsck: runFsck(rig.dataDir),
    };
  } finally {
    viewers.cut();
    await rig.dispose();
  }
}

/** Leaves a process a twentieth of a processor; undefined where that cannot be done. */
function slowDown(pid: number): (() => void) | undefined {
  if (!existsSync(join(CPU_GROUPS, "cgroup.procs"))) return undefined;
  const group = join(CPU_GROUPS, `nightjar-test-${process.pid}`);
  try {
    mkdirSync(group);
    writeFileSync(join(group, "cpu.cfs_quota_us"), String(SLOW_QUOTA_US));
    writeFileSync(join(group, "cgroup.procs"), String(pid));
  } catch {
    if (existsSync(group)) rmdirSync(group);
    return undefined;
  }
  return () => {
    try {
      writeFileSync(join(CPU_GROUPS, "cgroup.procs"), String(pid));
    } finally {
      rmdirSync(group);
    }
  };
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({
    options: {
      cameras: { type: "string", default: "16" },
      seconds: { type: "string", default: "20" },
      viewers: { type: "string", default: "500" },
    },
  });
  const result = await neighbours({
    cameras: Number(values.cameras),
    seconds: Number(values.seconds),
    viewers: Number(values.viewers),
    log: (text) => process.stdout.write(`${text}\n`),
  });
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  const isGood =
    result.gaps.length + result.missing.length + result.reconnected.length + result.droppedBySender === 0 &&
    result.fsck.exitCode === 0;
  process.exitCode = isGood ? 0 : 1;
}
