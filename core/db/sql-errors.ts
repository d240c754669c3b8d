// Turns what the two drivers throw into NightjarErrors with one code per decision a caller can take.
import { type ErrorKind, NightjarError } from "../errors.ts";

/** SQLite's primary result codes that mean something to callers (sqlite.org/rescode.html). */
const MEANING: Readonly<Record<number, { code: string; kind: ErrorKind; advice: string }>> = {
  5: { code: "NJ_DB_BUSY", kind: "unavailable", advice: "another process is writing to it" },
  6: { code: "NJ_DB_BUSY", kind: "unavailable", advice: "another process is writing to it" },
  8: { code: "NJ_DB_READ_ONLY", kind: "unavailable", advice: "the data directory is not writable" },
  10: { code: "NJ_DB_IO", kind: "unavailable", advice: "the system disk reports an error" },
  11: { code: "NJ_DB_DAMAGED", kind: "data-loss", advice: "start Nightjar: it takes back its last copy" },
  13: { code: "NJ_DB_FULL", kind: "resource-exhausted", advice: "the system disk is full" },
  14: { code: "NJ_DB_OPEN", kind: "unavailable", advice: "the file cannot be opened" },
  19: { code: "NJ_DB_CONSTRAINT", kind: "failed-precondition", advice: "a rule of the schema forbids it" },
  26: { code: "NJ_DB_DAMAGED", kind: "data-loss", advice: "the file is not a database" },
};

/** Makes the error for SQLite's result code (primary or extended) and message. */
export function dbError(resultCode: number, message: string, cause?: unknown): NightjarError {
  const known = MEANING[resultCode & 0xff];
  if (known === undefined) {
    return new NightjarError("NJ_DB", "internal", `the database refused: ${message}`, { resultCode }, cause);
  }
  return new NightjarError(
    known.code,
    known.kind,
    `the database refused (${known.advice}): ${message}`,
    { resultCode },
    cause,
  );
}

/** The result code in an error of sqlite3 (`errno`) or node:sqlite (`errcode`); 1 (generic) if there is none. */
export function resultCodeOf(error: unknown): number {
  if (typeof error !== "object" || error === null) return 1;
  if ("errcode" in error && typeof error.errcode === "number") return error.errcode;
  if ("errno" in error && typeof error.errno === "number") return error.errno;
  return 1;
}

/** The error of calls after `close`. */
export function closedError(): NightjarError {
  return new NightjarError("NJ_DB_CLOSED", "unavailable", "the database is closed");
}
