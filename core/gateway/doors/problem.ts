// How the gateway says no: `application/problem+json` (RFC 9457) on a response or, before an upgrade, on a raw socket.
// The API's own problems are written by core; the shape is the same.
import type { ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { HTTP_STATUS, NightjarError, toPlainError } from "../../errors.ts";
import { STATUS_CODES } from "../../node-http.ts";
import { SECURITY_HEADERS } from "./security-headers.ts";

/** Seconds after which a client may ask again while another process of Nightjar is away. */
const RETRY_AFTER_SECONDS = 2;

interface Problem {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Turns anything thrown into status, headers and body. Internal errors tell nothing of their cause. */
export function problemOf(error: unknown): Problem {
  const plain = toPlainError(error);
  const status = plain.context?.["status"];
  const httpStatus = typeof status === "number" ? status : HTTP_STATUS[plain.kind];
  const body = JSON.stringify({
    type: `urn:nightjar:error:${plain.code}`,
    title: STATUS_CODES[httpStatus] ?? "Error",
    status: httpStatus,
    code: plain.code,
    detail:
      plain.kind === "internal" ? "something went wrong inside Nightjar; its log says what" : plain.message,
  });
  const headers: Record<string, string> = {
    ...SECURITY_HEADERS,
    "content-type": "application/problem+json",
    "content-length": String(Buffer.byteLength(body)),
    "cache-control": "no-store",
  };
  const wait = plain.context?.["retryAfterSeconds"];
  if (typeof wait === "number") headers["retry-after"] = String(Math.ceil(wait));
  else if (httpStatus === 503 || httpStatus === 429) headers["retry-after"] = String(RETRY_AFTER_SECONDS);
  if (httpStatus === 401) headers["www-authenticate"] = 'Bearer realm="Nightjar"';
  return { status: httpStatus, headers, body };
}

/** Answers a request with the problem that `error` stands for; cuts the connection if an answer has begun. */
export function sendProblem(response: ServerResponse, error: unknown, headOnly = false): void {
  if (response.destroyed || response.writableEnded) return;
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const problem = problemOf(error);
  response.writeHead(problem.status, problem.headers);
  response.end(headOnly ? undefined : problem.body);
}

/** Refuses an upgrade: writes the problem as a plain HTTP answer and ends the socket. */
export function refuseUpgrade(socket: Duplex, error: unknown): void {
  if (socket.destroyed || !socket.writable) return;
  const problem = problemOf(error);
  const lines = Object.entries({ ...problem.headers, connection: "close" }).map(([k, v]) => `${k}: ${v}`);
  const head = `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? "Error"}\r\n${lines.join("\r\n")}\r\n\r\n`;
  socket.end(head + problem.body, () => socket.destroy());
}

/** An error with an HTTP status that no error kind stands for (400, 405, 413, 416, 426, 502). */
export function httpError(status: number, code: string, message: string): NightjarError {
  return new NightjarError(code, "invalid-argument", message, { status });
}
