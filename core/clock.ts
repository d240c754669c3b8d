// Time as it is injected everywhere, so that tests can turn it: the node's wall clock, which may step,
// kept apart from the monotonic clock, which never does, and the timers that run on the latter.

/** A timer that can be cancelled; cancelling twice is harmless. */
export interface Timer {
  cancel(): void;
}

/** The node's clocks and timers. Wall time is for names and records, monotonic time for durations. */
export interface Clock {
  /** Wall clock in milliseconds since 1970-01-01 UTC. May step in both directions. */
  wallMs(): number;
  /** Monotonic clock in milliseconds since an arbitrary moment. Never goes back. */
  monotonicMs(): number;
  /** Calls `action` once after `delayMs`; does not keep the process alive. */
  after(delayMs: number, action: () => void): Timer;
  /** Calls `action` every `periodMs`; does not keep the process alive. */
  every(periodMs: number, action: () => void): Timer;
}

/** The real clock. */
export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, action) {
    const handle = setTimeout(action, delayMs);
    handle.unref();
    return { cancel: () => clearTimeout(handle) };
  },
  every(periodMs, action) {
    const handle = setInterval(action, periodMs);
    handle.unref();
    return { cancel: () => clearInterval(handle) };
  },
};
