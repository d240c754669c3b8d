// A device that takes every connection and never says a word: for drivers that must give up waiting.
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";

/** A running silent device. `await using device = await silentDevice()` ends it at the end of the block. */
export interface SilentDevice extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Connections so far. */
  readonly connections: number;
  close(): Promise<void>;
}

/** Starts a silent device on loopback. The caller closes it. */
export async function silentDevice(): Promise<SilentDevice> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.once("close", () => sockets.delete(socket));
    socket.resume();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, "close");
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return {
    host: "127.0.0.1",
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
