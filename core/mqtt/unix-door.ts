// A Unix socket in the run folder that stands open to one broker at a time: what is handed in there is a connection of its own
// kind, and goes down with the door.
import { once } from "node:events";
import { chmod, rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import type { EmbeddedBroker } from "./embedded-broker.ts";

export class UnixDoor {
  readonly socketPath: string;
  readonly #sockets = new Set<Socket>();
  readonly #maxConnections: number | undefined;
  #open: { readonly broker: EmbeddedBroker; readonly server: Server } | undefined;

  /** `maxConnections`: more at once are turned away; undefined: whoever takes them counts them. */
  constructor(socketPath: string, maxConnections?: number) {
    this.socketPath = socketPath;
    this.#maxConnections = maxConnections;
  }

  /** The broker behind it; undefined while it is closed. */
  get broker(): EmbeddedBroker | undefined {
    return this.#open?.broker;
  }

  /**
   * Opens it to this broker, after it was closed to another one; `take` is given each connection. Rejects with what the system
   * says where the socket cannot be made.
   */
  async open(broker: EmbeddedBroker, take: (socket: Socket) => void): Promise<void> {
    await this.close();
    // Of a process that was killed.
    await rm(this.socketPath, { force: true });
    const server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.once("close", () => this.#sockets.delete(socket));
      take(socket);
    });
    if (this.#maxConnections !== undefined) server.maxConnections = this.#maxConnections;
    server.listen(this.socketPath);
    await once(server, "listening");
    this.#open = { broker, server };
    try {
      await chmod(this.socketPath, 0o600);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    if (open === undefined) return;
    const closed = once(open.server, "close");
    open.server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
