// Faults of a stream as errors, and the way from system errors and RTSP status codes to them.
// Messages are for people: what, where, what to do; no secrets.
import type { Facts } from "../../domain/facts.ts";
import { NightjarError, systemCode } from "../../errors.ts";
import type { StreamFault, StreamFaultCode } from "../source.ts";

/** Carries a {@link StreamFault} up to the source. */
export class StreamFaultError extends NightjarError {
  readonly fault: StreamFault;

  constructor(code: StreamFaultCode, message: string, context?: Facts, cause?: unknown) {
    super("NJ_STREAM_FAULT", "unavailable", message, { ...context, fault: code }, cause);
    this.fault = { code, message, ...(context === undefined ? {} : { context }) };
  }
}

const HOST_NOT_FOUND: ReadonlySet<string> = new Set([
  "ENOTFOUND",
  "EAI_AGAIN",
  "EAI_NONAME",
  "EAI_NODATA",
  "EAI_FAIL",
]);
const UNREACHABLE: ReadonlySet<string> = new Set([
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EHOSTDOWN",
  "ENETDOWN",
  "EADDRNOTAVAIL",
]);
const CLOSED: ReadonlySet<string> = new Set(["ECONNRESET", "EPIPE", "ECONNABORTED"]);

/** What a socket's error means for the stream from `where` (host and port). */
export function faultOfSocketError(error: unknown, where: string, tls: boolean): StreamFaultError {
  const code = systemCode(error) ?? "";
  if (HOST_NOT_FOUND.has(code)) {
    return new StreamFaultError(
      "host-not-found",
      `The name in ${where} is not known. Check the camera's address.`,
      { where },
      error,
    );
  }
  if (code === "ECONNREFUSED") {
    return new StreamFaultError(
      "connection-refused",
      `Nothing listens at ${where}. Check the port, and that RTSP is switched on at the camera.`,
      { where },
      error,
    );
  }
  if (UNREACHABLE.has(code)) {
    return new StreamFaultError(
      "host-unreachable",
      `${where} cannot be reached. Check the network and the camera's power.`,
      { where },
      error,
    );
  }
  if (code === "ETIMEDOUT") return connectTimedOut(where);
  if (CLOSED.has(code)) {
    return new StreamFaultError(
      "closed-by-camera",
      `The camera at ${where} closed the connection.`,
      { where },
      error,
    );
  }
  if (tls) {
    return new StreamFaultError(
      "tls-failed",
      `No secure connection with ${where} (${code === "" ? "TLS failed" : code}). Check that the camera offers RTSPS there, or its certificate.`,
      { where },
      error,
    );
  }
  return new StreamFaultError(
    "closed-by-camera",
    `The connection to ${where} failed (${code === "" ? "unknown error" : code}).`,
    { where },
    error,
  );
}

/** No connection within the time allowed. */
export function connectTimedOut(where: string): StreamFaultError {
  return new StreamFaultError(
    "timed-out",
    `${where} does not answer. Check the address and the camera's power.`,
    { where },
  );
}

/** What an answer with a status of 400 and above means. */
export function faultOfStatus(
  status: number,
  reason: string,
  method: string,
  where: string,
): StreamFaultError {
  const said = `${status} ${printable(reason)}`.trim();
  switch (status) {
    case 401:
      return new StreamFaultError(
        "wrong-password",
        `The camera at ${where} refused the user name or password (401). Check them on the camera's own page.`,
        { where },
      );
    case 403:
      return new StreamFaultError(
        "wrong-password",
        `The camera at ${where} does not let this user see the stream (403). Check the user's rights on the camera's own page.`,
        { where, case: "rights" },
      );
    case 404:
    case 410:
      return new StreamFaultError(
        "not-found",
        `The camera at ${where} has no stream under this path (${said}). Check the path of the URL.`,
        { where, said },
      );
    case 453:
    case 503:
      return new StreamFaultError(
        "too-many-sessions",
        `The camera at ${where} serves no more viewers (${said}). Close other connections to it or raise its limit.`,
        { where, said },
      );
    case 461:
      return new StreamFaultError(
        "protocol-error",
        `The camera at ${where} refuses this transport (461). Choose another one for the stream.`,
        { where, case: "transport" },
      );
    default:
      return new StreamFaultError(
        status >= 500 ? "server-error" : "protocol-error",
        `The camera at ${where} answered ${method} with ${said}.`,
        { where, said, case: "answer" },
      );
  }
}

/** The fault that any thrown value stands for. */
export function faultOf(error: unknown): StreamFault {
  if (error instanceof StreamFaultError) return error.fault;
  if (error instanceof NightjarError && error.code === "NJ_MEDIA_MEMORY_EXHAUSTED") {
    return { code: "memory-exhausted", message: error.message };
  }
  return {
    code: "protocol-error",
    message: "The stream ended because of an error inside the recorder; the log says more.",
  };
}

/** Text of a camera, cut and freed of control characters, fit for a message. */
export function printable(text: string): string {
  let out = "";
  for (const character of text.slice(0, 80)) {
    const code = character.codePointAt(0) as number;
    if (code >= 0x20 && code !== 0x7f) out += character;
  }
  return out;
}
