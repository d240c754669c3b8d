// The life of an isolated plugin as the core sees it: started, watched, started again with pauses, and left alone after
// too many failures. Its entries and taps stand in the core's registries as stand-ins that pass calls on.
import { type Clock, systemClock, type Timer } from "../../clock.ts";
import type { Worded } from "../../domain/facts.ts";
import { NightjarError } from "../../errors.ts";
import type { LinkHandler } from "../../link/link.ts";
import { isContext } from "../calls/guarded-entry.ts";
import { plainCopy } from "../calls/plain-copy.ts";
import { checkCard, type EntryParts, REGISTRIES, type RegistryName } from "../calls/registries.ts";
import { HOOKS, type HookName } from "../contract/hook-catalogue.ts";
import type { MqttCommand } from "../contract/plugin-mqtt.ts";
import type { HostedPlugin, HostedStatus, PluginPlaces } from "../host/hosted-plugin.ts";
import { PluginMoments } from "../host/plugin-moments.ts";
import { SettledWaiters } from "../host/set-up-order.ts";
import { cutReason, toldFailure } from "../host/told-failure.ts";
import type { NetworkLeave } from "../package/permissions.ts";
import { BoxedTimers } from "./boxed-timers.ts";
import type { ConfinementWay } from "./confinement.ts";
import type { BoundsWay } from "./control-groups.ts";
import { IsolatedProcess, type IsolatedProcessOptions } from "./isolated-process.ts";
import { pluginLog } from "./plugin-log.ts";
import { type CoreMethodsForPlugin, type Placeholder, type PluginHealth, pictureHead } from "./protocol.ts";
import { tamed } from "./tame-schema.ts";

/** Above the limits of hooks, which say what ran out of time. */
const TAP_LIMIT_MS = 11_000;
/** As much above the limit of a registry. */
const BEYOND_LIMIT_MS = 1_000;
/** A plugin that failed this often within the window is left alone. */
const FAILURES_ALLOWED = 4;
const WINDOW_MS = 5 * 60_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
const ENTRIES_LIMIT = 50;
/** For all taps of a hook together; who taps it often does not get more. */
const START_LIMIT_MS = 10_000;
const STOP_LIMIT_MS = 2_500;
const OFFERS_LIMIT = 64;

type Told = Parameters<CoreMethodsForPlugin["log"]>[0];
/** What a call brings with it that cannot cross. */
interface CallContext {
  readonly signal: AbortSignal;
  readonly secret?: (field: string) => Promise<string | undefined>;
  /** The brightness of a picture: sent ahead of the call as a binary frame. */
  readonly luma?: Uint8Array;
}

export interface IsolatedPluginOptions
  extends Omit<IsolatedProcessOptions, "handlers" | "onEnd" | "config" | "clock" | "network" | "signal"> {
  readonly clock: Clock;
  readonly places: PluginPlaces;
  /** Asked at each start. */
  network(): NetworkLeave;
  /** Whether it may tap a hook. */
  mayTap(hook: HookName): boolean;
}

export class IsolatedPlugin implements HostedPlugin {
  readonly isolation = "process";
  readonly #options: IsolatedPluginOptions;
  readonly #contexts = new Map<number, CallContext>();
  /** What this life has registered, as `registry id`. */
  #registered = new Set<string>();
  #process: IsolatedProcess | undefined;
  #confinement: ConfinementWay | undefined;
  #bounds: BoundsWay | undefined;
  /** Aborted when what is being started is no longer wanted. */
  #starting = new AbortController();
  #nextCall = 1;
  #failures: number[] = [];
  #pause: Timer | undefined;
  readonly #moments = new PluginMoments();
  readonly #settled = new SettledWaiters();
  readonly #boxedTimers: BoxedTimers | undefined;
  status: HostedStatus = "stopped";
  reason: string | undefined;
  worded: Worded | undefined;
  restarts = 0;

