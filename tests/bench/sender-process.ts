// Starts the cameras of a benchmark (sender.ts) and asks them for their counters.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { CLIP_SECONDS } from "./bench-clip.ts";

export interface SenderCounters {
  readonly packets: number;
  readonly bytes: number;
  readonly unitsDropped: number;
}

export class SenderProcess {
  readonly #child: ChildProcess;
  readonly port: number;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  static async start(clip: string): Promise<SenderProcess> {
    const child = fork(fileURLToPath(new URL("./sender.ts", import.meta.url)), [clip]);
    const [message] = (await once(child, "message")) as [{ port: number }];
    return new SenderProcess(child, message.port);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** URL of a camera. Each stands elsewhere in the clip, so that key frames are spread over time. */
  url(camera: number): string {
    const shift = ((camera * 0.618034) % 1) * CLIP_SECONDS;
    return `rtsp://127.0.0.1:${this.port}/cam/${camera}?shift=${shift.toFixed(3)}`;
  }

  async counters(): Promise<SenderCounters> {
    const answer = once(this.#child, "message");
    this.#child.send("counters");
    const [message] = (await answer) as [{ counters: SenderCounters }];
    return message.counters;
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, "exit");
    this.#child.disconnect();
    await ended;
  }
}
