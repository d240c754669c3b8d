// The rival: `ffmpeg -c copy -f segment`, one process a camera, writing MP4 files of 60 s.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { waitFor } from "../../core/testing/wait-for.ts";
import { withUs } from "./left-behind.ts";

export class FfmpegRecorders {
  readonly #children: readonly ChildProcess[];

  private constructor(children: readonly ChildProcess[]) {
    this.#children = children;
  }

  /** Starts one for each URL; resolves when all write. */
  static async start(urls: readonly string[], folder: string): Promise<FfmpegRecorders> {
    mkdirSync(folder, { recursive: true });
    const children = urls.map((url, index) =>
      withUs(
        spawn(
          "ffmpeg",
          [
            ...["-v", "fatal", "-nostdin", "-rtsp_transport", "tcp", "-i", url, "-map", "0", "-c", "copy"],
            ...["-f", "segment", "-segment_time", "60", "-segment_format", "mp4", "-reset_timestamps", "1"],
            join(folder, `${index}-%d.mp4`),
          ],
          { stdio: "ignore" },
        ),
      ),
    );
    const recorders = new FfmpegRecorders(children);
    try {
      await waitFor(
        () =>
          urls.every((_, index) => {
            const file = join(folder, `${index}-0.mp4`);
            return existsSync(file) && statSync(file).size > 0;
          }),
        { deadlineMs: 60_000, what: "ffmpeg to record", periodMs: 100 },
      );
    } catch (error) {
      await recorders.stop();
      throw error;
    }
    return recorders;
  }

  get pids(): readonly number[] {
    return this.#children.map((child) => child.pid ?? 0);
  }

  async stop(): Promise<void> {
    await Promise.all(
      this.#children.map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const ended = once(child, "exit");
        child.kill("SIGTERM");
        const hard = setTimeout(() => child.kill("SIGKILL"), 5_000);
        await ended;
        clearTimeout(hard);
      }),
    );
  }
}
