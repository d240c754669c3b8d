// A real recorder for tests that span processes: `core/main.ts start` on a temporary data directory, recording
// cameras that a sender process of its own serves, so that killing any part of the recorder leaves them running.
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { RecordConfig } from "../../core/config/camera-config.ts";
import { ConfigStore } from "../../core/config/config-store.ts";
import type { CoreMethodsForCli } from "../../core/control/cli-protocol.ts";
import { connectLink, LINK_VERSION } from "../../core/link/link.ts";
import { silentLog } from "../../core/log.ts";
import { openSegmentFile } from "../../core/media/store/segment-file.ts";
import { isSameProcess, processStartTime } from "../../core/supervisor/data-lock.ts";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { SenderProcesses } from "../bench/sender-process.ts";

export const ROOT = resolve(import.meta.dirname, "../..");
export const DEMO_CLIP = join(ROOT, "plugins/camera-demo/media/main.mp4");
const ENTRY = join(ROOT, "core/main.ts");

export interface RigOptions {
  readonly cameras: number;
  /** An MP4 file that the sender plays in a loop. */
  readonly clip?: string;
  readonly record?: Partial<RecordConfig>;
  /** Folder of the recording volume; one below the data directory unless given. */
  readonly volume?: { readonly path: string; readonly reserveBytes?: number; readonly overwrite?: boolean };
}

export interface StatusBody {
  readonly processes: readonly {
    readonly name: "media" | "core" | "gateway";
    readonly pid?: number;
    readonly status: string;
  }[];
  readonly cameras: { readonly total: number; readonly online: number; readonly recording: number };
  readonly volumes: readonly { readonly status: string; readonly message?: string }[];
}

/** What a recording file holds, in milliseconds of wall time. */
export interface RecordedFile {
  readonly file: string;
  readonly camera: string;
  readonly run: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly frames: number;
}

export class RecorderRig {
  readonly dataDir: string;
  readonly volumePath: string;
  readonly sender: SenderProcesses;
  readonly #cleanUp: () => void;
  #supervisor: ChildProcess | undefined;
  #output = "";
  /** HTTP address of the last start. */
  url = "";
  activationCode: string | undefined;
  readyMs = 0;

  private constructor(dataDir: string, volumePath: string, sender: SenderProcesses, cleanUp: () => void) {
    this.dataDir = dataDir;
    this.volumePath = volumePath;
    this.sender = sender;
    this.#cleanUp = cleanUp;
  }

  /** Makes the cameras and the configuration, and starts the recorder. */
  static async start(options: RigOptions): Promise<RecorderRig> {
    const folder = tempDir("nightjar-rig-");
    const dataDir = join(folder.path, "data");
    mkdirSync(dataDir, { recursive: true });
    const sender = await SenderProcesses.start(options.clip ?? DEMO_CLIP, options.cameras);
    const config = await ConfigStore.open({ dataDir, log: silentLog, watch: false });
    await config.update((draft) => {
      draft.network.http.port = 0;
      draft.network.https.enabled = false;
      draft.firstRun.demoRemoved = true;
      if (options.volume !== undefined) draft.storage.volumes = [{ overwrite: true, ...options.volume }];
      for (let number = 1; number <= options.cameras; number += 1) {
        draft.cameras.push({
          id: `cam-${number}`,
          name: `Camera ${number}`,
          driver: "rtsp",
          enabled: true,
          config: { url: sender.url(number), transport: "tcp" },
          record: { segmentSeconds: 10, audio: true, ...options.record } as RecordConfig,
        });
      }
    });
    await config.close();
    const rig = new RecorderRig(
      dataDir,
      options.volume?.path ?? join(dataDir, "volumes/default"),
      sender,
      () => folder[Symbol.dispose](),
    );
    await rig.launch();
    return rig;
  }

