// One process of an isolated plugin: Node with its permissions cut down to what the plugin needs, an empty environment,
// bounded memory, and a watch that ends it when it hangs or eats the machine. Knows nothing of restarts.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, readFile } from "node:fs/promises";
import type { Socket } from "node:net";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Clock, Timer } from "../../clock.ts";
import { NightjarError } from "../../errors.ts";
import { LINK_VERSION, Link, type LinkHandler } from "../../link/link.ts";
import { MESSAGE_LIMIT_BYTES, type PluginHealth, type PluginMethods, type SetupOrder } from "./protocol.ts";

const CHILD = fileURLToPath(new URL("./plugin-child.ts", import.meta.url));
const CORE_FOLDER = resolve(import.meta.dirname, "../..");
const CORE_INDEX = pathToFileURL(join(CORE_FOLDER, "index.ts")).href;
/** Where the packages of the core lie: beside it in a checkout, above it once installed. */
const PACKAGE_FOLDERS = [resolve(CORE_FOLDER, "../node_modules"), resolve(CORE_FOLDER, "../..")];

const SETUP_LIMIT_MS = 15_000;
const PING_MS = 1_000;
/** A process that does not answer for so long hangs. */
const SILENCE_LIMIT_MS = 8_000;
const HEAP_LIMIT_MB = 128;
/** Heap, buffers and program together: what V8's own limit does not see. */
const MEMORY_LIMIT_BYTES = 384 * 1024 * 1024;
const STDERR_LIMIT_BYTES = 16 * 1024;
const STOP_LIMIT_MS = 2_500;
const LINGER_MS = 3_000;

export interface IsolatedProcessOptions {
  readonly name: string;
  /** The plugin's folder, links resolved: all that it may read besides the core. */
  readonly folder: string;
  /** Entry file below the folder. */
  readonly entry: string;
  readonly version: string;
  /** The plugin's own folder, which exists: all that it may write. */
  readonly storageDir: string;
  /** Compiled code is kept here from start to start. */
  readonly cacheDir: string;
  readonly config: unknown;
  readonly clock: Clock;
  readonly handlers: Readonly<Record<string, LinkHandler>>;
  /** Called once, when the process has ended for whatever reason but `stop`. */
  onEnd(reason: string): void;
}

export class IsolatedProcess {
  readonly #options: IsolatedProcessOptions;
  readonly #child: ChildProcess;
  readonly link: Link<PluginMethods>;
  #watch: Timer | undefined;
  #answeredMs: number;
  #stopping = false;
  #reason: string | undefined;
  #stderr = "";
  readonly #ended: Promise<void>;
  health: PluginHealth | undefined;

