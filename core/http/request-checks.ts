// What a request must fulfil before its handler runs: it comes from our own pages (cookies), its body is JSON of a
// bounded size, and all its parts have the shape that the route declares.
import type { TSchema } from "typebox";
import { Convert, Default } from "typebox/value";
import { fitsSchema, ruledProblems, type SchemaProblem } from "../config/schema-problems.ts";
import { NightjarError } from "../errors.ts";
import { httpError } from "./problem.ts";

export interface RequestOrigin {
  readonly origin: string | undefined;
  readonly host: string | undefined;
  readonly secure: boolean;
}

/** True if an Origin header names the host and scheme that the request was sent to. */
export function isOwnOrigin({ origin, host, secure }: RequestOrigin): boolean {
  if (origin === undefined || host === undefined) return false;
  try {
    return new URL(origin).origin === new URL(`${secure ? "https" : "http"}://${host}`).origin;
  } catch {
    return false;
  }
}

/** Cross-site request forgery: a change by cookie must come from our own page. Throws `NJ_ORIGIN_FOREIGN`. */
export function checkOrigin(origin: RequestOrigin): void {
  if (isOwnOrigin(origin)) return;
  throw new NightjarError(
    "NJ_ORIGIN_FOREIGN",
    "permission-denied",
    "a change must come from the recorder's own pages, or carry a bearer token",
  );
}

/** True for `application/json`, with or without a charset. Forms of foreign pages cannot send it unasked. */
export function isJson(contentType: string | undefined): boolean {
  return contentType !== undefined && /^application\/json\s*(?:;|$)/i.test(contentType);
}

/** Throws `NJ_CONTENT_TYPE` (415) unless the body is declared as JSON. */
export function checkJson(contentType: string | undefined): void {
  if (!isJson(contentType)) {
    throw httpError(415, "NJ_CONTENT_TYPE", "send the body as application/json");
  }
}

/** Throws `NJ_CONTENT_TYPE` (415) unless the body is declared as a file. Forms of foreign pages cannot send that either. */
export function checkFile(contentType: string | undefined): void {
  if (contentType === undefined || !/^application\/octet-stream\s*(?:;|$)/i.test(contentType)) {
    throw httpError(415, "NJ_CONTENT_TYPE", "send the file as application/octet-stream");
  }
}

/** A part of a request, as the schema wants it. Texts of paths and queries are turned into numbers where asked for. */
export function checkShape(schema: TSchema, value: unknown, part: "path" | "query" | "body"): unknown {
  if (fitsSchema(schema, value)) return part === "query" ? Default(schema, value) : value;
  // Texts of a path or query: one level of them, made for this request.
  const wanted = part === "body" ? value : Default(schema, Convert(schema, value));
  if (part !== "body" && fitsSchema(schema, wanted)) return wanted;
  const problems = ruledProblems(schema, wanted);
  if (problems.length === 0) return wanted;
  throw invalidRequest(part, problems);
}

/** The error of a request that has not the shape that it should have. */
export function invalidRequest(part: string, problems: readonly SchemaProblem[]): NightjarError {
  const listed = problems.map((problem) => `${problem.path === "" ? "it" : problem.path} ${problem.message}`);
  return new NightjarError(
    "NJ_REQUEST_INVALID",
    "invalid-argument",
    `the ${part} is refused: ${listed.join("; ")}`,
    {
      problems,
    },
  );
}
