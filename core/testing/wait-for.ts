// Waits for something to become true, with a deadline: the tests' answer to sleeping and hoping.
import { setTimeout as pause } from "node:timers/promises";
import { NightjarError } from "../errors.ts";

/** How many times longer a busy machine may take than the deadlines say: `NIGHTJAR_TEST_PATIENCE`, 1 without it. */
export function testPatience(): number {
  const wanted = Number(process.env["NIGHTJAR_TEST_PATIENCE"]);
  return wanted >= 1 && wanted <= 100 ? wanted : 1;
}

/** Time between looks at first. */
const PERIOD_MS = 5;
/** Looks become rarer while it takes longer: this share of the time waited so far is between them, up to the most. */
const PERIOD_SHARE = 0.1;
const MOST_PERIOD_MS = 250;

/**
 * Calls `predicate` again and again, at first every few milliseconds, until it gives something other than
 * false, undefined or null, and returns that. Throws `NJ_TEST_DEADLINE` after `deadlineMs` (default 5 000,
 * times `NIGHTJAR_TEST_PATIENCE`), naming `what` was waited for; a function says what was seen instead. A
 * deadline ends a hang; it does not judge how fast something is.
 */
export async function waitFor<Value>(
  predicate: () => Value | Promise<Value>,
  options: {
    readonly deadlineMs?: number;
    readonly what?: string | (() => string);
    readonly periodMs?: number;
  } = {},
): Promise<Exclude<Value, false | undefined | null>> {
  const deadlineMs = (options.deadlineMs ?? 5_000) * testPatience();
  const begin = performance.now();
  const end = begin + deadlineMs;
  for (;;) {
    const value = await predicate();
    if (value !== false && value !== undefined && value !== null)
      return value as Exclude<Value, false | undefined | null>;
    if (performance.now() > end) {
      const what = typeof options.what === "function" ? options.what() : options.what;
      throw new NightjarError(
        "NJ_TEST_DEADLINE",
        "deadline-exceeded",
        `waited ${deadlineMs} ms for ${what ?? "a condition"}, which did not come`,
      );
    }
    // Asking costs the processors that what is waited for needs.
    const rarer = Math.min(MOST_PERIOD_MS, (performance.now() - begin) * PERIOD_SHARE);
    await pause(options.periodMs ?? Math.max(PERIOD_MS, rarer));
  }
}
