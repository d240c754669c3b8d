// Starts the cameras of a benchmark (sender.ts) and asks them for their counters: a process for every 128, so that
// sending never waits for one core.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { constants, setPriority } from "node:os";
import { fileURLToPath } from "node:url";
import { CLIP_SECONDS } from "./bench-clip.ts";
import { withUs } from "./left-behind.ts";

export interface SenderCounters {
  readonly packets: number;
  readonly bytes: number;
  readonly unitsDropped: number;
  readonly playing: number;
}

const CAMERAS_EACH = 128;

interface Sender {
  child: ChildProcess;
  readonly port: number;
}

export class SenderProcesses {
  readonly #clip: string;
  readonly #senders: readonly Sender[];

  private constructor(clip: string, senders: readonly Sender[]) {
    this.#clip = clip;
    this.#senders = senders;
  }

  /** Starts as many as `cameras` need. */
  static async start(clip: string, cameras: number): Promise<SenderProcesses> {
    const count = Math.ceil(cameras / CAMERAS_EACH);
    return new SenderProcesses(clip, await Promise.all(Array.from({ length: count }, () => startOne(clip))));
  }

  get pids(): readonly number[] {
    return this.#senders.map(({ child }) => child.pid ?? 0);
  }

  /** The cameras come after the recorder where there is too little time for both: elsewhere they are machines of their own. */
  stepBack(): void {
    for (const pid of this.pids) setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  }

  /** URL of a camera. Each stands elsewhere in the clip, so that key frames are spread over time. */
  url(camera: number): string {
    const shift = ((camera * 0.618034) % 1) * CLIP_SECONDS;
    const port = this.#senders[camera % this.#senders.length]?.port ?? 0;
    return `rtsp://127.0.0.1:${port}/cam/${camera}?shift=${shift.toFixed(3)}`;
  }

  /** Kills all of them: the cameras are away, with all connections. */
  async kill(): Promise<void> {
    await Promise.all(
      this.#senders.map(async ({ child }) => {
        const ended = once(child, "exit");
        child.kill("SIGKILL");
        await ended;
      }),
    );
  }

  /** After `kill`: they are there again, at their addresses. */
  async revive(): Promise<void> {
    for (const sender of this.#senders) sender.child = (await startOne(this.#clip, sender.port)).child;
  }

  /** Counters of all of them together; `playing`: connections to which they send. */
  async counters(): Promise<SenderCounters> {
    const sum = { packets: 0, bytes: 0, unitsDropped: 0, playing: 0 };
    for (const { child } of this.#senders) {
      const answer = once(child, "message");
      child.send("counters");
      const [message] = (await answer) as [{ counters: Omit<SenderCounters, "playing">; playing: number }];
      sum.playing += message.playing;
      sum.packets += message.counters.packets;
      sum.bytes += message.counters.bytes;
      sum.unitsDropped += message.counters.unitsDropped;
    }
    return sum;
  }

  async stop(): Promise<void> {
    await Promise.all(
      this.#senders.map(async ({ child }) => {
        const ended = once(child, "exit");
        child.disconnect();
        await ended;
      }),
    );
  }
}

async function startOne(clip: string, port = 0): Promise<Sender> {
  const child = withUs(fork(fileURLToPath(new URL("./sender.ts", import.meta.url)), [clip, String(port)]));
  const [message] = (await once(child, "message")) as [{ port: number }];
  return { child, port: message.port };
}
