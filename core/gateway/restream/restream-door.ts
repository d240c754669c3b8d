// The RTSP port: live pictures for other programs. Opens and moves with the settings, counts who comes, looks after who is
// there. On loopback until somebody opens it to the network (docs/decisions/0018).
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import type { Clock, Timer } from "../../clock.ts";
import type { Log } from "../../log.ts";
import { openUdpPorts, type UdpPorts } from "../../media/rtsp-server/udp-ports.ts";
import type { Authorizer } from "../authorizer.ts";
import type { CorePort } from "../core-link.ts";
import type { ByteCounter } from "../doors/client-socket.ts";
import { openFirstFree } from "../doors/open-port.ts";
import type { LiveHub } from "../live/live-hub.ts";
import type { GatewaySettings, ListeningState } from "../protocol.ts";
import type { SavedStateFile } from "../saved-state.ts";
import { Admission, CONNECTIONS_LIMIT } from "./admission.ts";
import { RestreamConnection } from "./restream-connection.ts";
import type { RestreamContext } from "./restream-context.ts";
import type { RestreamSession } from "./restream-session.ts";
import { RestreamSources } from "./restream-sources.ts";

const CHECK_MS = 1_000;
/** A player that connects anew again and again is told of once in this time. */
const TOLD_AGAIN_MS = 10 * 60_000;
const TOLD_REMEMBERED = 4_096;

export interface RestreamParts {
  readonly authorizer: Authorizer;
  readonly hub: LiveHub;
  readonly core: CorePort;
  readonly saved: SavedStateFile;
  readonly clock: Clock;
  readonly log: Log;
  readonly counter: ByteCounter;
}

interface Bound {
  readonly server: Server;
  readonly wanted: GatewaySettings["rtsp"];
  readonly port: number;
  readonly udp: UdpPorts | undefined;
}

export class RestreamDoor {
  readonly #parts: RestreamParts;
  readonly #admission = new Admission();
  readonly #connections = new Set<RestreamConnection>();
  /** Who sends reports from which address and port. */
  readonly #feedback = new Map<string, RestreamSession>();
  readonly #told = new Map<string, number>();
  readonly #context: RestreamContext;
  readonly #checks: Timer;
  #bound: Bound | undefined;
  #problem: string | undefined;

  constructor(parts: RestreamParts) {
    this.#parts = parts;
    const { clock, log, authorizer, hub, counter } = parts;
    this.#context = {
      clock,
      log,
      authorizer,
      counter,
      sources: new RestreamSources(hub, clock),
      admission: this.#admission,
      udp: () => this.#bound?.udp,
      expectFeedback: (session, address, { rtp, rtcp }) => {
        for (const port of [rtp, rtcp]) this.#feedback.set(`${address} ${port}`, session);
      },
      forgetFeedback: (session) => {
        for (const [key, owner] of this.#feedback) if (owner === session) this.#feedback.delete(key);
      },
      watched: (access, stream, address, transport) => {
        const { sessionId, camera } = access.grant;
        if (!this.#isNews(`${sessionId} ${camera.id} ${stream} ${address}`)) return;
        parts.core.notify("audit", {
          sessionId,
          action: "stream-watched",
          camera: camera.id,
          remoteAddress: address,
          detail: { stream, transport },
        });
      },
    };
    this.#checks = clock.every(CHECK_MS, () => {
      const nowMs = clock.monotonicMs();
      for (const connection of [...this.#connections]) connection.check(nowMs);
    });
  }

  /** Where it listens now. */
  get listening(): ListeningState["rtsp"] {
    return this.#bound && { port: this.#bound.port, host: this.#bound.wanted.host };
  }

  /** What is wrong with the port, for people. */
  get problems(): readonly string[] {
    return this.#problem === undefined ? [] : [this.#problem];
  }

  /** Clients that get pictures now. */
  get playing(): number {
    let count = 0;
    for (const connection of this.#connections) if (connection.isPlaying) count += 1;
    return count;
  }

  /** Brings the port in line with the settings. Viewers on a port that stays are not touched. */
  async apply(wanted: GatewaySettings["rtsp"]): Promise<void> {
    const { saved, log } = this.#parts;
    if (JSON.stringify(this.#bound?.wanted) === JSON.stringify(wanted)) return;
    await this.#unbind();
    this.#problem = undefined;
    if (!wanted.enabled) return;
    const opened = await openFirstFree(
      () => this.#makeServer(),
      wanted,
      saved.takenPort("rtsp", wanted.port),
    );
    if ("reason" in opened) {
      this.#problem = `the rtsp port ${wanted.port} on ${wanted.host} could not be opened: ${opened.reason}`;
      log.error("port could not be opened", { kind: "rtsp", ...wanted, reason: opened.reason });
      return;
    }
    const { server, port } = opened;
    this.#bound = { server, port, wanted: { ...wanted }, udp: await this.#openUdp(wanted.host) };
    if (wanted.port !== 0) {
      if (port !== wanted.port) {
        this.#problem = `the rtsp port ${wanted.port} was busy: ${port} is used instead`;
      }
      await saved.keepPort("rtsp", wanted.port, port);
    }
    log.notice("listening", { kind: "rtsp", host: wanted.host, port });
  }

  async close(): Promise<void> {
    this.#checks.cancel();
    await this.#unbind();
  }

  async #unbind(): Promise<void> {
    const bound = this.#bound;
    if (bound === undefined) return;
    this.#bound = undefined;
    const closed = once(bound.server, "close");
    bound.server.close();
    for (const connection of [...this.#connections]) connection.turnAway();
    await closed;
    bound.udp?.close();
  }

  /** Without UDP, clients are offered TCP alone. */
  async #openUdp(host: string): Promise<UdpPorts | undefined> {
    try {
      return await openUdpPorts(host, (_packet, address, port) =>
        this.#feedback.get(`${address} ${port}`)?.heard(),
      );
    } catch (error) {
      this.#parts.log.warn("RTSP goes without UDP", { reason: String(error) });
      return undefined;
    }
  }

  #makeServer(): Server {
    const server = createServer((socket) => this.#accept(socket));
    server.maxConnections = CONNECTIONS_LIMIT;
    return server;
  }

  #accept(socket: Socket): void {
    const connection = new RestreamConnection(socket, this.#context, () => {
      this.#connections.delete(connection);
      this.#admission.leave(connection);
    });
    if (!this.#admission.arrive(connection)) {
      socket.destroy();
      return;
    }
    this.#connections.add(connection);
  }

  #isNews(key: string): boolean {
    const nowMs = this.#parts.clock.monotonicMs();
    const toldMs = this.#told.get(key);
    if (toldMs !== undefined && nowMs - toldMs < TOLD_AGAIN_MS) return false;
    if (this.#told.size >= TOLD_REMEMBERED) this.#told.clear();
    this.#told.set(key, nowMs);
    return true;
  }
}