  /** Starts the recorder (again) and waits until it is ready. */
  async launch(): Promise<void> {
    this.#output = "";
    const child = spawn(
      process.execPath,
      [
        "--disable-warning=ExperimentalWarning",
        ENTRY,
        "start",
        "--json",
        "--data",
        this.dataDir,
        "--log-level",
        "warn",
      ],
      {
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    this.#supervisor = child;
    if (process.env["RIG_LOG"]) child.stderr.pipe(process.stderr);
    else child.stderr.resume();
    child.stdout.on("data", (chunk: Buffer) => {
      this.#output += chunk.toString();
    });
    const ready = await waitFor(
      () => {
        if (child.exitCode !== null) throw new Error(`the recorder ended with ${child.exitCode}`);
        try {
          return JSON.parse(this.#output) as { urls: string[]; activationCode?: string; readyMs: number };
        } catch {
          return undefined;
        }
      },
      { deadlineMs: 30_000 },
    );
    this.url = ready.urls[0] ?? "";
    this.activationCode = ready.activationCode;
    this.readyMs = ready.readyMs;
  }

  /** What the recorder says of itself; undefined while core is away. */
  async status(): Promise<StatusBody | undefined> {
    try {
      const link = await connectLink<CoreMethodsForCli>(join(this.dataDir, "run/cli.sock"), {
        hello: { role: "cli", version: LINK_VERSION, instance: randomUUID() },
        handlers: {},
      });
      try {
        return (await link.request("status", {}, 3_000)) as StatusBody;
      } finally {
        link.close();
      }
    } catch {
      return undefined;
    }
  }

  /** Waits until all cameras are recorded, by what the files say: each camera's newest file grows. */
  async untilRecording(deadlineMs: number): Promise<number> {
    const begin = performance.now();
    const before = this.#growth();
    await waitFor(
      () => {
        const now = this.#growth();
        return (
          [...now].filter(([camera, size]) => size !== before.get(camera)).length >= this.cameraCount ||
          undefined
        );
      },
      { deadlineMs },
    );
    return performance.now() - begin;
  }

  get cameraCount(): number {
    return (JSON.parse(readFileSync(join(this.dataDir, "config.json"), "utf8")) as { cameras: unknown[] })
      .cameras.length;
  }

  /** Pids of the recorder's children, as the supervisor wrote them. */
  async pidOf(name: "media" | "core" | "gateway"): Promise<number> {
    return waitFor(
      async () => {
        const found = (await this.status())?.processes.find((process) => process.name === name);
        return found?.status === "ready" ? found.pid : undefined;
      },
      { deadlineMs: 15_000 },
    );
  }

  /** Kills one process, or everything at once, without warning. Answers when: wall clock in milliseconds. */
  async kill(victim: "media" | "core" | "gateway" | "tree"): Promise<number> {
    if (victim !== "tree") {
      const pid = await this.pidOf(victim);
      process.kill(pid, "SIGKILL");
      return Date.now();
    }
    const supervisor = this.#supervisor;
    const pids = this.#childPids();
    const ended = supervisor === undefined ? undefined : once(supervisor, "exit");
    supervisor?.kill("SIGKILL");
    const atMs = Date.now();
    for (const { pid, startTime } of pids) {
      if ((await processStartTime(pid)) === startTime) process.kill(pid, "SIGKILL");
    }
    await ended;
    for (const record of pids) {
      await waitFor(async () => !(await isSameProcess(record)) || undefined, { deadlineMs: 5_000 });
    }
    return atMs;
  }

  /** Ends the recorder in order. */
  async stopRecorder(): Promise<void> {
    const supervisor = this.#supervisor;
    if (supervisor === undefined || supervisor.exitCode !== null) return;
    const ended = once(supervisor, "exit");
    supervisor.kill("SIGTERM");
    await ended;
  }

  /** Ends everything and removes the folder. */
  async dispose(): Promise<void> {
    await this.stopRecorder();
    await this.sender.stop();
    this.#cleanUp();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  /** All recording files, by camera and start. Throws where one cannot be read. */
  files(): RecordedFile[] {
    return this.filePaths()
      .map((file) => {
        const segment = openSegmentFile(file);
        try {
          const { identity } = segment;
          const { samples } = segment.video;
          const last = samples.count - 1;
          const durationMs = last < 0 ? 0 : ((samples.decodeTimes[last] ?? 0) + samples.lastDuration) / 90;
          const startMs = identity.startTime90k / 90;
          return {
            file,
            camera: identity.camera,
            run: identity.run,
            startMs,
            endMs: startMs + durationMs,
            frames: samples.count,
          };
        } finally {
          segment.close();
        }
      })
      .sort((a, b) => a.camera.localeCompare(b.camera) || a.startMs - b.startMs);
  }

  filePaths(): string[] {
    return globSync("video/**/*.mp4", { cwd: this.volumePath }).map((path) => join(this.volumePath, path));
  }

  #growth(): Map<string, string> {
    const newest = new Map<string, string>();
    for (const path of this.filePaths().sort()) {
      const camera = path.slice(this.volumePath.length).split("/")[2] ?? "";
      if (existsSync(path)) newest.set(camera, `${path} ${statSync(path).size}`);
    }
    return newest;
  }

  #childPids(): { pid: number; startTime: string }[] {
    try {
      return JSON.parse(readFileSync(join(this.dataDir, "run/children.json"), "utf8"));
    } catch {
      return [];
    }
  }
}
