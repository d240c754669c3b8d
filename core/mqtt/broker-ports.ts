// The ports of the embedded broker, plain and over TLS with the recorder's certificate: opened where the settings want
// them, or at the next free one. Who has not signed in yet never keeps out who can.
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type Server as TlsServer } from "node:tls";
import type { Clock, Timer } from "../clock.ts";
import type { MqttConfig } from "../config/mqtt-config.ts";
import { presentCertificate } from "../gateway/doors/certificates.ts";
import { plainAddress } from "../gateway/doors/client-identity.ts";
import { openFirstFree } from "../gateway/doors/open-port.ts";
import { busyPort, closedPort } from "../gateway/doors/port-problems.ts";
import type { PortProblem } from "../gateway/protocol.ts";
import { Admission } from "../gateway/restream/admission.ts";
import type { Log } from "../log.ts";
import type { ClientPlace } from "./embedded-broker.ts";
import type { KeptPorts } from "./kept-ports.ts";

const HANDSHAKE_MS = 10_000;
/** The gateway makes the certificate, and makes it anew; it is looked for this often, and when the gateway listens. */
const CERTIFICATE_EVERY_MS = 60_000;

type DoorKind = "tcp" | "tls";
/** What the ports are called where all ports of the recorder stand. */
const NAMES: Readonly<Record<DoorKind, string>> = { tcp: "mqtt", tls: "mqtts" };

/** An open port. */
export interface OpenDoor {
  readonly host: string;
  readonly port: number;
}

export class BrokerPorts {
  readonly #dataDir: string;
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #accept: (socket: Socket, place: ClientPlace) => void;
  readonly #admission = new Admission();
  readonly #servers = new Map<DoorKind, { readonly server: Server; readonly door: OpenDoor }>();
  readonly #sockets = new Set<Socket>();
  readonly #kept: KeptPorts;
  readonly #problems = new Map<DoorKind, PortProblem>();
  #timer: Timer | undefined;
  #certificate: string | undefined;
  #lacksCertificate = false;
  #tls: MqttConfig["tls"] | undefined;
  #look: Promise<void> = Promise.resolve();

  constructor(options: {
    readonly dataDir: string;
    readonly log: Log;
    readonly clock: Clock;
    readonly kept: KeptPorts;
    readonly accept: (socket: Socket, place: ClientPlace) => void;
  }) {
    this.#kept = options.kept;
    this.#dataDir = options.dataDir;
    this.#log = options.log;
    this.#clock = options.clock;
    this.#accept = options.accept;
  }

  get doors(): Readonly<Partial<Record<DoorKind, OpenDoor>>> {
    return Object.fromEntries([...this.#servers].map(([kind, { door }]) => [kind, door]));
  }

  /** What is wrong, for people. */
  get problems(): readonly PortProblem[] {
    return [...this.#problems.values()];
  }

  /** There is no certificate (yet): none is made while HTTPS and RTSPS are switched off. */
  get lacksCertificate(): boolean {
    return this.#lacksCertificate;
  }

  async open(config: Pick<MqttConfig, "tcp" | "tls">): Promise<void> {
    if (config.tcp.enabled) await this.#open("tcp", config.tcp, () => createServer());
    if (!config.tls.enabled) return;
    this.#tls = config.tls;
    await this.lookForCertificate();
    this.#timer = this.#clock.every(CERTIFICATE_EVERY_MS, () => void this.lookForCertificate());
  }

  /** There may be a certificate now, or another one. One look after the other. */
  lookForCertificate(): Promise<void> {
    const wanted = this.#tls;
    if (wanted === undefined) return Promise.resolve();
    this.#look = this.#look
      .then(() => this.#openTls(wanted))
      .catch((error: unknown) =>
        this.#log.warn("the certificate of the MQTT port was not looked at", { reason: String(error) }),
      );
    return this.#look;
  }

  async close(): Promise<void> {
    this.#timer?.cancel();
    this.#tls = undefined;
    await this.#look;
    const closed = [...this.#servers.values()].map(({ server }) => {
      const isClosed = once(server, "close");
      server.close();
      return isClosed;
    });
    this.#servers.clear();
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(closed);
  }

  async #openTls(wanted: MqttConfig["tls"]): Promise<void> {
    const pair = await presentCertificate(this.#dataDir, this.#clock.wallMs());
    if (pair === undefined) {
      this.#lacksCertificate = !this.#servers.has("tls");
      return;
    }
    this.#lacksCertificate = false;
    if (pair.certificate === this.#certificate) return;
    this.#certificate = pair.certificate;
    const context = { key: pair.key, cert: pair.certificate, minVersion: "TLSv1.2" } as const;
    const open = this.#servers.get("tls")?.server as TlsServer | undefined;
    if (open === undefined) {
      await this.#open("tls", wanted, () => createTlsServer({ ...context, handshakeTimeout: HANDSHAKE_MS }));
    } else open.setSecureContext(context);
  }

  async #open(
    kind: DoorKind,
    wanted: { readonly host: string; readonly port: number },
    make: () => Server,
  ): Promise<void> {
    const { host, port } = wanted;
    const name = NAMES[kind];
    const taken = await this.#kept.takenPort(name, port);
    const opened = await openFirstFree(() => this.#served(kind, make()), wanted, taken);
    if ("reason" in opened) {
      this.#problems.set(kind, closedPort(name, wanted, opened.reason));
      this.#log.error("port could not be opened", { kind: name, host, port, reason: opened.reason });
      return;
    }
    this.#servers.set(kind, { server: opened.server, door: { host, port: opened.port } });
    this.#log.notice("listening", { kind: name, host, port: opened.port });
    this.#problems.delete(kind);
    if (port === 0) return;
    if (opened.port !== port) this.#problems.set(kind, busyPort(name, port, opened.port));
    await this.#kept.keepPort(name, port, opened.port);
  }

  #served(kind: DoorKind, server: Server): Server {
    const admitted = new Map<string, () => void>();
    server.on("connection", (socket: Socket) => {
      const address = plainAddress(socket.remoteAddress ?? "");
      const guest = { address, turnAway: () => socket.destroy() };
      if (!this.#admission.arrive(guest)) {
        socket.destroy();
        return;
      }
      const key = keyOf(socket);
      const welcome = (): void => this.#admission.welcome(guest);
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("error", () => socket.destroy());
      socket.once("close", () => {
        this.#sockets.delete(socket);
        this.#admission.leave(guest);
        if (admitted.get(key) === welcome) admitted.delete(key);
      });
      if (kind === "tls") admitted.set(key, welcome);
      else this.#accept(socket, { address, isSecure: false, signedIn: welcome });
    });
    server.on("secureConnection", (socket: Socket) => {
      const welcome = admitted.get(keyOf(socket));
      socket.on("error", () => socket.destroy());
      this.#accept(socket, {
        address: plainAddress(socket.remoteAddress ?? ""),
        isSecure: true,
        ...(welcome === undefined ? {} : { signedIn: welcome }),
      });
    });
    server.on("tlsClientError", (_error: Error, socket: Socket) => socket.destroy());
    return server;
  }
}

/** The same for a TLS socket and the one beneath it. */
function keyOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
