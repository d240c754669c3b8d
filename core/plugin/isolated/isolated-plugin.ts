// The life of an isolated plugin as the core sees it: started, watched, started again with pauses, and left alone after
// too many failures. Its drivers and taps stand in the core's registries as stand-ins that pass calls on.
import type { Clock, Timer } from "../../clock.ts";
import { NightjarError } from "../../errors.ts";
import type { LinkHandler } from "../../link/link.ts";
import type { Log } from "../../log.ts";
import type { CameraDriver, CameraStreams, DriverContext } from "../camera-driver.ts";
import type { OfferedCamera } from "../define-plugin.ts";
import { HOOK_KINDS, type HookName } from "../hooks.ts";
import { IsolatedProcess, type IsolatedProcessOptions } from "./isolated-process.ts";
import { plainCopy } from "./plain-copy.ts";
import type { CoreMethodsForPlugin, DriverCard, PluginHealth } from "./protocol.ts";

const CALL_LIMIT_MS = 10_000;
/** A plugin that failed this often within the window is left alone. */
const FAILURES_ALLOWED = 4;
const WINDOW_MS = 5 * 60_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
const TAPS_LIMIT = 200;
const DRIVERS_LIMIT = 50;

type Told = Parameters<CoreMethodsForPlugin["log"]>[0];

/** What the host lends a plugin. */
export interface PluginPlaces {
  /**
   * Puts a driver in the plugin's name into the registry; the same id again replaces the plugin's own. Throws
   * `NJ_REGISTRY_DUPLICATE` where another plugin answers for that id.
   */
  registerDriver(driver: CameraDriver): void;
  /** These drivers answer from now on: for the first time, or after a restart. */
  driversAnswer(ids: readonly string[]): void;
  /** Taps a hook in the plugin's name. Called once for each tap, however often the plugin is started. */
  tap(hook: HookName, stage: number, listener: (...args: unknown[]) => Promise<void>): void;
  refreshCameras(driver: string): void;
  offerCamera(camera: OfferedCamera): Promise<void>;
}

export interface IsolatedPluginOptions
  extends Omit<IsolatedProcessOptions, "handlers" | "onEnd" | "config" | "clock"> {
  readonly clock: Clock;
  readonly log: Log;
  config(): unknown;
  readonly places: PluginPlaces;
}

export type IsolatedStatus = "starting" | "running" | "restarting" | "quarantined" | "stopped";

interface Tap {
  readonly hook: HookName;
  readonly stage: number;
}

export class IsolatedPlugin {
  readonly #options: IsolatedPluginOptions;
  readonly #secrets = new Map<number, DriverContext["secret"]>();
  readonly #taps: Tap[] = [];
  #process: IsolatedProcess | undefined;
  #nextCall = 1;
  #failures: number[] = [];
  #pause: Timer | undefined;
  #hasStarted = false;
  readonly #drivers = new Set<string>();
  status: IsolatedStatus = "stopped";
  /** Why it does not run, or did not last time. */
  reason: string | undefined;
  restarts = 0;

  constructor(options: IsolatedPluginOptions) {
    this.#options = options;
  }

  get health(): PluginHealth | undefined {
    return this.#process?.health;
  }

