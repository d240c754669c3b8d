// One process of an isolated plugin: Node within walls (confinement.ts) and with its permissions cut down to what the
// plugin needs, an empty environment, bounded memory, and a watch that ends it when it hangs or eats the machine. Knows
// nothing of restarts.
import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import type { Socket } from "node:net";
import { constants, getPriority, setPriority } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Clock, Timer } from "../../clock.ts";
import { NightjarError } from "../../errors.ts";
import { LINK_VERSION, Link, type LinkHandler } from "../../link/link.ts";
import type { NetworkLeave } from "../package/permissions.ts";
import { childCommand, HEAP_LIMIT_MB } from "./child-command.ts";
import { type ChildPlaces, OWN_PLACES } from "./child-places.ts";
import { type Confinement, type ConfinementWay, detectConfinement } from "./confinement.ts";
import {
  type BoundsWay,
  detectControlGroups,
  type GroupBranch,
  groupName,
  makeGroup,
} from "./control-groups.ts";
import { linkOutOf } from "./folder-links.ts";
import { killGroupOf, killWrapped } from "./kill-wrapped.ts";
import { MessageGate } from "./message-gate.ts";
import type { PluginGroup } from "./plugin-group.ts";
import { describeEnd } from "./process-end.ts";
import { type ProcessFigures, processFigures, wrappedPid } from "./process-figures.ts";
import { ProcessorWatch } from "./processor-watch.ts";
import { MESSAGE_LIMIT_BYTES, type PluginHealth, type PluginMethods, type SetupOrder } from "./protocol.ts";
import { SILENCE_LIMIT_MS, SilenceWatch } from "./silence-watch.ts";
import { StartQueue } from "./start-queue.ts";

const START_HOLD_MS = 3_000;
const STARTS = new StartQueue(2, START_HOLD_MS);
const SETUP_LIMIT_MS = 15_000;
const PING_MS = 1_000;
/** Heap, buffers and program together: what V8's own limit does not see. */
const MEMORY_LIMIT_BYTES = 384 * 1024 * 1024;
/** Where the kernel holds it to them. Of a processor, what the watch ends it for is less, or it would never see that. */
const GROUP_BOUNDS = { memoryBytes: MEMORY_LIMIT_BYTES, processorPercent: 100, tasks: 64 };
let lives = 0;
/** What waits to be read by it. */
const UNREAD_LIMIT_BYTES = 16 * 1024 * 1024;
const NICE = 10;
const NICE_BEHIND = 5;
const STDERR_LIMIT_BYTES = 16 * 1024;
const STOP_LIMIT_MS = 2_500;
const LINGER_MS = 3_000;
const GIVEN_UP = "it was stopped before it was set up";

export interface IsolatedProcessOptions {
  readonly name: string;
  /** The plugin's folder, links resolved: all that it may read besides the core. */
  readonly folder: string;
  /** Entry file below the folder. */
  readonly entry: string;
  readonly version: string;
  /** The plugin's own folder, made at its start: all that it may write. */
  readonly storageDir: string;
  /** Compiled code is kept here from start to start. */
  readonly cacheDir: string;
  readonly config: unknown;
  readonly network: NetworkLeave;
  /** The walls; the strongest that work here unless given. */
  readonly walls?: Confinement | undefined;
  /** Where control groups of plugins are made; looked for unless given. `null`: nowhere. */
  readonly groups?: GroupBranch | null | undefined;
  /** The core whose files it runs; the running one unless given. */
  readonly core?: ChildPlaces | undefined;
  /** Its timers run in the core. Not unless given. */
  readonly hasBoxedTimers?: boolean | undefined;
  readonly clock: Clock;
  readonly handlers: Readonly<Record<string, LinkHandler>>;
  /** Gives up the start; without meaning afterwards. */
  readonly signal: AbortSignal;
  /** Called once, when the process has ended for whatever reason but `stop`. */
  onEnd(reason: string): void;
}

