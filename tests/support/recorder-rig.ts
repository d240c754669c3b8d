// A real recorder for tests that span processes: `nightjar start` on a temporary data directory, recording
// cameras that a sender process of its own serves, so that killing any part of the recorder leaves them running.
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import type { RecordConfig } from "../../core/config/camera-config.ts";
import { ConfigStore } from "../../core/config/config-store.ts";
import type { CoreMethodsForCli } from "../../core/control/cli-protocol.ts";
import { NightjarError } from "../../core/errors.ts";
import { connectLink, LINK_VERSION } from "../../core/link/link.ts";
import { silentLog } from "../../core/log.ts";
import { inspectSegment } from "../../core/media/store/recover-segment.ts";
import { isSameProcess, processStartTime } from "../../core/supervisor/data-lock.ts";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { SenderProcesses } from "../bench/sender-process.ts";
import { PROGRAM, ROOT } from "./program.ts";
import { type RecordedFile, recordedFiles, segmentPaths } from "./recorder-evidence.ts";

export const DEMO_CLIP = join(ROOT, "plugins/camera-demo/media/main.mp4");
/** Time between its pictures, in milliseconds. */
export const DEMO_FRAME_MS = 1_000 / 15;
/** The same in a quarter of the pixels and of the bytes: for tests to whom a picture's size is nothing, and which decode it all. */
export const SMALL_CLIP = join(ROOT, "plugins/camera-demo/media/sub.mp4");
/** Time between its pictures, in milliseconds. */
export const SMALL_FRAME_MS = 1_000 / 10;

export interface RigOptions {
  readonly cameras: number;
  /** An MP4 file that the sender plays in a loop. */
  readonly clip?: string;
  readonly record?: Partial<RecordConfig>;
  /** More of it for the camera of a number, from 1. */
  readonly recordOf?: Readonly<Record<number, Partial<RecordConfig>>>;
  /** Recording volumes in their order; one below the data directory unless given. */
  readonly volumes?: readonly {
    readonly path: string;
    readonly reserveBytes?: number;
    readonly overwrite?: boolean;
    readonly driver?: { readonly source: string; readonly config: Record<string, unknown> };
  }[];
  /** The driver of all cameras, `rtsp` unless given; one that takes the same settings. */
  readonly driver?: string;
  /** Cameras of other drivers, which nobody waits for: driver and settings. */
  readonly others?: readonly { readonly driver: string; readonly config: Record<string, unknown> }[];
  /** A plugin, or a folder of them, besides the bundled ones. */
  readonly pluginPath?: string;
  /** Serve live pictures to other programs over TLS, too. */
  readonly rtsps?: boolean;
  /** End files with their SHA-256. */
  readonly checksums?: boolean;
  /** The data directory, which need not exist; a temporary one unless given. */
  readonly dataDir?: string;
  /** More of its environment than the test's own. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface StatusBody {
  readonly processes: readonly {
    readonly name: AnyRole;
    readonly pid?: number;
    readonly status: string;
  }[];
  readonly cameras: { readonly total: number; readonly online: number; readonly recording: number };
  readonly volumes: readonly {
    readonly path: string;
    readonly status: string;
    readonly message?: string;
    readonly freeBytes?: number;
  }[];
  readonly problems: readonly { readonly code: string; readonly message: string }[];
}

export type Role = "media" | "core" | "gateway";
/** With those that are there only while somebody wants them. */
export type AnyRole = Role | "analysis";

export class RecorderRig {
  readonly #finished = new Set<string>();
  readonly dataDir: string;
  readonly volumePaths: readonly string[];
  readonly sender: SenderProcesses;
  readonly #cleanUp: () => void;
  readonly #pluginArgs: readonly string[];
  readonly #env: Readonly<Record<string, string>>;
  /** Of processes that are kept from running. */
  readonly #holding = new Set<NodeJS.Timeout>();
  #supervisor: ChildProcess | undefined;
  #output = "";
  /** HTTP address of the last start. */
  url = "";
  /** RTSP address of the last start. */
  rtspUrl = "";
  /** RTSPS address of the last start; empty unless it was asked for. */
  rtspsUrl = "";
  activationCode: string | undefined;
  readyMs = 0;

