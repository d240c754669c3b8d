// Cameras are recorded while core and gateway are in every kind of trouble:
// `node tests/faults/neighbours.ts [--cameras N] [--seconds N]`. Goal: the same frames as without, none missing, no new
// session. The troubles come one after the other in one recording, which is then counted frame by frame.
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { activate } from "../support/accounts.ts";
import {
  type FsckOutcome,
  type RecordedEvidence,
  recordedUntil,
  runFsck,
} from "../support/recorder-evidence.ts";
import { DEMO_FRAME_MS, RecorderRig } from "../support/recorder-rig.ts";

export interface NeighboursResult extends RecordedEvidence {
  readonly troubles: readonly string[];
  /** Troubles that this machine cannot make. */
  readonly left: readonly string[];
  /** Pictures that the senders could not get rid of in time. */
  readonly droppedBySender: number;
  readonly fsck: FsckOutcome;
}

const CPU_GROUPS = "/sys/fs/cgroup/cpu";
/** A twentieth of a processor. */
const SLOW_QUOTA_US = 5_000;
const VIEWERS = 50;

/** Makes all troubles, each for so many seconds. */
export async function neighbours(options: {
  cameras: number;
  seconds: number;
  log?: (text: string) => void;
}): Promise<NeighboursResult> {
  const rig = await RecorderRig.start({ cameras: options.cameras });
  const last = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, options.seconds * 1_000));
  const viewers: Socket[] = [];
  const left: string[] = [];
  const troubles: [string, () => Promise<void>][] = [
    [
      `${VIEWERS} viewers that never read`,
      async () => {
        viewers.push(...(await flood(rig, options.cameras)));
        await last();
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
    [
      "core slow",
      async () => {
        const restore = slowDown(await rig.pidOf("core"));
        if (restore === undefined) left.push("core slow: no control group for processor time");
        else await last();
        restore?.();
        await rig.pidOf("core");
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
      await make();
      await rig.untilRecording(30_000);
      options.log?.(name);
    }
    const { unitsDropped } = await rig.sender.counters();
    const endMs = Date.now();
    await rig.stopRecorder();
    const files = rig.files();
    return {
      troubles: troubles.map(([name]) => name),
      left,
      ...recordedUntil(files, endMs, DEMO_FRAME_MS),
      droppedBySender: unitsDropped,
      fsck: runFsck(rig.dataDir),
    };
  } finally {
    for (const socket of viewers) socket.destroy();
    await rig.dispose();
  }
}

/** Opens live views that are never read. */
async function flood(rig: RecorderRig, cameras: number): Promise<Socket[]> {
  const token = await activate(rig.url, rig.activationCode);
  const { hostname, port } = new URL(rig.url);
  return Promise.all(
    Array.from({ length: VIEWERS }, async (_, index) => {
      const socket = connect(Number(port), hostname);
      const answered = Promise.withResolvers<string>();
      socket.once("data", (chunk: Buffer) => {
        socket.pause();
        answered.resolve(chunk.toString("latin1", 0, 64));
      });
      socket.on("error", answered.reject);
      socket.write(
        `GET /api/v1/cameras/cam-${1 + (index % cameras)}/live HTTP/1.1\r\nHost: ${hostname}:${port}\r\n` +
          `Authorization: Bearer ${token}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
          "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
      );
      const status = await answered.promise;
      if (!status.startsWith("HTTP/1.1 101")) throw new Error(`a viewer was answered ${status}`);
      socket.removeListener("error", answered.reject);
      socket.on("error", () => undefined);
      return socket;
    }),
  );
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
    options: { cameras: { type: "string", default: "16" }, seconds: { type: "string", default: "20" } },
  });
  const result = await neighbours({
    cameras: Number(values.cameras),
    seconds: Number(values.seconds),
    log: (text) => process.stdout.write(`${text}\n`),
  });
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  const isGood =
    result.gaps.length + result.missing.length + result.reconnected.length + result.droppedBySender === 0 &&
    result.fsck.exitCode === 0;
  process.exitCode = isGood ? 0 : 1;
}