  /** Loads the plugin. Never rejects: what is wrong stands in `status` and `reason`. */
  async load(): Promise<void> {
    this.#pause?.cancel();
    this.#set("starting");
    const options = this.#options;
    try {
      this.#process = await IsolatedProcess.start({
        ...options,
        config: options.config(),
        handlers: this.#handlers(),
        onEnd: (reason) => this.#ended(reason),
      });
    } catch (error) {
      this.#ended(error instanceof Error ? error.message : String(error));
      return;
    }
    this.#set("running");
    this.#options.places.driversAnswer([...this.#drivers]);
    // The core runs `start` and `ready` once, for all; whoever comes later is started on his own.
    if (this.#hasStarted) await this.#startAgain();
  }

  /** Forgets former failures and starts anew: by an administrator's order. */
  async restart(): Promise<void> {
    this.#failures = [];
    await this.stop();
    await this.load();
  }

  async stop(): Promise<void> {
    this.#pause?.cancel();
    const running = this.#process;
    this.#process = undefined;
    this.#set("stopped");
    await running?.stop();
  }

  #set(status: IsolatedStatus, reason?: string): void {
    this.status = status;
    if (reason !== undefined || status === "running") this.reason = reason;
  }

  #ended(reason: string): void {
    this.#process = undefined;
    this.#secrets.clear();
    if (this.status === "stopped") return;
    const { clock, log, name } = this.#options;
    const nowMs = clock.monotonicMs();
    this.#failures = [...this.#failures.filter((atMs) => nowMs - atMs < WINDOW_MS), nowMs];
    const count = this.#failures.length;
    if (count > FAILURES_ALLOWED) {
      log.error("a plugin failed too often and is left alone", { plugin: name, reason });
      this.#set("quarantined", `it failed ${count} times within five minutes and is left alone: ${reason}`);
      return;
    }
    const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (count - 1));
    log.warn("a plugin ended and is started again", { plugin: name, reason, pauseMs });
    this.restarts += 1;
    this.#set("restarting", reason);
    this.#pause = clock.after(pauseMs, () => void this.load());
  }

  /** Runs the taps of `start`, then of `ready`, of this plugin alone. */
  async #startAgain(): Promise<void> {
    for (const hook of ["start", "ready"] as const) {
      const own = [...this.#taps.entries()].filter(([, tap]) => tap.hook === hook);
      for (const [index] of own.sort(([, a], [, b]) => a.stage - b.stage)) {
        await this.#runTap(index, hook === "start" ? [new AbortController().signal] : []).catch(
          (error: unknown) =>
            this.#options.log.error("plugin failed", {
              plugin: this.#options.name,
              hook,
              reason: error instanceof Error ? error.message : String(error),
            }),
        );
      }
    }
  }

  async #runTap(tap: number, args: readonly unknown[]): Promise<void> {
    if (this.#process === undefined) return;
    const signal = args.find((arg) => arg instanceof AbortSignal);
    const plain = args.map((arg) => (arg instanceof AbortSignal ? { $signal: true } : arg));
    await this.#call(signal, (process, call) =>
      process.link.request("runTap", { call, tap, args: plain }, CALL_LIMIT_MS),
    );
  }

  /** Sends a call that `signal` may give up. */
  async #call<Result>(
    signal: AbortSignal | undefined,
    send: (process: IsolatedProcess, call: number) => Promise<Result>,
  ): Promise<Result> {
    const process = this.#process;
    if (process === undefined) {
      throw new NightjarError(
        "NJ_PLUGIN_AWAY",
        "unavailable",
        `the plugin ${this.#options.name} does not run${this.reason === undefined ? "" : `: ${this.reason}`}`,
      );
    }
    const call = this.#nextCall;
    this.#nextCall += 1;
    const giveUp = (): void => process.link.notify("cancel", { call });
    signal?.addEventListener("abort", giveUp, { once: true });
    try {
      return await send(process, call);
    } finally {
      signal?.removeEventListener("abort", giveUp);
    }
  }

  #handlers(): Readonly<Record<string, LinkHandler>> {
    const { places, log, name } = this.#options;
    let declared = 0;
    const own = log.child({ plugin: name });
    return {
      registerDriver: (card: DriverCard) => {
        if (this.#drivers.size >= DRIVERS_LIMIT && !this.#drivers.has(card.id)) {
          throw new NightjarError(
            "NJ_PLUGIN_FAILED",
            "resource-exhausted",
            `a plugin registers ${DRIVERS_LIMIT} drivers at most`,
          );
        }
        places.registerDriver(this.#standIn(card));
        this.#drivers.add(card.id);
        if (this.status === "running") places.driversAnswer([card.id]);
      },
      tap: ({ tap, hook, stage }: Parameters<CoreMethodsForPlugin["tap"]>[0]) => {
        if (tap !== declared || tap >= TAPS_LIMIT || !Object.hasOwn(HOOK_KINDS, hook)) return;
        declared += 1;
        const known = this.#taps[tap];
        this.#taps[tap] = { hook, stage: Number(stage) || 0 };
        // A stand-in cannot be taken out of a hook again: after a restart it serves the new process.
        if (known?.hook === hook) return;
        places.tap(hook, Number(stage) || 0, async (...args) => {
          if (hook === "start") this.#hasStarted = true;
          if (this.#taps[tap]?.hook === hook) await this.#runTap(tap, args);
        });
      },
      log: ({ level, message, fields }: Told) => {
        if (["debug", "info", "notice", "warn", "error"].includes(level)) own[level](String(message), fields);
      },
      refreshCameras: ({ driver }: { driver: string }) => places.refreshCameras(String(driver)),
      offerCamera: ({ camera }: { camera: OfferedCamera }) => places.offerCamera(camera),
      secret: async ({ call, field }: { call: number; field: string }) =>
        (await this.#secrets.get(call)?.(String(field))) ?? null,
    };
  }

  #standIn(card: DriverCard): CameraDriver {
    const { id, displayName, configSchema, catalogue } = card;
    const prepare = (config: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> =>
      this.#call(undefined, (process, call) =>
        process.link.request(
          "callDriver",
          { call, driver: id, method: "prepare", config: plainCopy(config, `driver ${id}`) },
          CALL_LIMIT_MS,
        ),
      ) as Promise<Record<string, unknown>>;
    return {
      id,
      displayName,
      configSchema,
      ...(catalogue === undefined ? {} : { catalogue }),
      ...(card.prepares ? { prepare } : {}),
      streams: (config, context) =>
        this.#call(context.signal, async (process, call) => {
          this.#secrets.set(call, context.secret);
          try {
            const order = {
              call,
              driver: id,
              method: "streams",
              config: plainCopy(config, `driver ${id}`),
            } as const;
            return (await process.link.request("callDriver", order, CALL_LIMIT_MS)) as CameraStreams;
          } finally {
            this.#secrets.delete(call);
          }
        }),
    };
  }

  /** The core has run its `start`: from now on a new process is started on its own. */
  hasStarted(): void {
    this.#hasStarted = true;
  }
}