export class IsolatedProcess {
  readonly #options: IsolatedProcessOptions;
  readonly #child: ChildProcess;
  readonly link: Link<PluginMethods>;
  #watch: Timer | undefined;
  /** From when it is set up. */
  #silence: SilenceWatch | undefined;
  #isSetUp = false;
  #stopping = false;
  #reason: string | undefined;
  /** How it ended, as it was told then. */
  #how: string | undefined;
  readonly #gate = new MessageGate();
  readonly #processor = new ProcessorWatch();
  #stderr = "";
  /** By the system; undefined where it does not tell. */
  #measured: ProcessFigures | undefined;
  readonly #ended: Promise<void>;
  readonly #group: PluginGroup | undefined;
  readonly confinement: ConfinementWay;
  /** The plugin's own process, which is not the one that was started where another program builds the walls. */
  #pid: Promise<number | undefined> | undefined;
  readonly #isWrapped: boolean;
  health: PluginHealth | undefined;

  private constructor(
    options: IsolatedProcessOptions,
    confinement: Confinement,
    group: PluginGroup | undefined,
  ) {
    this.#options = options;
    this.#group = group;
    this.#isWrapped = confinement.tool !== undefined;
    this.confinement = confinement.way;
    const { storageDir, cacheDir } = options;
    const plain = childCommand(confinement, options);
    const { command, args } = group?.entered(plain.command, plain.args) ?? plain;
    this.#child = spawn(command, args, {
      cwd: storageDir,
      env: { NODE_COMPILE_CACHE: cacheDir },
      stdio: ["ignore", "ignore", "pipe", "pipe"],
      // A group of its own, for `killWrapped`.
      detached: true,
    });
    // Where the recorder has no descriptors left, there are no pipes, and its end is told by an event that nobody may miss.
    if (this.#child.stdio === undefined) {
      this.#child.once("error", () => undefined);
      throw new NightjarError(
        "NJ_PLUGIN_FAILED",
        "failed-precondition",
        "it cannot be started: too many files are open",
      );
    }
    this.#beFirstToGo();
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      if (this.#take(0, text.length)) this.#stderr = (this.#stderr + text).slice(-STDERR_LIMIT_BYTES);
    });
    this.#ended = new Promise((done) => {
      const over = (how: string): void => {
        this.#watch?.cancel();
        this.link.close();
        this.#how = how;
        // All that is left of it: what stood around it may wait for a process that there is not any more.
        if (this.#child.pid !== undefined) killGroupOf(this.#child.pid);
        void group?.end();
        done();
        // Until it is set up, `start` tells.
        if (this.#isSetUp && !this.#stopping) options.onEnd(this.#reason ?? how);
      };
      this.#child.once("error", (error) => over(`it cannot be started: ${error.message}`));
      this.#child.once("exit", (code, signal) => over(this.#describeEnd(code, signal)));
    });
    this.link = new Link<PluginMethods>(this.#child.stdio[3] as Socket, {
      hello: { role: "core", version: LINK_VERSION, instance: String(process.pid) },
      limitBytes: MESSAGE_LIMIT_BYTES,
      handlers: this.#bounded(options.handlers),
      onMessage: (bytes) => this.#take(1, bytes),
    });
    this.#child.stdio[3]?.on("error", (error: Error) => {
      if (error instanceof NightjarError || error instanceof SyntaxError)
        this.kill("it sent what is no message, or more than a message may hold");
    });
    void this.link.closed.then(() => {
      // The pipe of a process that ends closes a little before its end is told. One that lives on without a link has
      // sent what is no message, or too long a one.
      options.clock.after(LINGER_MS, () => {
        if (!this.#stopping && this.#child.exitCode === null && this.#child.signalCode === null)
          this.kill("it broke the connection");
      });
    });
  }

  /** Starts the process and sets the plugin up in it. Rejects with why that failed; the process is gone then. */
  static async start(options: IsolatedProcessOptions): Promise<IsolatedProcess> {
    for (const folder of [options.storageDir, options.cacheDir])
      await mkdir(folder, { recursive: true, mode: 0o700 });
    const { core: places = OWN_PLACES } = options;
    const wrong = await linkOutOf(options.folder, [...OWN_PLACES.reads, ...places.reads]);
    if (wrong !== undefined) throw new NightjarError("NJ_PLUGIN_FAILED", "failed-precondition", wrong);
    const walls = options.walls ?? (await detectConfinement());
    const endTurn = await STARTS.turn(options.clock);
    const group = await groupFor(options);
    let isolated: IsolatedProcess;
    try {
      // It may have been given up while it waited for its turn: nothing of it is to run then.
      if (options.signal.aborted)
        throw new NightjarError("NJ_PLUGIN_FAILED", "failed-precondition", GIVEN_UP);
      isolated = new IsolatedProcess(options, walls, group);
    } catch (error) {
      endTurn();
      await group?.end();
      throw error;
    }
    options.clock.after(START_HOLD_MS, () => void isolated.#yieldToOthers());
    const { name, version, storageDir, config, network, hasBoxedTimers = false } = options;
    const entry = pathToFileURL(join(options.folder, options.entry)).href;
    options.signal.addEventListener("abort", () => isolated.#giveUp(), { once: true });
    const { core } = places;
    const its = { name, entry, version, storageDir, config };
    const order: SetupOrder = { ...its, core, network, hasBoxedTimers };
    // From the first moment: what eats the machine may do so while it is loaded.
    isolated.#watch = options.clock.every(PING_MS, () => isolated.#look());
    try {
      await isolated.link.request("setup", order, SETUP_LIMIT_MS);
    } catch (error) {
      await isolated.stop();
      if (
        error instanceof NightjarError &&
        error.code !== "NJ_LINK_CLOSED" &&
        error.code !== "NJ_LINK_TIMEOUT"
      )
        throw error;
      const why =
        error instanceof NightjarError && error.code === "NJ_LINK_TIMEOUT"
          ? `it was not set up within ${SETUP_LIMIT_MS / 1000} s`
          : (isolated.#reason ?? isolated.#how ?? "it ended");
      throw new NightjarError("NJ_PLUGIN_FAILED", "failed-precondition", why, {}, error);
    } finally {
      endTurn();
    }
    isolated.#silence = new SilenceWatch(options.clock.monotonicMs());
    isolated.#isSetUp = true;
    void isolated.#yieldToOthers();
    return isolated;
  }

  #giveUp(): void {
    if (!this.#isSetUp) this.kill(GIVEN_UP);
  }

  /** Ends the process at once; `onEnd` tells `reason`. */
  kill(reason: string): void {
    this.#reason ??= reason;
    this.#killNow();
  }

  #killNow(): void {
    const { pid, exitCode, signalCode } = this.#child;
    if (pid !== undefined && exitCode === null && signalCode === null) killWrapped(pid);
  }

  /** Ends the process in order, and hard after 2.5 s. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#watch?.cancel();
    this.link.close();
    const hard = setTimeout(() => this.#killNow(), STOP_LIMIT_MS);
    await this.#ended;
    clearTimeout(hard);
    await this.#group?.end();
  }

  /** Who holds it to its bounds of memory and processor. */
  get bounds(): BoundsWay {
    return this.#group === undefined ? "watch" : "control-group";
  }

  /** Where memory runs out, the kernel takes these first. What the process starts inherits this. */
  #beFirstToGo(): void {
    if (process.platform !== "linux" || this.#child.pid === undefined) return;
    try {
      writeFileSync(`/proc/${this.#child.pid}/oom_score_adj`, "1000");
    } catch {
      // It has ended already: there is nothing to take.
    }
  }

  /** Once it is started, or has had its time for that, the recorder's own processes come before it. */
  async #yieldToOthers(): Promise<void> {
    this.#pid ??= this.#ownPid();
    const pid = await this.#pid;
    // Behind core also where the whole recorder was started with `nice`.
    const nice = Math.min(constants.priority.PRIORITY_LOW, Math.max(NICE, getPriority() + NICE_BEHIND));
    try {
      // On Linux it is each thread's own: those that it has for V8 and for files would be as urgent as before.
      if (pid !== undefined && process.platform === "linux")
        for (const thread of readdirSync(`/proc/${pid}/task`)) setPriority(Number(thread), nice);
      else if (pid !== undefined) setPriority(pid, nice);
    } catch {
      // It has ended already, or the system knows no priorities: the other bounds hold.
    }
  }

  /** Ends the process when it goes beyond a bound that a handler keeps. */
  #bounded(handlers: Readonly<Record<string, LinkHandler>>): Record<string, LinkHandler> {
    const bounded = Object.entries(handlers).map(([name, handler]): [string, LinkHandler] => [
      name,
      (params) => {
        try {
          return handler(params);
        } catch (error) {
          if (error instanceof NightjarError && error.kind === "resource-exhausted") this.kill(error.message);
          throw error;
        }
      },
    ]);
    return Object.fromEntries(bounded);
  }

  /** Counts what it sends; false: it was too much, and nothing of it is looked at any more. */
  #take(messages: number, bytes: number): boolean {
    if (this.#reason !== undefined) return false;
    const tooMuch = this.#gate.take(this.#options.clock.monotonicMs(), messages, bytes);
    if (tooMuch === undefined) return true;
    this.kill(`${tooMuch}, and was ended`);
    this.link.close();
    return false;
  }

  #look(): void {
    const { clock } = this.#options;
    const hangs = this.#silence?.look(clock.monotonicMs(), this.#measured?.cpuSeconds);
    if (hangs !== undefined) {
      this.kill(hangs);
      return;
    }
    if (this.link.waitingBytes > UNREAD_LIMIT_BYTES) {
      this.kill("it does not read what it is told, and was ended");
      return;
    }
    void this.#measure();
    const isMeasured = this.#measured !== undefined;
    this.link.request("ping", { isMeasured }, SILENCE_LIMIT_MS).then(
      (told) => {
        this.#silence?.answered(clock.monotonicMs(), this.#measured?.cpuSeconds);
        this.health = { ...told, ...this.#measured };
      },
      () => undefined,
    );
  }

  async #measure(): Promise<void> {
    this.#pid ??= this.#ownPid();
    this.#measured = processFigures(await this.#pid);
    const cpuSeconds = this.#measured?.cpuSeconds ?? this.health?.cpuSeconds ?? 0;
    const tooBusy = this.#processor.look(this.#options.clock.monotonicMs(), cpuSeconds);
    if (tooBusy !== undefined) this.kill(tooBusy);
    const rssBytes = this.#measured?.rssBytes ?? this.health?.rssBytes ?? 0;
    if (rssBytes <= MEMORY_LIMIT_BYTES) return;
    this.kill(
      `it took ${Math.round(rssBytes / 1024 ** 2)} MB of memory; ${MEMORY_LIMIT_BYTES / 1024 ** 2} MB are allowed`,
    );
  }

  async #ownPid(): Promise<number | undefined> {
    // Until it has said hello it may not be there yet; if it never does, there is nothing to measure.
    const isThere = await this.link.ready.then(
      () => true,
      () => false,
    );
    return isThere ? wrappedPid(this.#child.pid) : undefined;
  }

  #describeEnd(code: number | null, signal: NodeJS.Signals | null): string {
    const isWrapped = this.#isWrapped;
    return (
      this.#group?.wentBeyond() ??
      describeEnd({ code, signal, isWrapped, stderr: this.#stderr, heapLimitMb: HEAP_LIMIT_MB })
    );
  }
}

/** A group for one life; undefined: there can be none, and the watch does it. */
async function groupFor({ name, groups }: IsolatedProcessOptions): Promise<PluginGroup | undefined> {
  const branch = groups === undefined ? await detectControlGroups() : groups;
  if (branch === undefined || branch === null) return undefined;
  lives += 1;
  return makeGroup(branch, groupName(name, lives), GROUP_BOUNDS).catch(() => undefined);
}
