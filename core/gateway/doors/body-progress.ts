// The body of a request may take as long as it needs while it comes on: a plugin of 32 MB over a slow line is no attack. One
// that hardly moves is given up (attack list A25). How long a body may be is proxy.ts's to say.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../../clock.ts";
import { httpError, sendProblem } from "./problem.ts";

/** How often is looked; and what must have come meanwhile. */
const LOOK_EVERY_MS = 30_000;
const LEAST_BYTES = 32 * 1024;

/** Answers 408 and cuts the connection once the body comes more slowly than 32 KB in half a minute. */
export function watchBody(incoming: IncomingMessage, response: ServerResponse, clock: Clock): void {
  const { headers, socket } = incoming;
  const hasBody = Number(headers["content-length"] ?? 0) > 0 || headers["transfer-encoding"] !== undefined;
  if (!hasBody) return;
  /** Undefined until the first look: some of the body has come together with the headers. */
  let seen: number | undefined;
  const timer = clock.every(LOOK_EVERY_MS, () => {
    if (incoming.complete || socket.destroyed) {
      done();
      return;
    }
    const isSlow = seen !== undefined && socket.bytesRead - seen < LEAST_BYTES;
    seen = socket.bytesRead;
    // Held up by us, it cannot come.
    if (!isSlow || incoming.isPaused()) return;
    done();
    giveUp(incoming, response);
  });
  // A connection serves many requests: what stays on it would grow with each.
  const done = (): void => {
    timer.cancel();
    socket.off("close", done);
    incoming.off("end", done);
  };
  socket.once("close", done);
  incoming.once("end", done);
}

function giveUp({ socket }: IncomingMessage, response: ServerResponse): void {
  if (response.headersSent) {
    socket.destroy();
    return;
  }
  response.setHeader("connection", "close");
  response.once("finish", () => socket.destroySoon());
  sendProblem(response, httpError(408, "NJ_REQUEST_TIMEOUT", "the request has come to a standstill"));
}
