// The taps of one plugin over all its lives. tapable cannot take a tap out again, so each tap is a slot that stays in its
// hook and passes calls to the listener of the plugin's present life, or to nobody.
import { NightjarError } from "../../errors.ts";
import { HOOKS, type HookName } from "../contract/hook-catalogue.ts";
import type { Hooks } from "./hooks.ts";
import { guardTap, type TapGuard } from "./tap-guard.ts";

export type TapListener = (...args: unknown[]) => Promise<unknown>;

interface Slot {
  readonly hook: HookName;
  readonly stage: number;
  /** How many taps of the plugin at the same hook and stage came before it. */
  readonly ordinal: number;
  /** A plugin that moves between the core and a process of its own has another slot there. */
  readonly shared: boolean;
  listener: TapListener | undefined;
}

const TAPS_LIMIT = 200;
const NOTHING = Promise.resolve(undefined);

export class PluginTaps {
  readonly #plugin: string;
  readonly #hooks: Hooks;
  readonly #guard: TapGuard;
  readonly #slots: Slot[] = [];

  constructor(plugin: string, hooks: Hooks, guard: TapGuard) {
    this.#plugin = plugin;
    this.#hooks = hooks;
    this.#guard = guard;
  }

  /**
   * Taps a hook for the present life; one that is not `shared` is called by `run` alone. Throws `NJ_PLUGIN_FAILED` where
   * there are too many.
   */
  add(hook: HookName, stage: number, listener: TapListener, shared = true): void {
    const ordinal = this.#slots.filter(
      (slot) => slot.hook === hook && slot.stage === stage && slot.listener !== undefined,
    ).length;
    const known = this.#slots.find(
      (slot) =>
        slot.hook === hook && slot.stage === stage && slot.ordinal === ordinal && slot.shared === shared,
    );
    if (known !== undefined) {
      known.listener = listener;
      return;
    }
    if (this.#slots.length >= TAPS_LIMIT) {
      throw new NightjarError(
        "NJ_PLUGIN_FAILED",
        "resource-exhausted",
        `a plugin taps hooks ${TAPS_LIMIT} times at most`,
      );
    }
    const slot: Slot = { hook, stage, ordinal, shared, listener };
    this.#slots.push(slot);
    if (!shared) return;
    const pass: TapListener = (...args) => slot.listener?.(...args) ?? NOTHING;
    // `stop` runs in the reverse order of `start`, which tapable does not do by itself.
    const order = hook === "stop" ? -stage : stage;
    this.#hooks[hook].tapPromise({ name: this.#plugin, stage: order }, pass as never);
  }

  /** The present life is over: its listeners are called no more. */
  clear(): void {
    for (const slot of this.#slots) slot.listener = undefined;
  }

  /** Runs a hook for this plugin alone: it comes later, or goes earlier, than the recorder. */
  async run(hook: "start" | "ready" | "stop" | "recorderDescribed", args: readonly unknown[]): Promise<void> {
    const sign = hook === "stop" ? -1 : 1;
    const own = this.#slots.filter((slot) => slot.hook === hook && slot.listener !== undefined);
    for (const { listener } of own.toSorted((left, right) => sign * (left.stage - right.stage)))
      await guardTap(hook, HOOKS[hook], this.#plugin, listener, this.#guard)(...args);
  }
}
