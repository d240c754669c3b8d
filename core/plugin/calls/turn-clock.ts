// The time for what is measured around taps of hooks. Reading the clock costs a tenth of a microsecond, as much as a tap that
// does nothing: taps that are called, or answer, one right after the other share a reading. It is held until the next microtask
// at most, and a hook that is called forgets it: what the core did before is nobody's of the plugins.

let knownMs: number | undefined;

/** Nothing is known of what happened since. */
export function forgetTime(): void {
  knownMs = undefined;
}

/** Milliseconds of `performance.now()`, as they were when somebody read them just before. */
export function recentMs(): number {
  if (knownMs === undefined) {
    knownMs = performance.now();
    queueMicrotask(forgetTime);
  }
  return knownMs;
}

/** Milliseconds of `performance.now()`, read now: code of a plugin has run. */
export function readMs(): number {
  const nowMs = performance.now();
  if (knownMs !== undefined) knownMs = nowMs;
  return nowMs;
}
