// What a further viewer over RTSP costs the gateway, beyond its bytes: processor time with 0, 10 and 100 viewers of a camera of
// 4 Mbit/s, less what a plain TCP sender of the same bytes needs for as many in the same run.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { waitFor } from "../../core/testing/wait-for.ts";
import { watch } from "../core/gateway/restream/digest-client.ts";
import { benchClip } from "./bench-clip.ts";
import { type BenchContext, type Figure, figure } from "./figure.ts";
import { GatewayProcess } from "./gateway-process.ts";
import { benchDir, withUs } from "./left-behind.ts";
import { MediaProcess } from "./media-process.ts";
import { cpuSecondsOf } from "./proc-reader.ts";
import { SenderProcesses } from "./sender-process.ts";

const COUNTS = [0, 10, 100] as const;
const FURTHER_PERCENT = 0.05;
const SETTLING_MS = 4_000;
/** The gateway of a benchmark lets everybody in; the digest is made all the same. */
const LOGIN = { username: "bench", password: "bench" };

interface Window {
  readonly cpuPercent: number;
  readonly bytesPerViewer: number;
}

/** Measures; `http` and whoever else wants them call this. */
export async function restreamFigures(context: BenchContext): Promise<readonly Figure[]> {
  const clip = benchClip(context.progress);
  const windowMs = context.quick ? 8_000 : 20_000;
  using dir = benchDir();
  const sender = await SenderProcesses.start(clip, 1);
  const media = await MediaProcess.start(dir.path);
  const nothing = { playable: async () => [], nextRecorded: async () => undefined };
  const gateway = await GatewayProcess.start(dir.path, nothing, media.volume);
  const plain = await startPlain(clip);
  try {
    await media.record([sender.url(0)]);
    await waitFor(async () => (await media.figures()).streams[0]?.framesRecorded, {
      deadlineMs: 30_000,
      what: "the camera to be recorded",
      periodMs: 100,
    });
    const own: Window[] = [];
    const bare: Window[] = [];
    for (const count of COUNTS) {
      context.progress(`${count} viewers over RTSP`);
      own.push(await measure(gateway.pid, count, windowMs, () => rtspViewer(gateway.rtspPort)));
      context.progress(`${count} receivers of the same bytes`);
      bare.push(await measure(plain.pid, count, windowMs, () => plainReceiver(plain.port)));
    }
    const furtherOwn = further(own);
    const furtherBare = further(bare);
    return [
      ...COUNTS.map((count, index) =>
        figure(`restream: CPU of the gateway, ${count} viewers`, own[index]?.cpuPercent ?? 0, "% of a core", {
          rival: "plain TCP sender",
          rivalValue: bare[index]?.cpuPercent,
        }),
      ),
      figure("restream: each further viewer", furtherOwn, "% of a core", {
        rival: "plain TCP sender",
        rivalValue: furtherBare,
      }),
      figure(
        "restream: each further viewer beyond the bytes",
        Math.max(0, furtherOwn - furtherBare),
        "% of a core",
        {
          limit: FURTHER_PERCENT,
        },
      ),
      figure(
        "restream: bytes a viewer",
        ((own.at(-1)?.bytesPerViewer ?? 0) * 8) / windowMs / 1_000,
        "Mbit/s",
        {
          rival: "plain TCP sender",
          rivalValue: ((bare.at(-1)?.bytesPerViewer ?? 0) * 8) / windowMs / 1_000,
        },
      ),
    ];
  } finally {
    plain.child.disconnect();
    await gateway.stop();
    await media.stop();
    await sender.stop();
  }
}

/** From the second count to the last, by viewer. */
function further(windows: readonly Window[]): number {
  const [, few, many] = windows;
  return ((many?.cpuPercent ?? 0) - (few?.cpuPercent ?? 0)) / (COUNTS[2] - COUNTS[1]);
}

async function measure(
  pid: number,
  count: number,
  windowMs: number,
  open: () => Promise<Socket>,
): Promise<Window> {
  const sockets: Socket[] = [];
  try {
    for (let index = 0; index < count; index += 1) sockets.push(await open());
    await pause(SETTLING_MS);
    const bytes = (): number => sockets.reduce((sum, socket) => sum + socket.bytesRead, 0);
    const before = { cpu: cpuSecondsOf(pid), bytes: bytes(), ms: performance.now() };
    await pause(windowMs);
    const seconds = (performance.now() - before.ms) / 1_000;
    if (sockets.some((socket) => socket.destroyed)) throw new Error("a viewer was hung up on");
    return {
      cpuPercent: ((cpuSecondsOf(pid) - before.cpu) / seconds) * 100,
      bytesPerViewer: count === 0 ? 0 : (bytes() - before.bytes) / count,
    };
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

async function rtspViewer(port: number): Promise<Socket> {
  const { socket } = await watch(port, "/camera-0", LOGIN, 2);
  // From here on nobody looks at what comes.
  socket.removeAllListeners("data");
  socket.resume();
  return socket;
}

async function plainReceiver(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  socket.resume();
  return socket;
}

async function startPlain(clip: string): Promise<{ child: ChildProcess; pid: number; port: number }> {
  const child = withUs(fork(fileURLToPath(new URL("./plain-fanout.ts", import.meta.url)), [clip]));
  const [message] = (await once(child, "message")) as [{ port: number }];
  return { child, pid: child.pid ?? 0, port: message.port };
}
