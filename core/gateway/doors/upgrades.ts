// From an upgrade request to a WebSocket: same-origin check, grant from core, then the handshake. Nothing is upgraded
// before it is granted (attack list A1, A8).
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { NightjarError } from "../../errors.ts";
import { type ClientIdentity, isSameOrigin } from "./client-identity.ts";
import { httpError, refuseUpgrade } from "./problem.ts";

/** Longest message that a client may send. */
const MESSAGE_LIMIT_BYTES = 64 * 1024;
/** Upgrades that wait for core at once. */
const PENDING_LIMIT = 1_024;

/** What was granted: given back if no socket comes of it. */
export interface Granted {
  release(): void;
}

/** Makes WebSockets. */
export class Upgrades {
  readonly #server: WebSocketServer;
  readonly #sockets = new Set<WebSocket>();
  #pending = 0;

  /** `protocol`: the subprotocol that clients speak, where there is one. */
  constructor(options: { readonly protocol?: string; readonly messageLimitBytes?: number } = {}) {
    const { protocol, messageLimitBytes = MESSAGE_LIMIT_BYTES } = options;
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: messageLimitBytes,
      ...(protocol === undefined
        ? {}
        : { handleProtocols: (offered: Set<string>) => (offered.has(protocol) ? protocol : false) }),
    });
    // Otherwise `ws` would answer a page of its own.
    this.#server.on("wsClientError", (error, socket) =>
      refuseUpgrade(socket, httpError(400, "NJ_BAD_REQUEST", `this is no WebSocket: ${error.message}`)),
    );
  }

  /** Upgrades the request once `authorize` has granted it and hands the socket to `serve`. */
  async accept<T extends Granted>(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    client: ClientIdentity,
    authorize: () => Promise<T>,
    serve: (socket: WebSocket, access: T) => void,
  ): Promise<void> {
    const origin = request.headers.origin;
    if (origin !== undefined && !isSameOrigin(origin, client)) {
      refuseUpgrade(
        socket,
        new NightjarError(
          "NJ_CROSS_ORIGIN",
          "permission-denied",
          "another site may not open this connection",
        ),
      );
      return;
    }
    if (this.#pending >= PENDING_LIMIT) {
      refuseUpgrade(socket, new NightjarError("NJ_GATEWAY_BUSY", "unavailable", "too many requests wait"));
      return;
    }
    this.#pending += 1;
    let access: T;
    try {
      access = await authorize();
    } catch (error) {
      refuseUpgrade(socket, error);
      return;
    } finally {
      this.#pending -= 1;
    }
    if (socket.destroyed) {
      access.release();
      return;
    }
    // After a bad handshake `handleUpgrade` calls nobody: the grant goes with the socket.
    const abandoned = () => access.release();
    socket.once("close", abandoned);
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      socket.off("close", abandoned);
      this.#sockets.add(webSocket);
      webSocket.once("close", () => this.#sockets.delete(webSocket));
      serve(webSocket, access);
    });
  }

  /** Open WebSockets. */
  get count(): number {
    return this.#sockets.size;
  }

  close(): void {
    for (const socket of this.#sockets) socket.terminate();
  }
}
