// The core's own synchronous hook: a moment that several rooms of one process listen to, in order, before it goes on. It is
// tapable's SyncHook behind a guard, as the hooks of plugins are: a listener that throws is named in the log and the
// others are still told. Not open to plugins, one of which answers from a process of its own (docs/decisions/0005).
import { SyncHook } from "tapable";
import type { Log } from "./log.ts";

/** Who listens before the others: what these do because of the moment goes by what it changes. */
export const STAGE_EARLY = -10;

/** tapable's class as it is used here: how many arguments there are is known when a hook is made, not when this is written. */
const Hook = SyncHook as unknown as new (args: readonly string[], name: string) => SyncHook<unknown[]>;

interface Tap<Args extends readonly unknown[]> {
  readonly name: string;
  readonly stage: number;
  readonly listener: (...args: Args) => void;
  /** Taken out, perhaps in the middle of a call that has not come to it yet. */
  isGone: boolean;
}

export class CoreHook<Args extends readonly unknown[]> {
  readonly #name: string;
  readonly #args: readonly string[];
  readonly #log: Log;
  #taps: readonly Tap<Args>[] = [];
  #hook: SyncHook<unknown[]>;

  /** `name` and the names of the arguments: the former for the log, the latter for tapable, which compiles the call. */
  constructor(name: string, args: NoInfer<{ readonly [Index in keyof Args]: string }>, log: Log) {
    this.#name = name;
    this.#args = args;
    this.#log = log;
    this.#hook = this.#compose();
  }

  /** How many listen. */
  get size(): number {
    return this.#taps.length;
  }

  /**
   * Calls `listener` from now on, those of a lower stage first and those of one stage in the order of their coming. `name`
   * says in the log who it was. Gives what ends that, at once.
   */
  tap(name: string, listener: (...args: Args) => void, stage = 0): () => void {
    const tap: Tap<Args> = { name, stage, listener, isGone: false };
    this.#taps = [...this.#taps, tap];
    this.#hook = this.#compose();
    return () => {
      if (tap.isGone) return;
      tap.isGone = true;
      this.#taps = this.#taps.filter((other) => other !== tap);
      this.#hook = this.#compose();
    };
  }

  /** Tells all of them, and returns when each has been told. Never throws. */
  call(...args: Args): void {
    this.#hook.call(...args);
  }

  // tapable cannot take a tap out again: the hook is made anew, which happens where rooms start and stop.
  #compose(): SyncHook<unknown[]> {
    const hook = new Hook(this.#args, this.#name);
    for (const tap of this.#taps) hook.tap({ name: tap.name, stage: tap.stage }, this.#guarded(tap));
    return hook;
  }

  #guarded(tap: Tap<Args>): (...args: unknown[]) => void {
    return (...args) => {
      if (tap.isGone) return;
      try {
        tap.listener(...(args as unknown as Args));
      } catch (error) {
        this.#log.error("a listener failed", { hook: this.#name, listener: tap.name, reason: String(error) });
      }
    };
  }
}
