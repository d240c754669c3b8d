// RTSP over TLS (RTSPS): the server that shakes hands before anything is read, with the certificate that HTTPS serves. Who
// has not finished the handshake counts as a stranger, as one who has not logged in does, and has ten seconds for it.
import type { Socket } from "node:net";
import { createServer, type Server, type TLSSocket } from "node:tls";
import { type ServerCertificate, secureContextOf } from "../doors/certificates.ts";
import { plainAddress } from "../doors/client-identity.ts";
import type { Admission, Guest } from "./admission.ts";
import { LOGIN_MS } from "./restream-connection.ts";

/** Serves `certificate` until `setSecureContext` gives it another; `accept` gets who has shaken hands. */
export function secureServer(
  certificate: ServerCertificate,
  admission: Admission,
  accept: (socket: TLSSocket) => void,
): Server {
  const server = createServer({ ...secureContextOf(certificate), handshakeTimeout: LOGIN_MS });
  const knocking = new Map<string, Guest>();
  server.on("connection", (socket: Socket) => {
    const guest = { address: plainAddress(socket.remoteAddress ?? ""), turnAway: () => socket.destroy() };
    if (!admission.arrive(guest)) {
      socket.destroy();
      return;
    }
    const key = keyOf(socket);
    knocking.set(key, guest);
    socket.once("close", () => {
      admission.leave(guest);
      if (knocking.get(key) === guest) knocking.delete(key);
    });
  });
  server.on("secureConnection", (socket) => {
    // From here on the connection counts for itself.
    const guest = knocking.get(keyOf(socket));
    knocking.delete(keyOf(socket));
    if (guest !== undefined) admission.leave(guest);
    accept(socket);
  });
  server.on("tlsClientError", (_error, socket) => socket.destroy());
  return server;
}

/** The same for a TLS socket and the one beneath it. */
function keyOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
