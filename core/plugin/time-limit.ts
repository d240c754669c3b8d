// Time limits for calls into plugins. All limits share one look a tenth of a second, for a timer of its own costs a
// call more than the call itself; a limit is overrun by that much at most.
import { NightjarError } from "../errors.ts";

const LOOK_MS = 100;

interface Waiting {
  readonly untilMs: number;
  readonly limitMs: number;
  readonly what: () => string;
  readonly reject: (error: NightjarError) => void;
}

const waiting = new Set<Waiting>();
let looking: NodeJS.Timeout | undefined;

/**
 * Waits for `promise`, at most `limitMs`; then rejects with `NJ_PLUGIN_TIMEOUT`, leaving it to its fate. `what` names
 * who did not answer.
 */
export function withTimeLimit<Result>(
  promise: Promise<Result>,
  limitMs: number,
  what: () => string,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const entry: Waiting = { untilMs: performance.now() + limitMs, limitMs, what, reject };
    waiting.add(entry);
    looking ??= setInterval(look, LOOK_MS);
    promise.then(
      (value) => {
        waiting.delete(entry);
        resolve(value);
      },
      (error: unknown) => {
        waiting.delete(entry);
        reject(error);
      },
    );
  });
}

function look(): void {
  if (waiting.size === 0) {
    clearInterval(looking);
    looking = undefined;
    return;
  }
  const nowMs = performance.now();
  for (const entry of waiting) {
    if (entry.untilMs > nowMs) continue;
    waiting.delete(entry);
    entry.reject(
      new NightjarError(
        "NJ_PLUGIN_TIMEOUT",
        "deadline-exceeded",
        `${entry.what()} did not answer within ${entry.limitMs} ms`,
      ),
    );
  }
}
