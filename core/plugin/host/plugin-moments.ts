// Which moments of the recorder's life a plugin has been told in its present one. `start`, `ready` and `stop` reach each of its
// taps once, whether the hook runs for all or the plugin catches up alone, and `ready` never before the recorder is.
import type { TapListener } from "../calls/plugin-taps.ts";
import type { HookName } from "../contract/hook-catalogue.ts";
import type { PluginPlaces } from "./hosted-plugin.ts";

const NOTHING = Promise.resolve(undefined);

export class PluginMoments {
  #hasStarted = false;
  #isReady = false;
  /** The life that is being started alone: it is told `ready` when that is done. */
  #catchingUp: AbortSignal | undefined;

  /** The recorder has run its `start`. */
  hasStarted(): void {
    this.#hasStarted = true;
  }

  /** Everything serves. */
  becameReady(): void {
    this.#isReady = true;
  }

  /** Makes what one life taps a hook with of its listener. */
  once(hook: HookName, listener: TapListener): TapListener {
    if (hook !== "start" && hook !== "ready" && hook !== "stop") return listener;
    let isTold = false;
    return (...args) => {
      if (isTold || (hook === "ready" && (!this.#isReady || this.#catchingUp !== undefined))) return NOTHING;
      isTold = true;
      return listener(...args);
    };
  }

  /** Tells a plugin that runs from now on what the recorder has been through already; `signal` ends that life. */
  async catchUp(places: PluginPlaces, signal: AbortSignal): Promise<void> {
    if (!this.#hasStarted) return;
    this.#catchingUp = signal;
    await places.run("start", [signal]);
    if (this.#catchingUp === signal) this.#catchingUp = undefined;
    if (signal.aborted) return;
    if (this.#isReady) await places.run("ready", []);
    await places.described();
  }
}
