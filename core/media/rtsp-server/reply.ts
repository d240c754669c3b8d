// Writes the answers of an RTSP server (RFC 2326 §7).
import type { RtspRequest } from "./request-reader.ts";

/** An answer; `CSeq`, `Server` and `Content-Length` are added unless they are given. */
export interface RtspReply {
  readonly status: number;
  readonly reason?: string;
  /** Several values are several lines. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
}

const REASONS: Readonly<Record<number, string>> = {
  200: "OK",
  302: "Moved Temporarily",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  453: "Not Enough Bandwidth",
  454: "Session Not Found",
  455: "Method Not Valid in This State",
  459: "Aggregate Operation Not Allowed",
  461: "Unsupported Transport",
  500: "Internal Server Error",
  501: "Not Implemented",
  503: "Service Unavailable",
};
/** The bytes of an answer to `request`. */
export function writeReply(request: RtspRequest, reply: RtspReply, serverName: string): Buffer {
  const headers: Record<string, string | readonly string[]> = {
    CSeq: request.headers.get("cseq") ?? "0",
    Server: serverName,
    ...reply.headers,
  };
  if (reply.body !== undefined) headers["Content-Length"] ??= String(Buffer.byteLength(reply.body, "latin1"));
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    [value].flat().map((one) => `${name}: ${one}\r\n`),
  );
  const reason = reply.reason ?? REASONS[reply.status] ?? "Status";
  const text = `RTSP/1.0 ${reply.status} ${reason}\r\n${lines.join("")}\r\n${reply.body ?? ""}`;
  return Buffer.from(text, "latin1");
}
