// Waits for something to become true, with a deadline: the tests' answer to sleeping and hoping.
import { setTimeout as pause } from "node:timers/promises";
import { NightjarError } from "../errors.ts";

/** How many times longer a busy machine may take than the deadlines say: `NIGHTJAR_TEST_PATIENCE`, 1 without it. */
export function testPatience(): number {
  const wanted = Number(process.env["NIGHTJAR_TEST_PATIENCE"]);
  return wanted >= 1 && wanted <= 100 ? wanted : 1;
}

/**
 * Calls `predicate` every few milliseconds until it gives something other than false, undefined or null, and returns
 * that. Throws `NJ_TEST_DEADLINE` after `deadlineMs` (default 5 000, times `NIGHTJAR_TEST_PATIENCE`), naming `what` was
 * waited for; a function says what was seen instead. A deadline ends a hang; it does not judge how fast something is.
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
  const end = performance.now() + deadlineMs;
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
    await pause(options.periodMs ?? 5);
  }
}
