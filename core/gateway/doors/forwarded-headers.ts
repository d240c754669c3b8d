// Which headers a proxied request and its answer keep. What the client claims about itself is thrown away and set anew; the
// process behind believes these headers because nobody else can reach its socket.
import type { IncomingHttpHeaders } from "node:http";
import { CLIENT_ADDRESS_HEADER, CLIENT_SECURE_HEADER } from "../protocol.ts";
import type { ClientIdentity } from "./client-identity.ts";

const HOP_BY_HOP = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "expect",
  "forwarded",
  "x-real-ip",
  "x-remote-user",
  "host",
]);

/** Headers of a request, as the process behind gets them. */
export function forwardedHeaders(
  headers: IncomingHttpHeaders,
  client: ClientIdentity,
  basePath: string,
): Record<string, string | string[]> {
  const named = new Set((headers.connection ?? "").split(",").map((name) => name.trim().toLowerCase()));
  const forwarded: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || HOP_BY_HOP.has(name) || named.has(name)) continue;
    if (name.startsWith("x-nightjar-client-") || name.startsWith("x-forwarded-")) continue;
    forwarded[name] = value;
  }
  const host = client.host ?? "localhost";
  forwarded["host"] = host;
  forwarded[CLIENT_ADDRESS_HEADER] = client.address;
  forwarded[CLIENT_SECURE_HEADER] = client.secure ? "1" : "0";
  forwarded["x-forwarded-for"] = client.address;
  forwarded["x-forwarded-proto"] = client.secure ? "https" : "http";
  forwarded["x-forwarded-host"] = host;
  if (basePath !== "") forwarded["x-forwarded-prefix"] = basePath;
  return forwarded;
}

/** Headers of an answer, as the client gets them. */
export function answerHeaders(headers: IncomingHttpHeaders): Record<string, string | string[]> {
  const kept: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !HOP_BY_HOP.has(name)) kept[name] = value;
  }
  return kept;
}
