// What happens around every tap of every hook: copies in, copies out, a time limit, faults kept and attributed. A
// throwing tap would end a hook at once and hide the others, so nothing ever gets out.
import { NightjarError } from "../../errors.ts";
import type { HookKind } from "../contract/hook-catalogue.ts";
import { Collection } from "./collection.ts";
import { plainCopy } from "./plain-copy.ts";
import { beginLimit, endLimit, RunningLimit, timeoutError } from "./time-limit.ts";
import { readMs, recentMs } from "./turn-clock.ts";

/** Who is told of what taps do. */
export interface TapGuard {
  /** A tap threw, ran out of time or answered what it may not. */
  failed(plugin: string, hook: string, error: NightjarError): void;
  /** A tap took this long; until it first waited it kept the loop that it was called from for `holdMs`. */
  measured(plugin: string, hook: string, durationMs: number, holdMs: number): void;
}

type Listener = (...args: unknown[]) => Promise<unknown>;

/** Wraps a listener. The result never rejects; it is undefined where the listener failed or may not answer. */
export function guardTap(
  hook: string,
  { kind, limitMs }: { readonly kind: HookKind; readonly limitMs: number },
  plugin: string,
  listener: unknown,
  guard: TapGuard,
): Listener {
  const what = `the plugin ${plugin} in hook ${hook}`;
  const tap: GuardedTap = { hook, kind, limitMs, plugin, listener: listener as Listener, guard, what };
  return (...args) => new Promise((resolve) => new TapCall(tap, resolve).run(args));
}

interface GuardedTap {
  readonly hook: string;
  readonly kind: HookKind;
  readonly limitMs: number;
  readonly plugin: string;
  readonly listener: Listener;
  readonly guard: TapGuard;
  /** For messages. */
  readonly what: string;
}

/** One call of a tap. No timer and few objects: hooks are called with every event, in every plugin. */
class TapCall extends RunningLimit {
  readonly #tap: GuardedTap;
  readonly #resolve: (result: unknown) => void;
  readonly untilMs: number;
  #holdMs: number | undefined;
  #isOver = false;

  constructor(tap: GuardedTap, resolve: (result: unknown) => void) {
    super();
    this.#tap = tap;
    this.#resolve = resolve;
    this.untilMs = recentMs() + tap.limitMs;
  }

  run(args: readonly unknown[]): void {
    const { listener, what } = this.#tap;
    beginLimit(this);
    try {
      const shown = args[0] instanceof Collection ? args.slice(1) : args;
      const copies = shown.map((arg) => (arg instanceof AbortSignal ? arg : plainCopy(arg, what)));
      const answer = listener(...copies);
      this.#holdMs = this.#since(readMs());
      Promise.resolve(answer).then(
        (result) => this.#answered(result, args[0]),
        (error: unknown) => this.#failed(error),
      );
    } catch (error) {
      this.#holdMs ??= this.#since(readMs());
      this.#failed(error);
    }
  }

  overrun(): void {
    this.#failed(timeoutError(this.#tap.what, this.#tap.limitMs));
  }

  #answered(result: unknown, given: unknown): void {
    const { kind, what } = this.#tap;
    if (result === undefined || kind === "series" || kind === "notification") {
      this.#end(undefined);
      return;
    }
    try {
      if (given instanceof Collection) this.#collect(given, result);
      else if (kind !== "collection") this.#end(checked(kind, result, given, what));
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Who answers too late is told that already, and adds nothing. */
  #collect(collection: Collection, result: unknown): void {
    if (this.#isOver) return;
    const { plugin, what } = this.#tap;
    const copy = plainCopy(result, what);
    if (typeof copy !== "object" || Array.isArray(copy)) throw wrongAnswer(what, "an object, or nothing");
    if (copy !== null) collection.add(plugin, copy as Record<string, unknown>);
    this.#end(undefined);
  }

  #failed(error: unknown): void {
    if (this.#isOver) return;
    const { guard, plugin, hook } = this.#tap;
    guard.failed(plugin, hook, faultOf(error, `${plugin} failed in ${hook}`));
    this.#end(undefined);
  }

  #end(result: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    endLimit(this);
    const { guard, plugin, hook } = this.#tap;
    const durationMs = this.#since(recentMs());
    guard.measured(plugin, hook, durationMs, this.#holdMs ?? durationMs);
    this.#resolve(result);
  }

  #since(nowMs: number): number {
    return nowMs - this.untilMs + this.#tap.limitMs;
  }
}

/** The fault of a plugin as an error with a code. */
export function faultOf(error: unknown, what: string): NightjarError {
  if (error instanceof NightjarError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new NightjarError("NJ_PLUGIN_FAILED", "internal", `${what}: ${reason}`, {}, error);
}

// `null` would stop a bail hook, and a value of another shape would reach whoever called the hook.
function checked(kind: "value" | "veto", result: unknown, given: unknown, what: string): unknown {
  if (result === null) return undefined;
  if (kind === "veto") {
    if (typeof result === "string" && result !== "") return result.slice(0, 500);
    throw wrongAnswer(what, "a sentence that says why, or nothing");
  }
  const copy = plainCopy(result, what);
  if (!hasShapeOf(copy, given)) throw wrongAnswer(what, "what it was given, changed, or nothing");
  return copy;
}

function wrongAnswer(what: string, expected: string): NightjarError {
  return new NightjarError("NJ_PLUGIN_DATA", "invalid-argument", `${what} is to answer ${expected}`);
}

/** True if both have the same keys with values of the same kinds: a value is passed along, not made anew. */
function hasShapeOf(value: unknown, given: unknown): boolean {
  if (typeof given !== "object" || given === null) return typeof value === typeof given;
  if (typeof value !== "object" || value === null || Array.isArray(value) !== Array.isArray(given))
    return false;
  if (Array.isArray(given)) return true;
  const entries = Object.entries(given);
  return (
    Object.keys(value).length === entries.length &&
    entries.every(([key, item]) => isOfKind((value as Record<string, unknown>)[key], item))
  );
}

/** Where nothing was known a word, a number or nothing may come: whoever asked looks at that. */
function isOfKind(value: unknown, given: unknown): boolean {
  if (given === null) return value === null || typeof value === "string" || typeof value === "number";
  return typeof value === typeof given;
}
