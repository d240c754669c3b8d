// Finds the error codes (`NJ_…`) in the sources with the HTTP statuses that they are answered with.
// Used by write-docs.ts and by tests/architecture/error-codes.test.ts; prints the list when run: `node scripts/error-codes.ts`.
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ERROR_KINDS, type ErrorKind, HTTP_STATUS } from "../core/errors.ts";
import { faultError } from "../core/media/process/probe.ts";
import type { StreamFaultCode } from "../core/media/source.ts";

const SOURCES = ["core/**/*.ts", "plugins/*/src/**/*.ts", "ui/src/**/*.{ts,tsx}"];
/** What never reaches a user: the test kit. */
const LEFT_OUT = /^core\/testing\/|node_modules\//;

/** Codes in alphabetical order, each with its statuses in ascending order (none: it is no answer over HTTP). */
export function errorCodes(root: string): Map<string, number[]> {
  const found = new Map<string, Set<number>>();
  for (const file of SOURCES.flatMap((pattern) => globSync(pattern, { cwd: root }))) {
    if (LEFT_OUT.test(file)) continue;
    const text = readFileSync(join(root, file), "utf8");
    for (const [, code = "", kind] of text.matchAll(/"(NJ_[A-Z0-9_]+)"(?:,\s*(?:kind:\s*)?"([a-z-]+)")?/g)) {
      const statuses = found.get(code) ?? new Set();
      found.set(code, statuses);
      if (isKind(kind)) statuses.add(HTTP_STATUS[kind]);
    }
    for (const [, status = "", code = ""] of text.matchAll(/httpError\(\s*(\d{3}),\s*"(NJ_[A-Z0-9_]+)"/g)) {
      found.get(code)?.add(Number(status));
    }
  }
  for (const fault of streamFaults(root)) {
    const error = faultError({ code: fault, message: "" });
    found.set(error.code, new Set([HTTP_STATUS[error.kind]]));
  }
  const sorted = [...found].sort(([a], [b]) => (a < b ? -1 : 1));
  return new Map(sorted.map(([code, statuses]) => [code, [...statuses].sort((a, b) => a - b)]));
}

/** The faults of streams, whose codes are made of their names: `wrong-password` → `NJ_STREAM_WRONG_PASSWORD`. */
function streamFaults(root: string): StreamFaultCode[] {
  const text = readFileSync(join(root, "core/media/source.ts"), "utf8");
  const union = /export type StreamFaultCode =([^;]+);/.exec(text)?.[1] ?? "";
  return [...union.matchAll(/"([a-z-]+)"/g)].map((match) => match[1] as StreamFaultCode);
}

function isKind(text: string | undefined): text is ErrorKind {
  return (ERROR_KINDS as readonly (string | undefined)[]).includes(text);
}

if (import.meta.main) {
  for (const [code, statuses] of errorCodes(join(import.meta.dirname, ".."))) {
    process.stdout.write(`${code} ${statuses.join(" ")}\n`);
  }
}
