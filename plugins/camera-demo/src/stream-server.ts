// The demo camera's "device": an RTSP server, started when a camera first asks for its streams and stopped with the plugin, in a
// worker thread, or beside the rest where threads are not permitted: in a plugin's own process, whose loop has nothing else to
// do. A recorder without a demo camera pays nothing for it. Port and token are kept in the plugin's folder, so that a recorder that goes on alone finds the camera again after a restart.
import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { type Log, NightjarError, type RtspServer } from "@nightjar/core";
import { type ClipServerOptions, serveClips } from "./clip-server.ts";
import type { StreamWorkerMessage } from "./stream-worker.ts";

export interface StreamServerOptions {
  readonly storageDir: string;
  readonly mediaFolder: string;
  readonly log: Log;
  /** The address has changed without being asked: the worker was started again. */
  readonly onMoved: () => void;
}

interface Address {
  readonly port: number;
  readonly token: string;
}

const RESTART_PAUSE_MS = 1_000;
const STOP_LIMIT_MS = 1_500;
const TOKEN_PATTERN = /^[0-9a-f]{32}$/;

/** Runs the server from when it is first asked for, between `start` and `stop`; both are idempotent. */
export class StreamServer {
  readonly #options: StreamServerOptions;
  #worker: Worker | undefined;
  /** In the place of the thread, where there may be none. */
  #server: RtspServer | undefined;
  #address: Address | undefined;
  #restart: NodeJS.Timeout | undefined;
  #mayRun = false;
  /** Set from the first launch to `stop`: a thread that ends meanwhile is started again. */
  #started: Promise<void> | undefined;

  constructor(options: StreamServerOptions) {
    this.#options = options;
  }

  /** URL of a stream; the server listens there. Rejects with `NJ_DEMO_NOT_RUNNING` when it may not or cannot. */
  async url(stream: "main" | "sub", shiftSeconds: number): Promise<string> {
    if (this.#mayRun) {
      this.#started ??= this.#launch();
      await this.#started;
    }
    if (this.#address === undefined) {
      throw new NightjarError(
        "NJ_DEMO_NOT_RUNNING",
        "unavailable",
        "the demo camera is not running; it starts with its plugin",
      );
    }
    const query = shiftSeconds === 0 ? "" : `?shift=${shiftSeconds}`;
    return `rtsp://127.0.0.1:${this.#address.port}/${this.#address.token}/${stream}${query}`;
  }

  /** From now on the server may run. */
  start(): void {
    this.#mayRun = true;
  }

  /** Resolves when the thread has ended. */
  async stop(): Promise<void> {
    const launched = this.#started;
    this.#mayRun = false;
    this.#started = undefined;
    clearTimeout(this.#restart);
    // One that is just being launched can be ended only when it is there; why it could not be is told to who asked for it.
    await launched?.catch(() => undefined);
    this.#address = undefined;
    const worker = this.#worker;
    this.#worker = undefined;
    await this.#server?.close();
    this.#server = undefined;
    if (worker === undefined) return;
    const ended = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
    worker.postMessage("stop");
    const limit = setTimeout(() => void worker.terminate(), STOP_LIMIT_MS);
    await ended;
    clearTimeout(limit);
  }

  async #launch(): Promise<void> {
    const file = join(this.#options.storageDir, "server.json");
    const kept = this.#address ?? (await readAddress(file));
    const token = kept?.token ?? randomBytes(16).toString("hex");
    const order: ClipServerOptions = {
      mediaFolder: this.#options.mediaFolder,
      port: kept?.port ?? 0,
      token,
    };
    const port = mayStartThreads() ? await this.#inThread(order) : await this.#beside(order);
    this.#address = { port, token };
    if (port !== kept?.port) await writeFile(file, JSON.stringify(this.#address), { mode: 0o600 });
  }

  async #beside(order: ClipServerOptions): Promise<number> {
    try {
      this.#server = await serveClips(order);
    } catch (error) {
      throw this.#notStarted(error instanceof Error ? error.message : String(error));
    }
    return this.#server.port;
  }

  async #inThread(order: ClipServerOptions): Promise<number> {
    const worker = new Worker(new URL("./stream-worker.ts", import.meta.url), {
      workerData: order,
      env: workerEnv(),
    });
    this.#worker = worker;
    const message = await firstMessage(worker);
    if ("problem" in message) throw this.#notStarted(message.problem);
    worker.on("error", (error) => this.#options.log.error("demo camera failed", { reason: error.message }));
    worker.once("exit", () => this.#exited(worker));
    return message.port;
  }

  #notStarted(problem: string): NightjarError {
    this.#started = undefined;
    return new NightjarError(
      "NJ_DEMO_NOT_RUNNING",
      "unavailable",
      `the demo camera cannot start: ${problem}`,
    );
  }

  #exited(worker: Worker): void {
    if (this.#started === undefined || this.#worker !== worker) return;
    this.#restart = setTimeout(() => {
      this.#launch().then(this.#options.onMoved, (error: unknown) =>
        this.#options.log.error("demo camera not restarted", { reason: String(error) }),
      );
    }, RESTART_PAUSE_MS);
    this.#restart.unref();
  }
}

function mayStartThreads(): boolean {
  return process.permission?.has("worker") ?? true;
}

/** Nothing of the process's environment but the folder of compiled code, which saves the thread time and memory. */
function workerEnv(): NodeJS.ProcessEnv {
  const folder = process.env["NODE_COMPILE_CACHE"];
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: folder };
}

async function readAddress(file: string): Promise<Address | undefined> {
  try {
    const { port, token } = JSON.parse(await readFile(file, "utf8")) as Partial<Address>;
    const isGood = typeof port === "number" && port > 0 && port < 65_536 && TOKEN_PATTERN.test(String(token));
    return isGood && typeof token === "string" ? { port, token } : undefined;
  } catch {
    // Not there yet, or damaged: a new address is as good.
    return undefined;
  }
}

function firstMessage(worker: Worker): Promise<StreamWorkerMessage> {
  return new Promise((resolve) => {
    const failed = (error: unknown): void => resolve({ problem: String(error) });
    worker.once("error", failed);
    worker.once("message", (message: StreamWorkerMessage) => {
      worker.off("error", failed);
      resolve(message);
    });
  });
}
