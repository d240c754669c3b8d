// Turns errors into `application/problem+json` (RFC 9457) with the stable code. The status follows from the error's
// kind, but for the few HTTP matters that have statuses of their own. Inner faults tell nothing of their cause.
import { contextOf, type Facts } from "../domain/facts.ts";
import { redactUrl } from "../domain/redact-url.ts";
import { HTTP_STATUS, NightjarError } from "../errors.ts";
import { STATUS_CODES } from "../node-http.ts";

export interface ProblemAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: {
    readonly type: string;
    readonly title: string;
    readonly status: number;
    readonly code: string;
    readonly detail: string;
    readonly context?: Facts;
    readonly errors?: readonly { readonly path: string; readonly message: string }[];
  };
}

/** An error with an HTTP status that no kind stands for (400, 404 of a route, 405, 413, 415). */
export function httpError(status: number, code: string, message: string): NightjarError {
  return new NightjarError(code, "invalid-argument", message, { httpStatus: status });
}

/** What the caller is told of an error. */
export function problemAnswer(error: unknown): ProblemAnswer {
  const known = error instanceof NightjarError ? error : undefined;
  const inner = known === undefined || known.kind === "internal" || known.kind === "data-loss";
  const code = known?.code ?? "NJ_INTERNAL";
  const given = known?.context["httpStatus"];
  const status = typeof given === "number" ? given : HTTP_STATUS[known?.kind ?? "internal"];
  const errors = inner ? undefined : placesOf(known.context["problems"]);
  const headers: Record<string, string> = { "cache-control": "no-store" };
  const wait = known?.context["retryAfterSeconds"];
  if (typeof wait === "number") headers["retry-after"] = String(Math.ceil(wait));
  else if (status === 503 || status === 429) headers["retry-after"] = "2";
  if (status === 401) headers["www-authenticate"] = 'Bearer realm="Nightjar"';
  const detail = inner ? "something went wrong inside Nightjar; its log says what" : redactUrl(known.message);
  return {
    status,
    headers,
    body: {
      type: `urn:nightjar:error:${code}`,
      title: STATUS_CODES[status] ?? "Error",
      status,
      code,
      detail,
      ...(inner ? {} : contextOf(known.context, detail)),
      ...(errors === undefined ? {} : { errors }),
    },
  };
}

interface WrongPlace {
  readonly path: string;
  readonly message: string;
  readonly rule?: string;
  readonly bound?: string;
}

function placesOf(problems: unknown): WrongPlace[] | undefined {
  if (!Array.isArray(problems) || problems.length === 0) return undefined;
  const places: WrongPlace[] = [];
  for (const problem of problems as unknown[]) {
    if (typeof problem !== "object" || problem === null || !("path" in problem) || !("message" in problem))
      continue;
    const { rule, bound } = problem as { rule?: unknown; bound?: unknown };
    places.push({
      path: String(problem.path),
      message: redactUrl(String(problem.message)),
      ...(typeof rule === "string" ? { rule } : {}),
      ...(typeof bound === "string" ? { bound: redactUrl(bound) } : {}),
    });
  }
  return places;
}
