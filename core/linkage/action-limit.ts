// How long an action may take, by the recorder's clock: whoever waits is answered then, and the action is told to give up.
import type { Clock } from "../clock.ts";
import { timeoutError } from "../plugin/calls/time-limit.ts";

/**
 * Waits for what `begin` promises, at most `limitMs`; then rejects with `NJ_PLUGIN_TIMEOUT`, and aborts the signal that
 * `begin` was given for the same reason.
 */
export async function withinLimit<Result>(
  clock: Clock,
  limitMs: number,
  what: string,
  begin: (overrun: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const late = Promise.withResolvers<never>();
  const giveUp = new AbortController();
  const timer = clock.after(limitMs, () => {
    const error = timeoutError(what, limitMs);
    // First: what an action says of being given up is no answer.
    late.reject(error);
    giveUp.abort(error);
  });
  try {
    return await Promise.race([begin(giveUp.signal), late.promise]);
  } finally {
    timer.cancel();
  }
}
