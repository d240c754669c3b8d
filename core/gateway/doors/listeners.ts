// The two ports of the gateway, HTTP on loopback and HTTPS on the network, with the limits that keep strangers from
// filling it (attack list A25). A busy port gives way to the next free one, which is kept for the next start.
import { once } from "node:events";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer as createTlsServer, type Server as TlsServer } from "node:https";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Clock } from "../../clock.ts";
import type { Log } from "../../log.ts";
import { createServer } from "../../node-http.ts";
import type { GatewaySettings, ListeningState, PortProblem } from "../protocol.ts";
import type { SavedStateFile } from "../saved-state.ts";
import { watchBody } from "./body-progress.ts";
import { type ServerCertificate, secureContextOf } from "./certificates.ts";
import { ConnectionPlaces } from "./connection-places.ts";
import { answerMalformed } from "./malformed.ts";
import { openFirstFree } from "./open-port.ts";
import { busyPort, closedPort } from "./port-problems.ts";

/** Of each server. */
export const REQUEST_LIMITS = {
  maxHeaderSize: 16 * 1024,
  /** Slowloris: headers within 10 s. Bodies are judged by how they come on (body-progress.ts). */
  headersTimeout: 10_000,
  requestTimeout: 0,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 2_000,
} as const;
/** Above the places that are given (connection-places.ts): a burst of connections that are about to be closed again. */
const ACCEPTED_LIMIT = 8_192;

export interface ListenerHandlers {
  request(request: IncomingMessage, response: ServerResponse): void;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** True for the address of a trusted reverse proxy. */
  isTrusted(address: string): boolean;
}

type Kind = "http" | "https";
interface Bound {
  readonly server: Server | TlsServer;
  readonly sockets: Set<Socket>;
  readonly wanted: { readonly port: number; readonly host: string };
  readonly port: number;
}

/** Opens, moves and closes the ports as the settings want it. */
export class Listeners {
  readonly #handlers: ListenerHandlers;
  readonly #saved: SavedStateFile;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #bound = new Map<Kind, Bound>();
  readonly #places: ConnectionPlaces;
  #problems = new Map<string, PortProblem>();

  constructor(handlers: ListenerHandlers, saved: SavedStateFile, clock: Clock, log: Log) {
    this.#handlers = handlers;
    this.#places = new ConnectionPlaces({ isTrusted: (address) => handlers.isTrusted(address) });
    this.#saved = saved;
    this.#clock = clock;
    this.#log = log;
  }

  /** What is open now and what is wrong. */
  get state(): ListeningState {
    const http = this.#bound.get("http");
    const https = this.#bound.get("https");
    return {
      ...(http === undefined ? {} : { http: { port: http.port, host: http.wanted.host } }),
      ...(https === undefined ? {} : { https: { port: https.port, host: https.wanted.host } }),
      problems: [...this.#problems.values()],
    };
  }

  /** Brings the ports in line with `settings`. Sockets on a port that stays are not touched. */
  async apply(settings: GatewaySettings, certificate: ServerCertificate | undefined): Promise<void> {
    this.#problems = new Map();
    if (certificate?.problem !== undefined)
      this.#problems.set("certificate", { message: certificate.problem });
    await this.#applyOne("http", settings.http, undefined);
    if (settings.https.enabled && certificate !== undefined) {
      await this.#applyOne("https", settings.https, certificate);
    } else {
      if (settings.https.enabled)
        this.#problems.set("https", { message: "HTTPS is off: no certificate could be made" });
      await this.#closeOne("https");
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#closeOne("http"), this.#closeOne("https")]);
  }

  async #applyOne(
    kind: Kind,
    wanted: { readonly port: number; readonly host: string },
    certificate: ServerCertificate | undefined,
  ): Promise<void> {
    const bound = this.#bound.get(kind);
    if (bound !== undefined && bound.wanted.port === wanted.port && bound.wanted.host === wanted.host) {
      if (certificate !== undefined && "setSecureContext" in bound.server) {
        bound.server.setSecureContext(secureContextOf(certificate));
      }
      if (wanted.port !== 0 && bound.port !== wanted.port) this.#noteBusy(kind, wanted.port, bound.port);
      return;
    }
    // The old port stays open until the new one is: a wrong setting must not lock the owner out.
    const samePort = bound !== undefined && bound.wanted.port === wanted.port;
    if (samePort) await this.#closeOne(kind);
    let next = await this.#open(kind, wanted, certificate);
    if (next === undefined && samePort) next = await this.#open(kind, bound.wanted, certificate);
    if (next === undefined) return;
    await this.#closeOne(kind);
    this.#bound.set(kind, next);
    if (wanted.port !== 0) {
      if (next.port !== wanted.port) this.#noteBusy(kind, wanted.port, next.port);
      await this.#saved.keepPort(kind, wanted.port, next.port);
    }
    this.#log.notice("listening", { kind, host: wanted.host, port: next.port });
  }

  async #open(
    kind: Kind,
    wanted: { readonly port: number; readonly host: string },
    certificate: ServerCertificate | undefined,
  ): Promise<Bound | undefined> {
    const sockets = new Set<Socket>();
    const opened = await openFirstFree(
      () => this.#makeServer(certificate, sockets),
      wanted,
      this.#saved.takenPort(kind, wanted.port),
    );
    if ("server" in opened) {
      return { server: opened.server, sockets, wanted: { ...wanted }, port: opened.port };
    }
    const { reason } = opened;
    this.#problems.set(kind, closedPort(kind, wanted, reason));
    this.#log.error("port could not be opened", { kind, ...wanted, reason });
    return undefined;
  }

  #makeServer(certificate: ServerCertificate | undefined, sockets: Set<Socket>): Server | TlsServer {
    const server =
      certificate === undefined
        ? createServer({ ...REQUEST_LIMITS })
        : createTlsServer({ ...REQUEST_LIMITS, ...secureContextOf(certificate), handshakeTimeout: 10_000 });
    server.maxConnections = ACCEPTED_LIMIT;
    server.on("connection", (socket: Socket) => this.#admit(socket, sockets));
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      this.#places.serve(request, response);
      watchBody(request, response, this.#clock);
      this.#handlers.request(request, response);
    });
    server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      this.#places.keep(request.socket);
      this.#handlers.upgrade(request, socket, head);
    });
    server.on("clientError", answerMalformed);
    server.on("tlsClientError", (_error: Error, socket: Socket) => socket.destroy());
    return server;
  }

  #admit(socket: Socket, sockets: Set<Socket>): void {
    if (!this.#places.admit(socket)) return;
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.once("close", () => sockets.delete(socket));
  }

  async #closeOne(kind: Kind): Promise<void> {
    const bound = this.#bound.get(kind);
    if (bound === undefined) return;
    this.#bound.delete(kind);
    const closed = once(bound.server, "close");
    bound.server.close();
    for (const socket of bound.sockets) socket.destroy();
    await closed;
  }

  #noteBusy(kind: Kind, wanted: number, taken: number): void {
    this.#problems.set(kind, busyPort(kind, wanted, taken));
  }
}
