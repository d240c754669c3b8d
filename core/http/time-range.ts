// Reads moments and ranges from queries and bodies: ISO 8601 in, milliseconds since the epoch for the inside.
import { invalidRequest } from "./request-checks.ts";

/** A century on both sides of what a recorder can meet; keeps index queries from being asked for nonsense. */
const EARLIEST_MS = Date.UTC(1970, 0, 1);
const LATEST_MS = Date.UTC(2200, 0, 1);

/** The moment in milliseconds since the epoch. `path` names the place in the error. */
export function momentMs(text: string, path: string): number {
  const ms = Date.parse(text);
  if (Number.isNaN(ms) || ms < EARLIEST_MS || ms > LATEST_MS) {
    throw invalidRequest("time", [{ path, message: "is not a moment between 1970 and 2200" }]);
  }
  return ms;
}

/** A half-open range. Throws `NJ_REQUEST_INVALID` if it ends before it begins or is longer than `maxMs`. */
export function rangeMs(
  query: { readonly start: string; readonly end: string },
  maxMs = Number.POSITIVE_INFINITY,
): { readonly startMs: number; readonly endMs: number } {
  const startMs = momentMs(query.start, "/start");
  const endMs = momentMs(query.end, "/end");
  if (endMs <= startMs) {
    throw invalidRequest("range", [{ path: "/end", message: "must be later than the start" }]);
  }
  if (endMs - startMs > maxMs) {
    throw invalidRequest("range", [
      { path: "/end", message: "is too far from the start: ask for less at once" },
    ]);
  }
  return { startMs, endMs };
}