  constructor(options: IsolatedPluginOptions) {
    this.#options = options;
    if (options.hasBoxedTimers === true)
      this.#boxedTimers = new BoxedTimers(options.clock, (timer) =>
        this.#process?.link.notify("timerFired", { timer }),
      );
  }

  get health(): PluginHealth | undefined {
    return this.#process?.health;
  }

  get confinement(): ConfinementWay | undefined {
    return this.#confinement;
  }

  get bounds(): BoundsWay | undefined {
    return this.#bounds;
  }

  get network(): NetworkLeave {
    return this.#options.network();
  }

  settled(): Promise<void> {
    return this.#settled.wait(this.status);
  }

  async load(): Promise<void> {
    this.#pause?.cancel();
    this.#starting.abort();
    const starting = new AbortController();
    this.#starting = starting;
    this.#set("starting");
    const { places, ...options } = this.#options;
    places.clearTaps();
    this.#registered = new Set();
    this.#boxedTimers?.end();
    // Before it queues for its start: whoever it waits for may stand in that queue as well.
    await places.predecessors(starting.signal);
    if (starting.signal.aborted) return;
    try {
      const started = await IsolatedProcess.start({
        ...options,
        // Where time stands still, or runs ahead, a process is watched all the same.
        clock: this.#boxedTimers === undefined ? options.clock : systemClock,
        config: places.config(),
        network: options.network(),
        handlers: this.#handlers(),
        onEnd: (reason) => this.#ended(reason, { code: "NJ_PLUGIN_FAILED", context: { case: "ended" } }),
        signal: starting.signal,
      });
      if (starting.signal.aborted) {
        await started.stop();
        return;
      }
      this.#process = started;
      this.#confinement = started.confinement;
      this.#bounds = started.bounds;
    } catch (error) {
      if (starting.signal.aborted) return;
      const { reason, worded } = toldFailure(error);
      this.#ended(reason, worded);
      return;
    }
    this.#set("running");
    places.keepOnly(this.#registered);
    places.answers(this.#registered);
    // The core runs `start` and `ready` once, for all; whoever comes later is started on his own.
    await this.#within(START_LIMIT_MS, this.#moments.catchUp(places, starting.signal));
  }

  hasStarted(): void {
    this.#moments.hasStarted();
  }

  becameReady(): void {
    this.#moments.becameReady();
  }

  async restart(): Promise<void> {
    this.#failures = [];
    await this.stop();
    await this.load();
  }

  async stop(): Promise<void> {
    this.#pause?.cancel();
    this.#starting.abort();
    const running = this.#process;
    if (running !== undefined && this.status === "running")
      await this.#within(STOP_LIMIT_MS, this.#options.places.run("stop", []));
    this.#process = undefined;
    this.#boxedTimers?.end();
    this.#set("stopped");
    this.#options.places.clearTaps();
    this.#options.places.gone();
    await running?.stop();
  }

  /** Waits for taps, which have their limits one by one, no longer than for all of them together. */
  async #within(limitMs: number, work: Promise<void>): Promise<void> {
    const patience = Promise.withResolvers<void>();
    const timer = this.#options.clock.after(limitMs, patience.resolve);
    await Promise.race([work, patience.promise]);
    timer.cancel();
  }

  #set(status: HostedStatus, reason?: string, worded?: Worded): void {
    this.status = status;
    if (reason !== undefined || status === "running") {
      this.reason = reason;
      this.worded = worded;
    }
    this.#settled.changed(status);
  }

  #ended(reason: string, worded: Worded): void {
    this.#process = undefined;
    this.#boxedTimers?.end();
    this.#contexts.clear();
    if (this.status === "stopped") return;
    const { clock, places } = this.#options;
    places.ended(reason, worded);
    const nowMs = clock.monotonicMs();
    this.#failures = [...this.#failures.filter((atMs) => nowMs - atMs < WINDOW_MS), nowMs];
    const count = this.#failures.length;
    if (count > FAILURES_ALLOWED) {
      places.log.error("a plugin failed too often and is left alone", { reason });
      this.#set("quarantined", `it failed ${count} times within five minutes and is left alone: ${reason}`, {
        code: "NJ_PLUGIN_FAILED",
        context: { case: "often", count },
      });
      places.gone();
      return;
    }
    const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (count - 1));
    places.log.warn("a plugin ended and is started again", { reason, pauseMs });
    this.restarts += 1;
    this.#set("restarting", reason, worded);
    this.#pause = clock.after(pauseMs, () => void this.load());
  }

  /** Sends a call; a signal or context among its arguments may give it up. */
  async #call(
    given: readonly unknown[],
    send: (process: IsolatedProcess, call: number, args: readonly unknown[]) => Promise<unknown>,
  ): Promise<unknown> {
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
    const context = contextOf(given);
    if (context !== undefined) this.#contexts.set(call, context);
    const giveUp = (): void => process.link.notify("cancel", { call });
    context?.signal.addEventListener("abort", giveUp, { once: true });
    const luma = context?.luma;
    if (luma !== undefined && luma.byteLength > 0) process.link.sendBinary([pictureHead(call), luma]);
    try {
      return await send(process, call, crossing(given));
    } finally {
      context?.signal.removeEventListener("abort", giveUp);
      this.#contexts.delete(call);
    }
  }

  #handlers(): Readonly<Record<string, LinkHandler>> {
    const { places, clock } = this.#options;
    const log = pluginLog(places.log, clock);
    const isOwn = (driver: unknown): boolean => this.#registered.has(`cameraDrivers ${String(driver)}`);
    let declared = 0;
    let offered = 0;
    return {
      register: ({ registry, card: told, calls }: Parameters<CoreMethodsForPlugin["register"]>[0]) => {
        if (!Object.hasOwn(REGISTRIES, registry)) throw refused(`there is no registry ${String(registry)}`);
        if (this.#registered.size >= ENTRIES_LIMIT)
          throw refused(`a plugin registers ${ENTRIES_LIMIT} entries at most`);
        // Its process has copied it as well, or says so.
        const card = plainCopy(told, "an entry");
        checkCard(registry, card, calls);
        places.register(registry, this.#standIn(registry, tamed(card), calls));
        const name = `${registry} ${card.id}`;
        this.#registered.add(name);
        if (this.status === "running") places.answers([name]);
      },
      tap: ({ tap, hook, stage }: Parameters<CoreMethodsForPlugin["tap"]>[0]) => {
        if (tap !== declared || !Object.hasOwn(HOOKS, hook)) return;
        declared += 1;
        if (!this.#options.mayTap(hook)) {
          places.failed(
            `hook ${hook}`,
            new NightjarError(
              "NJ_PLUGIN_PERMISSION",
              "permission-denied",
              `it may not decide in ${hook}: its package.json does not ask for that (nightjar.permissions.hooks), or its owner does not grant it (grants.hooks in config.json)`,
            ),
          );
          return;
        }
        const order = { tap } as const;
        const once = this.#moments.once(hook, (...args) =>
          this.#call(args, (process, call, sent) =>
            process.link.request("runTap", { ...order, call, args: sent }, TAP_LIMIT_MS),
          ),
        );
        places.tap(hook, Number(stage) || 0, async (...args) =>
          this.#process === undefined ? undefined : once(...args),
        );
      },
      log: ({ level, message, fields }: Told) => log.line(level, message, fields),
      failed: ({ where, reason }: Parameters<CoreMethodsForPlugin["failed"]>[0]) => {
        if (!log.takesOne()) return;
        places.failed(
          where === "timer" ? "a timer" : "a command over MQTT",
          new NightjarError("NJ_PLUGIN_FAILED", "internal", cutReason(reason)),
        );
      },
      // Others are told less: which ports are open, whoever has the network can try.
      ownPorts: () => (this.#options.network() === "granted" ? places.ownPorts() : []),
      refreshCameras: ({ driver }: { driver: string }) => {
        if (isOwn(driver)) places.refreshCameras(driver);
      },
      offerCamera: ({ camera }: Parameters<CoreMethodsForPlugin["offerCamera"]>[0]) => {
        offered += 1;
        if (offered > OFFERS_LIMIT) throw refused(`a plugin offers ${OFFERS_LIMIT} cameras at most`);
        // With the driver of another it could have the recorder connect to wherever it likes.
        if (!isOwn(camera?.driver)) throw refused("a plugin offers cameras of its own drivers only");
        return places.offerCamera(plainCopy(camera, "offerCamera"));
      },
      mqttPublish: ({ topic, payload, retain }: Parameters<CoreMethodsForPlugin["mqttPublish"]>[0]) =>
        places.messages.publish(topic, payload, retain),
      mqttSubscribe: ({ subscription, wanted }: Parameters<CoreMethodsForPlugin["mqttSubscribe"]>[0]) =>
        places.messages.subscribe(wanted, this.#bring(subscription)),
      mqttPublishOutside: ({
        topic,
        payload,
        retain,
      }: Parameters<CoreMethodsForPlugin["mqttPublishOutside"]>[0]) =>
        places.messages.publishOutside(topic, payload, retain),
      mqttSubscribeOutside: ({
        subscription,
        topic,
      }: Parameters<CoreMethodsForPlugin["mqttSubscribeOutside"]>[0]) =>
        places.messages.subscribeOutside(topic, this.#bring(subscription)),
      secret: async ({ call, field }: { call: number; field: string }) =>
        (await this.#contexts.get(call)?.secret?.(String(field))) ?? null,
      ownSecret: async ({ name }: { name: string }) => (await places.secrets.get(String(name))) ?? null,
      setOwnSecret: ({ name, secret }: Parameters<CoreMethodsForPlugin["setOwnSecret"]>[0]) =>
        places.secrets.set(String(name), secret === null ? undefined : String(secret)),
      ...this.#boxedTimers?.handlers(),
    };
  }

  #bring(subscription: number): (command: MqttCommand) => void {
    return (command) =>
      this.#process?.link.notify("mqttCommand", { subscription: Number(subscription), command });
  }

  #standIn(registry: RegistryName, card: EntryParts["card"], calls: readonly string[]): EntryParts {
    const { required, optional } = REGISTRIES[registry];
    const known = [...required, ...optional].filter((method) => calls.includes(method));
    const limitMs = REGISTRIES[registry].limitMs + BEYOND_LIMIT_MS;
    const passOn =
      (method: string) =>
      (...given: unknown[]): Promise<unknown> =>
        this.#call(given, (process, call, args) =>
          process.link.request("callEntry", { call, registry, id: card.id, method, args }, limitMs),
        );
    return { card, calls: Object.fromEntries(known.map((method) => [method, passOn(method)])) };
  }
}

function contextOf(args: readonly unknown[]): CallContext | undefined {
  for (const arg of args) {
    if (arg instanceof AbortSignal) return { signal: arg };
    if (isContext(arg)) return arg;
  }
  return undefined;
}

/** What JSON makes `null` of is left out where nothing follows it: over there it is `undefined`, as inline. */
function crossing(given: readonly unknown[]): readonly unknown[] {
  const last = given.findLastIndex((arg) => arg !== undefined);
  return given.slice(0, last + 1).map(placeholder);
}

function placeholder(arg: unknown): unknown {
  if (arg instanceof AbortSignal) return { $place: "signal" } satisfies Placeholder;
  return isContext(arg) ? ({ $place: "context" } satisfies Placeholder) : arg;
}

function refused(message: string): NightjarError {
  return new NightjarError("NJ_PLUGIN_FAILED", "resource-exhausted", message);
}
