// Runs the real media process as the supervisor would, with the benchmark in the place of `core`: gives it its desired
// state over the link, acknowledges its reports, and asks for its figures.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { CameraId, VolumeId } from "../../core/domain/ids.ts";
import { connectLink, LINK_VERSION, type Link } from "../../core/link/link.ts";
import {
  type DesiredStream,
  MEDIA_SOCKET,
  type MediaFigures,
  type MediaMethodsForCore,
  type NumberedReport,
} from "../../core/media/protocol.ts";
import { nodeArguments, nodeEnvironment, RUN_FOLDER } from "../../core/supervisor/process-contract.ts";
import { withUs } from "./left-behind.ts";

const MAIN = fileURLToPath(new URL("../../core/main.ts", import.meta.url));
const LOOP_DELAY = fileURLToPath(new URL("./loop-delay.ts", import.meta.url));
const HOUR_MS = 3_600_000;

/** Turns of the event loop in a window. */
export interface LoopTurns {
  readonly turns: number;
  readonly p99Ms: number;
  readonly longestMs: number;
}

export class MediaProcess {
  readonly #child: ChildProcess;
  readonly #link: Link<MediaMethodsForCore>;
  readonly #volume: { readonly id: VolumeId; readonly path: string };
  readonly #pings: NodeJS.Timeout;
  readonly reports: NumberedReport[];
  #revision = 0;

  private constructor(
    child: ChildProcess,
    link: Link<MediaMethodsForCore>,
    volume: { id: VolumeId; path: string },
    reports: NumberedReport[],
  ) {
    this.#child = child;
    this.#link = link;
    this.#volume = volume;
    this.reports = reports;
    this.#pings = setInterval(() => link.notify("ping", {}), 1_000);
  }

  /**
   * Starts it in an empty data folder, with one volume below it, and with its compiled code kept in `codeCache`, as the
   * supervisor keeps it from start to start.
   */
  static async start(dataDir: string, codeCache?: string): Promise<MediaProcess> {
    const child = withUs(
      fork(MAIN, ["process", "media", "--data", dataDir, "--log-level", "warn"], {
        execArgv: ["--import", LOOP_DELAY, ...nodeArguments("media")],
        stdio: ["ignore", "ignore", "inherit", "ipc"],
        env: {
          ...process.env,
          ...nodeEnvironment("media"),
          ...(codeCache === undefined ? {} : { NODE_COMPILE_CACHE: codeCache }),
        },
      }),
    );
    const failed = once(child, "exit").then(([code]) => {
      throw new Error(`the media process ended with ${String(code)}`);
    });
    await Promise.race([readyOf(child), failed]);
    failed.catch(() => undefined);
    const reports: NumberedReport[] = [];
    const holder: { link?: Link<MediaMethodsForCore> } = {};
    const link = await connectLink<MediaMethodsForCore>(join(dataDir, RUN_FOLDER, MEDIA_SOCKET), {
      hello: { role: "core", version: LINK_VERSION, instance: "bench" },
      handlers: {
        reports: (params: { reports: readonly NumberedReport[] }) => {
          reports.push(...params.reports);
          const last = params.reports.at(-1);
          if (last !== undefined) holder.link?.notify("acknowledge", { upTo: last.number });
        },
      },
    });
    holder.link = link;
    const path = join(dataDir, "volume");
    await mkdir(path, { recursive: true });
    const { id } = await link.request("initialiseVolume", { path });
    return new MediaProcess(child, link, { id, path }, reports);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get volume(): { readonly id: VolumeId; readonly path: string } {
    return this.#volume;
  }

  /** Records these streams continuously, with sound. */
  async record(urls: readonly string[]): Promise<void> {
    const now = Date.now();
    this.#revision += 1;
    const streams = urls.map(
      (url, index): DesiredStream => ({
        camera: `camera-${index}` as CameraId,
        stream: "main",
        source: { kind: "rtsp", url, transport: "tcp" },
        audio: true,
        volumes: [this.#volume.id],
        intervals: [{ startMs: now - HOUR_MS, endMs: now + 48 * HOUR_MS, reasons: ["continuous"] }],
        recordsOnEvents: false,
        triggers: [],
        preRecordSeconds: 5,
        segmentSeconds: 60,
      }),
    );
    await this.#link.request("setDesiredState", {
      revision: this.#revision,
      node: "bench",
      volumes: [{ ...this.#volume, reserveBytes: 1024 ** 3, exactReserve: true, overwrite: true }],
      streams,
    });
  }

  figures(): Promise<MediaFigures> {
    return this.#link.request("figures", {});
  }

  /** The turns of its event loop since the last call. */
  async loopTurns(): Promise<LoopTurns> {
    this.#child.kill("SIGUSR2");
    for (;;) {
      const [message] = (await once(this.#child, "message")) as [LoopTurns & { readonly type: string }];
      if (message.type === "bench-loop") return message;
    }
  }

  /** Ends it as the supervisor does. Resolves with its exit code. */
  async stop(): Promise<number | null> {
    clearInterval(this.#pings);
    const ended = once(this.#child, "exit");
    this.#child.send({ type: "stop" });
    const [code] = (await ended) as [number | null];
    this.#link.close();
    return code;
  }

  /** Kills it without notice. */
  async kill(): Promise<void> {
    clearInterval(this.#pings);
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await ended;
    this.#link.close();
  }
}

async function readyOf(child: ChildProcess): Promise<void> {
  for (;;) {
    const [message] = (await once(child, "message")) as [{ type: string }];
    if (message.type === "ready") return;
  }
}
