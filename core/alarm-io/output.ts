// One alarm output: on or off, for how long, and by whom. Commands to its device go out one after the other; one that is to
// go off is tried until it does, for a siren that cannot be stopped is worse than a request too many.
import type { Clock, Timer } from "../clock.ts";
import type { DeepReadonly } from "../config/config-store.ts";
import type { OutputConfig } from "../config/output-config.ts";
import { NightjarError } from "../errors.ts";
import type { Log } from "../log.ts";
import { withTimeLimit } from "../plugin/calls/time-limit.ts";

/** Switches a device. Rejects with a message for people. */
export interface OutputDriver {
  set(on: boolean, signal: AbortSignal): Promise<void>;
}

/** How an output is. */
export interface OutputState {
  readonly on: boolean;
  /** Since when; of an output that was never switched: absent. */
  readonly sinceMs?: number;
  /** When it goes off by itself. Absent while on: when somebody clears it. */
  readonly offAtMs?: number;
  /** Who switched it: an account, `rule <id>`, `device`. */
  readonly by?: string;
  /** Why its device did not do what it was told last. */
  readonly reason?: string;
}

export interface OutputOptions {
  readonly config: DeepReadonly<OutputConfig>;
  readonly driver: OutputDriver;
  readonly clock: Clock;
  readonly log: Log;
  /** Its state is another one. */
  changed(): void;
}

const COMMAND_MS = 10_000;
const PAUSES_MS = [1_000, 2_000, 5_000, 10_000, 30_000, 60_000];
/** Commands that wait for the device; a storm of events needs no more. One that switches off is always taken. */
const MOST_WAITING = 8;
/** A device that did not say that it went on may be on all the same: so often it is told to be off. */
const TRIES_AFTER_FAILED_ON = PAUSES_MS.length;

export class Output {
  readonly #options: OutputOptions;
  readonly #end = new AbortController();
  #config: DeepReadonly<OutputConfig>;
  #state: OutputState = { on: false };
  #turn: Promise<void> = Promise.resolve();
  #waiting = 0;
  /** A command to switch off that waits for its turn: one is enough for all who ask. */
  #clearing: Promise<void> | undefined;
  /** Ends the dwell, or tries once more to switch off. */
  #timer: Timer | undefined;
  #offAtMonotonicMs: number | undefined;

  constructor(options: OutputOptions) {
    this.#options = options;
    this.#config = options.config;
  }

  get config(): DeepReadonly<OutputConfig> {
    return this.#config;
  }

  get state(): OutputState {
    return this.#state;
  }

  /** Another name, dwell or schedule: what is on stays on as it was meant. */
  rename(config: DeepReadonly<OutputConfig>): void {
    this.#config = config;
  }

  /** As an earlier process left it: a latch stays as it was, what had a dwell goes off now. */
  restore(state: Pick<OutputState, "sinceMs" | "by"> & { readonly isLatched: boolean }): void {
    const { isLatched, ...rest } = state;
    // What is to go off as soon as its device obeys is no latch, also for the next start.
    this.#put({ on: true, ...rest, ...(isLatched ? {} : { offAtMs: this.#options.clock.wallMs() }) });
    if (!isLatched) void this.#offUntilDone(0);
  }

  /**
   * Switches it on, for `dwellSeconds` (0: until it is cleared; undefined: as its settings say). While it is on, whichever
   * wish lasts longer holds. Throws what its device throws, and `NJ_OUTPUT_BUSY`.
   */
  trigger(by: string, dwellSeconds: number = this.#config.dwellSeconds): Promise<void> {
    return this.#inTurn(async () => {
      const { on, offAtMs } = this.#state;
      const isGoingOff = on && this.#timer !== undefined && this.#offAtMonotonicMs === undefined;
      if (!on || isGoingOff) {
        await this.#on();
        this.#put({ on: true, sinceMs: this.#options.clock.wallMs(), by });
        this.#dwell(dwellSeconds);
        return;
      }
      // A latch outlasts every dwell.
      if (offAtMs === undefined) return;
      const nowMs = this.#options.clock.monotonicMs();
      if (dwellSeconds === 0 || nowMs + dwellSeconds * 1_000 > (this.#offAtMonotonicMs ?? 0))
        this.#dwell(dwellSeconds);
    });
  }