  private constructor(
    dataDir: string,
    volumePaths: readonly string[],
    sender: SenderProcesses,
    cleanUp: () => void,
    { pluginPath, env }: RigOptions,
  ) {
    this.#pluginArgs = pluginPath === undefined ? [] : ["--plugin-path", pluginPath];
    this.#env = env ?? {};
    this.dataDir = dataDir;
    this.volumePaths = volumePaths;
    this.sender = sender;
    this.#cleanUp = cleanUp;
  }

  /** Makes the cameras and the configuration, and starts the recorder. */
  static async start(options: RigOptions): Promise<RecorderRig> {
    const folder = tempDir("nightjar-rig-");
    const sender = await SenderProcesses.start(options.clip ?? DEMO_CLIP, options.cameras);
    try {
      return await RecorderRig.#startWith(options, folder, sender);
    } catch (error) {
      // Nobody gets what could be disposed.
      await sender.stop();
      throw error;
    }
  }

  static async #startWith(
    options: RigOptions,
    folder: ReturnType<typeof tempDir>,
    sender: SenderProcesses,
  ): Promise<RecorderRig> {
    const dataDir = options.dataDir ?? join(folder.path, "data");
    mkdirSync(dataDir, { recursive: true });
    const config = await ConfigStore.open({ dataDir, log: silentLog, watch: false });
    await config.update((draft) => {
      draft.network.http.port = 0;
      draft.network.https.enabled = false;
      draft.network.rtsp.port = 0;
      draft.network.rtsps = { enabled: options.rtsps === true, host: "127.0.0.1", port: 0 };
      draft.firstRun.demoRemoved = true;
      draft.mqtt.tcp.port = 0;
      draft.mqtt.tls.port = 0;
      draft.storage.sha256 = options.checksums === true;
      if (options.volumes !== undefined) {
        draft.storage.volumes = options.volumes.map((volume) => ({ overwrite: true, ...volume }));
      }
      for (let number = 1; number <= options.cameras; number += 1) {
        draft.cameras.push({
          id: `cam-${number}`,
          name: `Camera ${number}`,
          driver: options.driver ?? "rtsp",
          enabled: true,
          config: { url: sender.url(number), transport: "tcp" },
          record: {
            ...{ segmentSeconds: 10, audio: true, ...options.record },
            ...options.recordOf?.[number],
          } as RecordConfig,
        });
      }
    });
    await config.update((draft) => {
      for (const { driver, config: own } of options.others ?? [])
        draft.cameras.push({
          ...{ id: `other-${driver}`, name: driver, driver, enabled: true, config: own },
          record: { segmentSeconds: 10, audio: false, ...options.record } as RecordConfig,
        });
    });
    await config.close();
    const rig = new RecorderRig(
      dataDir,
      options.volumes?.map(({ path }) => path) ?? [join(dataDir, "volumes/default")],
      sender,
      () => folder[Symbol.dispose](),
      options,
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
        PROGRAM,
        "start",
        "--json",
        "--data",
        this.dataDir,
        "--log-level",
        "warn",
        ...this.#pluginArgs,
      ],
      { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...this.#env } },
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
          return JSON.parse(this.#output) as {
            urls: string[];
            rtsp?: string;
            rtsps?: string;
            activationCode?: string;
            readyMs: number;
          };
        } catch {
          return undefined;
        }
      },
      { deadlineMs: 30_000 },
    );
    this.url = ready.urls[0] ?? "";
    this.rtspUrl = ready.rtsp ?? "";
    this.rtspsUrl = ready.rtsps ?? "";
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

  /**
   * Waits until all cameras are recorded, by what the files say: each camera's newest file grows and holds pictures. A
   * file that is being closed changes its size as well, and is not meant.
   */
  async untilRecording(deadlineMs: number): Promise<number> {
    const begin = performance.now();
    const before = this.#growth();
    const recorded = new Set<string>();
    await waitFor(
      () => {
        for (const [camera, size] of this.#growth()) {
          if (recorded.has(camera) || size === before.get(camera)) continue;
          const { state } = inspectSegment(size.slice(0, size.lastIndexOf(" ")));
          if (state !== "closed" && state !== "empty" && state !== "unreadable") recorded.add(camera);
        }
        return recorded.size >= this.cameraCount || undefined;
      },
      { deadlineMs },
    );
    return performance.now() - begin;
  }

  /** Waits until nothing is unfinished that was begun before this call. */
  async untilRecovered(deadlineMs: number): Promise<void> {
    const before = Date.now();
    await waitFor(() => this.unfinished(before).length === 0, {
      deadlineMs,
      periodMs: 250,
      what: () => {
        const left = this.unfinished(before);
        return `the recovery of unfinished files; ${left.length} are left: ${left.slice(0, 5).join(", ")}`;
      },
    });
  }

  /** Waits until core has acknowledged all that media reported: what the index says is what happened. */
  async untilReported(deadlineMs: number): Promise<void> {
    await waitFor(() => this.#unacknowledged() === 0 || undefined, {
      deadlineMs,
      periodMs: 250,
      what: "core to acknowledge what was reported",
    });
  }

  /** Reports in media's journal that core has not acknowledged (core/media/process/journal.ts). */
  #unacknowledged(): number {
    let upTo = 0;
    const numbers: number[] = [];
    for (const line of readFileSync(join(this.dataDir, "media/journal.jsonl"), "utf8").split("\n")) {
      const number = Number(/^\{"number":(-?\d+)/.exec(line)?.[1]);
      if (number < 0) upTo = Math.max(upTo, -number);
      else if (number > 0) numbers.push(number);
    }
    return numbers.filter((number) => number > upTo).length;
  }

  /** Files that were begun before a moment, are not being written and are not closed. */
  unfinished(beforeMs: number): string[] {
    const newest = new Set(
      this.#growth()
        .values()
        .map((line) => line.split(" ")[0] ?? ""),
    );
    return this.filePaths().filter((path) => {
      if (newest.has(path) || this.#finished.has(path)) return false;
      if (Number.parseInt(basename(path), 10) > beforeMs) return false;
      // Finished once is finished for good: with thousands of files there is no time to look at them all again. One that was
      // deleted since the list was made is, too.
      if (!existsSync(path) || ["closed", "unreadable"].includes(inspectSegment(path).state))
        this.#finished.add(path);
      return !this.#finished.has(path);
    });
  }

  get cameraCount(): number {
    const { cameras } = JSON.parse(readFileSync(join(this.dataDir, "config.json"), "utf8")) as {
      cameras: { readonly id: string }[];
    };
    return cameras.filter(({ id }) => !id.startsWith("other-")).length;
  }

  /** Pids of the recorder's children, as the supervisor wrote them. */
  async pidOf(name: AnyRole): Promise<number> {
    return waitFor(
      async () => {
        const found = (await this.status())?.processes.find((process) => process.name === name);
        return found?.status === "ready" ? found.pid : undefined;
      },
      { deadlineMs: 60_000, what: `${name} to be ready` },
    );
  }

  /** Pid of one of the recorder's processes as the system knows it, also while core is away. */
  childPid(role: AnyRole): number | undefined {
    try {
      return this.#childrenNow().find((pid) => {
        const args = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
        return args.includes("process") && args.includes(role);
      });
    } catch {
      return undefined;
    }
  }

  /** Pids of the supervisor's children as the system knows them, also those that it has not written down yet. */
  #childrenNow(): number[] {
    const supervisor = this.#supervisor?.pid ?? 0;
    try {
      const children = readFileSync(`/proc/${supervisor}/task/${supervisor}/children`, "utf8").trim();
      return children === "" ? [] : children.split(" ").map(Number);
    } catch {
      return [];
    }
  }

  /**
   * Keeps one process from running: it is stopped, and so is each that the supervisor starts in its place.
   * `release` lets the next one run.
   */
  withhold(role: AnyRole): { release(): void } {
    let held: number | undefined;
    const hold = (): void => {
      const pid = this.childPid(role);
      if (pid === undefined || pid === held) return;
      held = pid;
      process.kill(pid, "SIGSTOP");
    };
    hold();
    const timer = setInterval(hold, 20);
    this.#holding.add(timer);
    return {
      release: () => {
        clearInterval(timer);
        this.#holding.delete(timer);
        const pid = this.childPid(role);
        if (pid !== undefined) process.kill(pid, "SIGKILL");
      },
    };
  }

  /**
   * Kills one process, or everything at once, without warning. Answers when: wall clock in milliseconds.
   * `first` is done right before the kill: taking the power off a disk.
   */
  async kill(victim: Role | "tree", first: () => void = () => undefined): Promise<number> {
    if (victim !== "tree") {
      const pid = await this.pidOf(victim);
      first();
      process.kill(pid, "SIGKILL");
      return Date.now();
    }
    const supervisor = this.#supervisor;
    const pids: { pid: number; startTime: string }[] = [];
    for (const record of this.#childPids()) {
      if ((await processStartTime(record.pid)) === record.startTime) pids.push(record);
    }
    const ended = supervisor === undefined ? undefined : once(supervisor, "exit");
    first();
    const atMs = Date.now();
    // All in one breath: a process that sees the others go would begin to close its files. One that was started just now
    // and is stopped (`withhold`) would outlive them.
    for (const pid of new Set([...pids.map((record) => record.pid), ...this.#childrenNow()]))
      process.kill(pid, "SIGKILL");
    supervisor?.kill("SIGKILL");
    await ended;
    for (const record of pids) {
      await waitFor(async () => !(await isSameProcess(record)) || undefined, { deadlineMs: 5_000 });
    }
    return atMs;
  }

  /**
   * Kills the supervisor alone and starts the recorder again at once. Answers when it was killed, and how long the last of
   * its children lived after that, which nobody ended: those that the new one has to kill live for two seconds.
   */
  async killSupervisor(): Promise<{ readonly atMs: number; readonly orphansMs: number }> {
    const supervisor = this.#supervisor ?? assertStarted();
    const orphans: { pid: number; startTime: string }[] = [];
    for (const pid of this.#childrenNow()) orphans.push({ pid, startTime: await processStartTime(pid) });
    const ended = once(supervisor, "exit");
    supervisor.kill("SIGKILL");
    const atMs = Date.now();
    await ended;
    // Nothing is started before: the new one kills those that stay.
    const orphansMs = await waitFor(
      async () => {
        for (const orphan of orphans) if (await isSameProcess(orphan)) return undefined;
        return Date.now() - atMs;
      },
      {
        deadlineMs: 30_000,
        periodMs: 20,
        what: `the end of ${orphans.length} children without a supervisor`,
      },
    );
    await this.launch();
    return { atMs, orphansMs };
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
    for (const timer of this.#holding) clearInterval(timer);
    await this.stopRecorder();
    await this.sender.stop();
    this.#cleanUp();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  /** All recording files, by camera and start. Throws where one cannot be read. */
  files(): RecordedFile[] {
    return recordedFiles(this.volumePaths);
  }

  filePaths(stream?: string): string[] {
    return segmentPaths(this.volumePaths, stream);
  }

  #growth(): Map<string, string> {
    const newest = new Map<string, string>();
    const byName = this.filePaths().sort((a, b) => basename(a).localeCompare(basename(b)));
    for (const path of byName) {
      const camera = path.split("/").at(-5) ?? "";
      const size = statSync(path, { throwIfNoEntry: false })?.size;
      if (size !== undefined) newest.set(camera, `${path} ${size}`);
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

function assertStarted(): never {
  throw new NightjarError("NJ_TEST_NOT_STARTED", "internal", "the recorder was not started");
}
