// What a plugin is lent that must end with it: timers, requests to the network, a signal. The same inline and in a
// process of its own.
import type { Clock, Timer } from "../../clock.ts";
import { NightjarError } from "../../errors.ts";
import { guardedFetch, lookupTarget } from "../calls/guarded-network.ts";

/** A timer of a plugin; cancelling twice is harmless. */
export interface PluginTimer {
  cancel(): void;
}

/** Timers that end with the plugin. What an action throws is reported against the plugin, and the timer goes on. */
export interface PluginTimers {
  /** Calls `action` once after `delayMs`. */
  after(delayMs: number, action: () => void | Promise<void>): PluginTimer;
  /** Calls `action` every `periodMs`, at most once at a time. */
  every(periodMs: number, action: () => void | Promise<void>): PluginTimer;
}

/** An address that a name stands for, as `node:dns` says it. */
export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

/** What ends with the plugin. */
export interface PluginTools {
  /** Aborted when the plugin ends. */
  readonly signal: AbortSignal;
  readonly timers: PluginTimers;
  /**
   * `fetch` that ends with the plugin, and after `timeoutMs` (10 s unless told). It does not reach the recorder itself:
   * `NJ_ADDRESS_OWN`.
   */
  readonly fetch: (
    address: string | URL,
    options?: RequestInit & { readonly timeoutMs?: number },
  ) => Promise<Response>;
  /**
   * The addresses to connect to where a plugin opens connections of its own to what somebody typed: connect to one of these,
   * not to the name again, which may lead elsewhere the next time. Empty: it leads to no machine. Throws `NJ_ADDRESS_OWN`
   * where the recorder itself listens at that port; rejects as `node:dns` does.
   */
  readonly lookup: (host: string, port: number) => Promise<readonly ResolvedAddress[]>;
}

/** What the network is lent by. */
export interface LentNetwork {
  /** TCP ports that the recorder has opened, asked at each use. */
  ownPorts(): readonly number[] | Promise<readonly number[]>;
  /** Throws where the plugin has no network. */
  allowed(): void;
}

const FETCH_LIMIT_MS = 10_000;
const TIMERS_LIMIT = 1_000;
const SHORTEST_PERIOD_MS = 10;

/** Makes the tools for one life of a plugin; its timers run on `clock`. `end` stops them all. */
export function pluginTools(
  clock: Pick<Clock, "after" | "every">,
  onFault: (error: unknown) => void,
  network: LentNetwork,
): { tools: PluginTools; end: () => void } {
  const life = new AbortController();
  const running = new Set<Timer>();

  function keep(handle: Timer): PluginTimer {
    running.add(handle);
    return {
      cancel: () => {
        handle.cancel();
        running.delete(handle);
      },
    };
  }

  function check(): void {
    if (life.signal.aborted) throw ended();
    if (running.size < TIMERS_LIMIT) return;
    throw new NightjarError(
      "NJ_PLUGIN_FAILED",
      "resource-exhausted",
      `a plugin has ${TIMERS_LIMIT} timers at most`,
    );
  }

  async function run(action: () => void | Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      onFault(error);
    }
  }

  const timers: PluginTimers = {
    after(delayMs, action) {
      check();
      const timer = keep(
        clock.after(delayMs, () => {
          timer.cancel();
          void run(action);
        }),
      );
      return timer;
    },
    every(periodMs, action) {
      check();
      let busy = false;
      const turn = async (): Promise<void> => {
        if (busy) return;
        busy = true;
        await run(action);
        busy = false;
      };
      return keep(clock.every(Math.max(SHORTEST_PERIOD_MS, periodMs), () => void turn()));
    },
  };
  const tools: PluginTools = {
    signal: life.signal,
    timers,
    async fetch(address, { timeoutMs = FETCH_LIMIT_MS, signal, ...options } = {}) {
      if (life.signal.aborted) throw ended();
      const signals = [life.signal, AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])];
      const ownPorts = await network.ownPorts();
      return guardedFetch(address, { ...options, signal: AbortSignal.any(signals) }, ownPorts);
    },
    async lookup(host, port) {
      if (life.signal.aborted) throw ended();
      network.allowed();
      return lookupTarget(host, port, await network.ownPorts());
    },
  };
  return {
    tools,
    end() {
      life.abort(ended());
      for (const handle of running) handle.cancel();
      running.clear();
    },
  };
}

function ended(): NightjarError {
  return new NightjarError("NJ_PLUGIN_AWAY", "unavailable", "the plugin has ended");
}
