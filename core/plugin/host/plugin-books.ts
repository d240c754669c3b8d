// What is kept of each plugin over all its lives: what it has cost and done wrong, and its taps, since hooks keep those.
import type { NightjarError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { createHooks, type Hooks } from "../calls/hooks.ts";
import { PluginTaps } from "../calls/plugin-taps.ts";
import type { TapGuard } from "../calls/tap-guard.ts";
import type { PluginFigures } from "./plugin-status.ts";

interface Book {
  readonly figures: PluginFigures;
  readonly taps: PluginTaps;
}

export class PluginBooks {
  readonly hooks: Hooks;
  readonly #log: Log;
  readonly #books = new Map<string, Book>();
  readonly #guard: TapGuard = {
    failed: (plugin, hook, error) => this.failed(plugin, hook, error),
    measured: (plugin, _hook, durationMs) => this.called(plugin, durationMs, false),
  };

  constructor(log: Log) {
    this.#log = log;
    this.hooks = createHooks(this.#guard);
  }

  of(plugin: string): Book {
    const known = this.#books.get(plugin);
    if (known !== undefined) return known;
    const book: Book = {
      figures: { errors: 0, calls: 0, callMs: 0 },
      taps: new PluginTaps(plugin, this.hooks, this.#guard),
    };
    this.#books.set(plugin, book);
    return book;
  }

  /** A call is over; the caller is told of its fault, so it is only counted. */
  called(plugin: string, durationMs: number, failed: boolean): void {
    const { figures } = this.of(plugin);
    figures.calls += 1;
    figures.callMs += durationMs;
    if (failed) figures.errors += 1;
  }

  /** Counts a fault that nobody else hears of, and logs it. */
  failed(plugin: string, what: string, error: NightjarError): void {
    this.of(plugin).figures.errors += 1;
    this.#log.error("plugin failed", { plugin, where: what, code: error.code, reason: error.message });
  }
}
