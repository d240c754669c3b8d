// Time limits for calls into plugins. All limits share one look a tenth of a second, for a timer of its own costs a
// call more than the call itself; a limit is overrun by that much at most.
import { NightjarError } from "../../errors.ts";

const LOOK_MS = 100;

/** A limit that runs from `beginLimit` to `endLimit`; a link of the chain of those that run. */
export abstract class RunningLimit {
  /** A reading of `performance.now()`. */
  abstract readonly untilMs: number;
  /** Called once when that has passed. */
  abstract overrun(): void;
  before: RunningLimit | undefined;
  after: RunningLimit | undefined;
  runs = false;
}

// A chain, for adding to a Set and taking out again costs as much as all the rest of a call.
let first: RunningLimit | undefined;
let looking: NodeJS.Timeout | undefined;

export function beginLimit(limit: RunningLimit): void {
  limit.runs = true;
  limit.after = first;
  if (first !== undefined) first.before = limit;
  first = limit;
  looking ??= setInterval(look, LOOK_MS);
}

export function endLimit(limit: RunningLimit): void {
  if (!limit.runs) return;
  limit.runs = false;
  const { before, after } = limit;
  if (before === undefined) first = after;
  else before.after = after;
  if (after !== undefined) after.before = before;
  limit.before = undefined;
  limit.after = undefined;
}

/** The error of a call that overran its limit. */
export function timeoutError(what: string, limitMs: number): NightjarError {
  return new NightjarError(
    "NJ_PLUGIN_TIMEOUT",
    "deadline-exceeded",
    `${what} did not answer within ${limitMs} ms`,
  );
}

/** Waits for `promise`, at most `limitMs`; then rejects with `NJ_PLUGIN_TIMEOUT`, leaving it to its fate. */
export function withTimeLimit<Result>(
  promise: Promise<Result>,
  limitMs: number,
  what: string,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const limit = new PromiseLimit(limitMs, () => reject(timeoutError(what, limitMs)));
    beginLimit(limit);
    promise.then(
      (value) => {
        endLimit(limit);
        resolve(value);
      },
      (error: unknown) => {
        endLimit(limit);
        reject(error);
      },
    );
  });
}

class PromiseLimit extends RunningLimit {
  readonly untilMs: number;
  readonly overrun: () => void;

  constructor(limitMs: number, overrun: () => void) {
    super();
    this.untilMs = performance.now() + limitMs;
    this.overrun = overrun;
  }
}

function look(): void {
  if (first === undefined) {
    clearInterval(looking);
    looking = undefined;
    return;
  }
  const nowMs = performance.now();
  const over: RunningLimit[] = [];
  for (let limit: RunningLimit | undefined = first; limit !== undefined; limit = limit.after)
    if (limit.untilMs <= nowMs) over.push(limit);
  for (const limit of over) {
    if (!limit.runs) continue;
    endLimit(limit);
    limit.overrun();
  }
}
