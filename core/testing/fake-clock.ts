// A clock that stands still until a test turns it: timers fire in order while it advances, and its wall clock can
// be set apart from the monotonic one, as an administrator or NTP would.
import type { Clock, Timer } from "../clock.ts";

interface Waiting {
  atMs: number;
  readonly order: number;
  readonly periodMs: number | undefined;
  readonly action: () => void;
}

/** A clock that stands still until a test advances it; timers fire in order meanwhile. */
export class FakeClock implements Clock {
  #monotonicMs = 1_000;
  #wallMs: number;
  #order = 0;
  readonly #waiting = new Set<Waiting>();

  /** `wallMs`: milliseconds since 1970-01-01 UTC at the beginning; 2026-01-01 by default. */
  constructor(wallMs = Date.UTC(2026, 0, 1)) {
    this.#wallMs = wallMs;
  }

  wallMs(): number {
    return this.#wallMs;
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  after(delayMs: number, action: () => void): Timer {
    return this.#add(delayMs, undefined, action);
  }

  every(periodMs: number, action: () => void): Timer {
    return this.#add(periodMs, periodMs, action);
  }

  /** Timers that wait. */
  get pending(): number {
    return this.#waiting.size;
  }

  /** Lets `ms` pass on both clocks; timers fire at their times, in order. */
  advance(ms: number): void {
    const endMs = this.#monotonicMs + ms;
    for (;;) {
      const next = this.#nextUntil(endMs);
      if (next === undefined) break;
      this.#moveTo(Math.max(this.#monotonicMs, next.atMs));
      if (next.periodMs === undefined) this.#waiting.delete(next);
      else next.atMs += next.periodMs;
      next.action();
    }
    this.#moveTo(endMs);
  }

  /** Sets the wall clock without any time passing. */
  setWall(ms: number): void {
    this.#wallMs = ms;
  }

  #add(delayMs: number, periodMs: number | undefined, action: () => void): Timer {
    this.#order += 1;
    const waiting: Waiting = {
      atMs: this.#monotonicMs + Math.max(0, delayMs),
      order: this.#order,
      // A period of nothing would never let the clock advance.
      periodMs: periodMs === undefined ? undefined : Math.max(1, periodMs),
      action,
    };
    this.#waiting.add(waiting);
    return { cancel: () => this.#waiting.delete(waiting) };
  }

  #nextUntil(endMs: number): Waiting | undefined {
    let next: Waiting | undefined;
    for (const waiting of this.#waiting) {
      if (waiting.atMs > endMs) continue;
      if (next === undefined || waiting.atMs < next.atMs) next = waiting;
      else if (waiting.atMs === next.atMs && waiting.order < next.order) next = waiting;
    }
    return next;
  }

  #moveTo(ms: number): void {
    this.#wallMs += ms - this.#monotonicMs;
    this.#monotonicMs = ms;
  }
}