  /** Switches it off, also one that is off already: its device may not be. Throws as `trigger` does; it is tried again then. */
  clear(by: string): Promise<void> {
    if (this.#clearing !== undefined) return this.#clearing;
    const done: Promise<void> = this.#turn.then(async () => {
      if (this.#clearing === done) this.#clearing = undefined;
      const mayBeOn = this.#state.on || this.#timer !== undefined;
      this.#stopTimer();
      try {
        await this.#off(by);
      } catch (error) {
        if (this.#state.on) {
          this.#put({ ...this.#state, offAtMs: this.#options.clock.wallMs() });
          this.#retry(0);
        } else if (mayBeOn && !this.#end.signal.aborted) this.#retry(0, TRIES_AFTER_FAILED_ON);
        throw error;
      }
    });
    this.#clearing = done;
    this.#turn = done.catch(() => undefined);
    return done;
  }

  /**
   * What the device itself says of its state. A dwell runs on: whatever the device says meanwhile, it is switched off at its
   * end.
   */
  heard(on: boolean): void {
    if (on === this.#state.on) return;
    const { clock } = this.#options;
    const endsIn =
      this.#offAtMonotonicMs === undefined ? undefined : this.#offAtMonotonicMs - clock.monotonicMs();
    this.#put({
      ...{ on, sinceMs: clock.wallMs(), by: "device" },
      ...(on && endsIn !== undefined ? { offAtMs: clock.wallMs() + endsIn } : {}),
    });
  }

  /** Nothing goes out any more. What is on stays on: see `restore`. */
  close(): void {
    this.#stopTimer();
    this.#end.abort();
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    if (this.#waiting >= MOST_WAITING) {
      return Promise.reject(
        new NightjarError(
          "NJ_OUTPUT_BUSY",
          "resource-exhausted",
          `the output "${this.#config.name}" is still doing what it was told before`,
        ),
      );
    }
    // Whoever switches off after this one is not answered by a command that goes before it.
    this.#clearing = undefined;
    this.#waiting += 1;
    const done = this.#turn.then(work).finally(() => {
      this.#waiting -= 1;
    });
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #command(on: boolean): Promise<void> {
    try {
      const set = this.#options.driver.set(
        on,
        AbortSignal.any([this.#end.signal, AbortSignal.timeout(COMMAND_MS)]),
      );
      await withTimeLimit(set, COMMAND_MS, `the output "${this.#config.name}"`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (this.#state.reason !== reason) {
        this.#options.log.warn("an output was not switched", { output: this.#config.id, on, reason });
        this.#put({ ...this.#state, reason });
      }
      throw error;
    }
  }

  /** Throws what the device throws; a device that may have obeyed without saying so is told to be off then. */
  async #on(): Promise<void> {
    try {
      await this.#command(true);
    } catch (error) {
      // One that is going off is told so already.
      if (!this.#state.on && !this.#end.signal.aborted) this.#retry(0, TRIES_AFTER_FAILED_ON);
      throw error;
    }
  }

  async #off(by: string | undefined): Promise<void> {
    await this.#command(false);
    const wasOn = this.#state.on || this.#state.reason !== undefined;
    this.#offAtMonotonicMs = undefined;
    if (wasOn)
      this.#put({ on: false, sinceMs: this.#options.clock.wallMs(), ...(by === undefined ? {} : { by }) });
  }

  #dwell(seconds: number): void {
    this.#stopTimer();
    const { offAtMs: _, ...state } = this.#state;
    if (seconds === 0) {
      this.#put(state);
      return;
    }
    const { clock } = this.#options;
    const ms = seconds * 1_000;
    this.#offAtMonotonicMs = clock.monotonicMs() + ms;
    this.#put({ ...state, offAtMs: clock.wallMs() + ms });
    this.#timer = clock.after(ms, () => void this.#offUntilDone(0));
  }

  /** `tries`: how often it has failed, of `atMost`. A command that comes meanwhile takes over. */
  async #offUntilDone(tries: number, atMost = Number.POSITIVE_INFINITY): Promise<void> {
    const timer = this.#timer;
    this.#offAtMonotonicMs = undefined;
    const work = this.#turn.then(async () => {
      if (this.#timer !== timer || this.#end.signal.aborted) return;
      try {
        await this.#off(this.#state.by);
        this.#timer = undefined;
      } catch {
        if (!this.#end.signal.aborted) this.#retry(tries, atMost);
      }
    });
    this.#turn = work;
    await work;
  }

  #retry(tries: number, atMost?: number): void {
    this.#stopTimer();
    if (atMost !== undefined && tries >= atMost) return;
    const pauseMs = PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)] ?? 0;
    this.#timer = this.#options.clock.after(pauseMs, () => void this.#offUntilDone(tries + 1, atMost));
  }

  #stopTimer(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#offAtMonotonicMs = undefined;
  }

  #put(state: OutputState): void {
    this.#state = state;
    this.#options.changed();
  }
}
