// What is kept of each plugin over all its lives: what it has cost and done wrong, and its taps, since hooks keep those.
import type { Clock } from "../../clock.ts";
import type { Worded } from "../../domain/facts.ts";
import type { NightjarError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import type { CallFigures } from "../calls/guarded-entry.ts";
import { createHooks, type Hooks } from "../calls/hooks.ts";
import { PluginTaps } from "../calls/plugin-taps.ts";
import type { TapGuard } from "../calls/tap-guard.ts";
import type { PluginFigures } from "./plugin-status.ts";
import { cutReason, wordedOf } from "./told-failure.ts";

interface Book {
  readonly figures: PluginFigures;
  readonly taps: PluginTaps;
}

export class PluginBooks {
  readonly hooks: Hooks;
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #books = new Map<string, Book>();
  readonly #guard: TapGuard = {
    failed: (plugin, hook, error) => this.failed(plugin, hook, error),
    measured: (plugin, _hook, durationMs, holdMs) => this.called(plugin, { durationMs, holdMs }),
  };

  constructor(log: Log, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
    this.hooks = createHooks(this.#guard);
  }

  of(plugin: string): Book {
    const known = this.#books.get(plugin);
    if (known !== undefined) return known;
    const book: Book = {
      figures: { errors: 0, calls: 0, callMs: 0, longestHoldMs: 0 },
      taps: new PluginTaps(plugin, this.hooks, this.#guard),
    };
    this.#books.set(plugin, book);
    return book;
  }

  /** A call is over; the caller is told of its fault, so it is only counted and kept. */
  called(plugin: string, { durationMs, holdMs, what = "", fault }: CallFigures): void {
    const { figures } = this.of(plugin);
    figures.calls += 1;
    figures.callMs += durationMs;
    figures.longestHoldMs = Math.max(figures.longestHoldMs, holdMs);
    if (fault !== undefined) this.#count(plugin, what, fault);
  }

  /** Counts a fault that nobody else hears of, and logs it. */
  failed(plugin: string, what: string, error: NightjarError): void {
    this.#count(plugin, what, error);
    const reason = cutReason(error.message);
    const { code } = wordedOf(error.code, {}, reason);
    this.#log.error("plugin failed", { plugin, where: what, code, reason });
  }

  /** Keeps what is wrong as the newest that its card tells, for one that will run again all the same. */
  keep(plugin: string, told: string, { code, context = {} }: Worded): void {
    const reason = cutReason(told);
    const atMs = this.#clock.wallMs();
    this.of(plugin).figures.lastFault = { ...wordedOf(code, context, reason), reason, atMs };
  }

  #count(plugin: string, what: string, { code, message, context }: NightjarError): void {
    this.of(plugin).figures.errors += 1;
    const reason = cutReason(message.includes(what) ? message : `${what}: ${message}`);
    this.keep(plugin, reason, wordedOf(code, context, reason));
  }
}