  private constructor(options: IsolatedProcessOptions) {
    this.#options = options;
    this.#answeredMs = options.clock.monotonicMs();
    const reads = [CORE_FOLDER, ...PACKAGE_FOLDERS, options.folder, options.storageDir, options.cacheDir];
    const writes = [options.storageDir, options.cacheDir];
    this.#child = spawn(
      process.execPath,
      [
        "--permission",
        ...reads.map((folder) => `--allow-fs-read=${folder}`),
        ...writes.map((folder) => `--allow-fs-write=${folder}`),
        `--max-old-space-size=${HEAP_LIMIT_MB}`,
        "--disable-proto=delete",
        "--disable-warning=ExperimentalWarning",
        "--disable-warning=SecurityWarning",
        CHILD,
      ],
      {
        cwd: options.storageDir,
        env: { NODE_COMPILE_CACHE: options.cacheDir },
        stdio: ["ignore", "ignore", "pipe", "pipe"],
      },
    );
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_LIMIT_BYTES);
    });
    this.#ended = new Promise((done) => {
      const over = (how: string): void => {
        this.#watch?.cancel();
        this.link.close();
        done();
        if (!this.#stopping) options.onEnd(this.#reason ?? how);
      };
      this.#child.once("error", (error) => over(`it cannot be started: ${error.message}`));
      this.#child.once("exit", (code, signal) => over(this.#describeEnd(code, signal)));
    });
    this.link = new Link<PluginMethods>(this.#child.stdio[3] as Socket, {
      hello: { role: "core", version: LINK_VERSION, instance: String(process.pid) },
      limitBytes: MESSAGE_LIMIT_BYTES,
      handlers: options.handlers,
    });
    void this.link.closed.then(() => {
      // The pipe of a process that ends closes a little before its end is told. One that lives on without a link has
      // sent what is no message, or too long a one.
      options.clock.after(LINGER_MS, () => {
        if (!this.#stopping && this.#child.exitCode === null && this.#child.signalCode === null)
          this.kill("it broke the connection, or sent more than a message may hold");
      });
    });
  }

  /** Starts the process and sets the plugin up in it. Rejects with why that failed; the process is gone then. */
  static async start(options: IsolatedProcessOptions): Promise<IsolatedProcess> {
    await mkdir(options.cacheDir, { recursive: true, mode: 0o700 });
    const isolated = new IsolatedProcess(options);
    const { name, version, storageDir, config } = options;
    const entry = pathToFileURL(join(options.folder, options.entry)).href;
    const order: SetupOrder = { name, entry, core: CORE_INDEX, version, storageDir, config };
    try {
      await isolated.link.request("setup", order, SETUP_LIMIT_MS);
    } catch (error) {
      await isolated.stop();
      const said = isolated.#describeEnd(isolated.#child.exitCode, isolated.#child.signalCode);
      if (
        error instanceof NightjarError &&
        error.code !== "NJ_LINK_CLOSED" &&
        error.code !== "NJ_LINK_TIMEOUT"
      )
        throw error;
      const why =
        error instanceof NightjarError && error.code === "NJ_LINK_TIMEOUT"
          ? `it was not set up within ${SETUP_LIMIT_MS / 1000} s`
          : (isolated.#reason ?? said);
      throw new NightjarError("NJ_PLUGIN_FAILED", "failed-precondition", why, {}, error);
    }
    isolated.#answeredMs = options.clock.monotonicMs();
    isolated.#watch = options.clock.every(PING_MS, () => isolated.#look());
    return isolated;
  }

  /** Ends the process at once; `onEnd` tells `reason`. */
  kill(reason: string): void {
    this.#reason ??= reason;
    this.#child.kill("SIGKILL");
  }

  /** Ends the process in order, and hard after 2.5 s. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#watch?.cancel();
    this.link.close();
    const hard = setTimeout(() => this.#child.kill("SIGKILL"), STOP_LIMIT_MS);
    await this.#ended;
    clearTimeout(hard);
  }

  #look(): void {
    const { clock } = this.#options;
    const silentMs = clock.monotonicMs() - this.#answeredMs;
    if (silentMs > SILENCE_LIMIT_MS) {
      this.kill(`it did nothing but compute for ${Math.round(silentMs / 1000)} s, and was ended`);
      return;
    }
    Promise.all([this.link.request("ping", {}, SILENCE_LIMIT_MS), residentBytes(this.#child.pid)]).then(
      ([told, rssBytes = told.rssBytes]) => {
        this.#answeredMs = clock.monotonicMs();
        this.health = { ...told, rssBytes };
        if (rssBytes > MEMORY_LIMIT_BYTES) {
          this.kill(
            `it took ${Math.round(rssBytes / 1024 ** 2)} MB of memory; ${MEMORY_LIMIT_BYTES / 1024 ** 2} MB are allowed`,
          );
        }
      },
      () => undefined,
    );
  }

  #describeEnd(code: number | null, signal: NodeJS.Signals | null): string {
    if (code === 0) return "it ended by itself, or sent more than a message may hold";
    const how = signal === null ? `it ended with code ${code ?? "unknown"}` : `it was ended by ${signal}`;
    if (/heap out of memory|Reached heap limit/.test(this.#stderr)) {
      return `it used up its ${HEAP_LIMIT_MB} MB of memory`;
    }
    // The message of an uncaught error is the line that names it.
    const told = /^(?:Uncaught )?([A-Z][A-Za-z]*(?:Error|Exception)\b.*)$/m.exec(this.#stderr)?.[1];
    return told === undefined ? how : `${how}: ${told.slice(0, 300)}`;
  }
}

/** What the system says of a process's memory: its own word could be a lie. Undefined where there is no /proc. */
async function residentBytes(pid: number | undefined): Promise<number | undefined> {
  try {
    const status = await readFile(`/proc/${pid}/status`, "utf8");
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024 || undefined;
  } catch {
    return undefined;
  }
}
