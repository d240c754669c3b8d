// One port of the restream, plain or over TLS: opens where the settings want it, takes the next free one where that is busy,
// moves with the settings, and tells what is wrong with it. Holds those who came through it.
import { once } from "node:events";
import type { Server, Socket } from "node:net";
import type { Log } from "../../log.ts";
import { openUdpPorts, type UdpPorts } from "../../media/rtsp-server/udp-ports.ts";
import { openFirstFree } from "../doors/open-port.ts";
import { busyPort, closedPort } from "../doors/port-problems.ts";
import type { GatewaySettings, PortProblem } from "../protocol.ts";
import type { SavedStateFile } from "../saved-state.ts";
import { CONNECTIONS_LIMIT } from "./admission.ts";
import { RestreamConnection } from "./restream-connection.ts";
import type { RestreamContext } from "./restream-context.ts";

type Wanted = GatewaySettings["rtsp"];

export interface RestreamPortOptions {
  readonly kind: "rtsp" | "rtsps";
  /** What its connections share. */
  readonly context: RestreamContext;
  readonly saved: SavedStateFile;
  readonly log: Log;
  /** Makes a server that hands `accept` each connection that requests can come from. */
  makeServer(accept: (socket: Socket) => void): Server;
  /** Takes what comes back over UDP; without it there is no UDP beside the port. */
  readonly onFeedback?: (address: string, port: number) => void;
}

interface Bound {
  readonly server: Server;
  /** All that came, also those who are still shaking hands. */
  readonly sockets: ReadonlySet<Socket>;
  readonly wanted: Wanted;
  readonly port: number;
  readonly udp: UdpPorts | undefined;
}

export class RestreamPort {
  readonly connections = new Set<RestreamConnection>();
  readonly #options: RestreamPortOptions;
  #bound: Bound | undefined;
  #problem: PortProblem | undefined;

  constructor(options: RestreamPortOptions) {
    this.#options = options;
  }

  /** Where it listens now. */
  get listening(): { readonly port: number; readonly host: string } | undefined {
    return this.#bound && { port: this.#bound.port, host: this.#bound.wanted.host };
  }

  /** What is wrong with it, for people. */
  get problem(): PortProblem | undefined {
    return this.#problem;
  }

  /** The UDP sockets beside it; undefined while there are none. */
  get udp(): UdpPorts | undefined {
    return this.#bound?.udp;
  }

  /** Brings it in line with the settings. Viewers on a port that stays are not touched. */
  async apply(wanted: Wanted): Promise<void> {
    const { kind, saved, log } = this.#options;
    if (JSON.stringify(this.#bound?.wanted) === JSON.stringify(wanted)) return;
    await this.close();
    if (!wanted.enabled) return;
    const sockets = new Set<Socket>();
    const opened = await openFirstFree(
      () => this.#makeServer(sockets),
      wanted,
      saved.takenPort(kind, wanted.port),
    );
    if ("reason" in opened) {
      this.#problem = closedPort(kind, wanted, opened.reason);
      log.error("port could not be opened", { kind, ...wanted, reason: opened.reason });
      return;
    }
    const { server, port } = opened;
    this.#bound = { server, sockets, port, wanted: { ...wanted }, udp: await this.#openUdp(wanted.host) };
    if (wanted.port !== 0) {
      if (port !== wanted.port) {
        this.#problem = busyPort(kind, wanted.port, port);
      }
      await saved.keepPort(kind, wanted.port, port);
    }
    log.notice("listening", { kind, host: wanted.host, port });
  }

  /** Closes it, and hangs up on everybody; `reason` tells people why it is not open. */
  async close(reason?: string): Promise<void> {
    this.#problem = reason === undefined ? undefined : { message: reason };
    const bound = this.#bound;
    if (bound === undefined) return;
    this.#bound = undefined;
    const closed = once(bound.server, "close");
    bound.server.close();
    for (const socket of bound.sockets) socket.destroy();
    await closed;
    bound.udp?.close();
  }

  /** Without UDP, clients are offered TCP alone. */
  async #openUdp(host: string): Promise<UdpPorts | undefined> {
    const { onFeedback, log } = this.#options;
    if (onFeedback === undefined) return undefined;
    try {
      return await openUdpPorts(host, (_packet, address, port) => onFeedback(address, port));
    } catch (error) {
      log.warn("RTSP goes without UDP", { reason: String(error) });
      return undefined;
    }
  }

  #makeServer(sockets: Set<Socket>): Server {
    const server = this.#options.makeServer((socket) => this.#accept(socket));
    server.maxConnections = CONNECTIONS_LIMIT;
    server.on("connection", (socket: Socket) => {
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
    });
    return server;
  }

  #accept(socket: Socket): void {
    const { context } = this.#options;
    const connection = new RestreamConnection(socket, context, () => {
      this.connections.delete(connection);
      context.admission.leave(connection);
    });
    if (!context.admission.arrive(connection)) {
      socket.destroy();
      return;
    }
    this.connections.add(connection);
  }
}
