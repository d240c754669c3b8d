// What is not HTTP, or does not come in time, is answered with a problem as everything else is, and cut off. Node's own
// answer would be a bare status line.
import type { ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { systemCode } from "../../errors.ts";
import { httpError, refuseUpgrade } from "./problem.ts";

/** Handles a server's `clientError`. */
export function answerMalformed(error: Error, socket: Duplex): void {
  // Behind an answer that has begun, another one would be read as its rest.
  const { _httpMessage: begun } = socket as Duplex & { _httpMessage?: ServerResponse };
  if (!socket.writable || begun?.headersSent === true) {
    socket.destroy();
    return;
  }
  refuseUpgrade(socket, malformedError(systemCode(error)));
}

function malformedError(code: string | undefined) {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return httpError(431, "NJ_HEADERS_TOO_LARGE", "the headers of the request are too long");
    case "HPE_CHUNK_EXTENSIONS_OVERFLOW":
      return httpError(413, "NJ_BODY_TOO_LARGE", "the chunks of the request carry too much");
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return httpError(408, "NJ_REQUEST_TIMEOUT", "the request did not come in time");
    default:
      return httpError(400, "NJ_BAD_REQUEST", "this is not HTTP");
  }
}
