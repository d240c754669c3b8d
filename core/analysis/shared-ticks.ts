// A clock whose periodic calls share their timers: each camera is looked after every second by its decoder and by each of its
// detectors, and a process that wakes up for each of them by itself spends as much on waking up as on a third of its pictures.
import type { Clock, Timer } from "../clock.ts";

/** The same clock. What is to be called with the same period is called together, the first time after one period at most. */
export function sharedTicks(clock: Clock): Clock {
  const ticks = new Map<number, { readonly actions: Set<() => void>; readonly timer: Timer }>();
  return {
    wallMs: () => clock.wallMs(),
    monotonicMs: () => clock.monotonicMs(),
    after: (delayMs, action) => clock.after(delayMs, action),
    every(periodMs, action) {
      // Its own, though the same function may be given twice.
      const own = (): void => action();
      const known = ticks.get(periodMs);
      const actions = known?.actions ?? new Set();
      actions.add(own);
      if (known === undefined) {
        const timer = clock.every(periodMs, () => {
          for (const each of actions) each();
        });
        ticks.set(periodMs, { actions, timer });
      }
      return {
        cancel() {
          if (!actions.delete(own) || actions.size > 0) return;
          ticks.get(periodMs)?.timer.cancel();
          ticks.delete(periodMs);
        },
      };
    },
  };
}
