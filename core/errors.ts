// The one error class of Nightjar and its closed set of kinds.
// HTTP status and retry policy derive from the kind, in the tables below and nowhere else.
// Codes (`NJ_…`) are stable: docs/reference/errors.md explains each; a retired code is never used again.

export const ERROR_KINDS = [
  "invalid-argument",
  "unauthenticated",
  "permission-denied",
  "not-found",
  "failed-precondition",
  "resource-exhausted",
  "unavailable",
  "deadline-exceeded",
  "data-loss",
  "unimplemented",
  "internal",
] as const;

/** What sort of error it is: HTTP status and retry policy follow from it. More may come: treat an unknown one as `internal`. */
export type ErrorKind = (typeof ERROR_KINDS)[number];

/** HTTP status for each kind of error. */
export const HTTP_STATUS: Readonly<Record<ErrorKind, number>> = {
  "invalid-argument": 422,
  unauthenticated: 401,
  "permission-denied": 403,
  "not-found": 404,
  "failed-precondition": 409,
  "resource-exhausted": 429,
  unavailable: 503,
  "deadline-exceeded": 504,
  "data-loss": 500,
  unimplemented: 501,
  internal: 500,
};

/** Plain facts about an error (address, camera, path …). Never secrets. */
export type ErrorContext = Readonly<Record<string, unknown>>;

/** An error as it crosses a process border: a cloned Error would lose code and kind. */
export interface PlainError {
  readonly name: string;
  readonly code: string;
  readonly kind: ErrorKind;
  readonly message: string;
  readonly context?: ErrorContext;
  readonly cause?: string;
}

/** Every error that Nightjar throws on purpose. The message says what, where and what to do. */
export class NightjarError extends Error {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly context: ErrorContext;

  constructor(code: string, kind: ErrorKind, message: string, context: ErrorContext = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.code = code;
    this.kind = kind;
    this.context = context;
  }
}

/** Turns anything thrown into plain data that can cross a process border. */
export function toPlainError(error: unknown): PlainError {
  if (error instanceof NightjarError) {
    const cause = error.cause instanceof Error ? error.cause.message : undefined;
    return {
      name: error.name,
      code: error.code,
      kind: error.kind,
      message: error.message,
      context: error.context,
      ...(cause === undefined ? {} : { cause }),
    };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { name: "NightjarError", code: "NJ_INTERNAL", kind: "internal", message };
}

/** Rebuilds an error from {@link toPlainError}'s output; unknown kinds become `internal`. */
export function fromPlainError(plain: PlainError): NightjarError {
  const kind = ERROR_KINDS.includes(plain.kind) ? plain.kind : "internal";
  return new NightjarError(plain.code, kind, plain.message, plain.context ?? {}, plain.cause);
}

/** The system error code (`ENOSPC`, `EIO` …) of a thrown value, or undefined. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
