// A small RTSP 1.0 server (RFC 2326): many clients, TCP interleaved and UDP, optional Basic or Digest authentication
// and TLS. It serves whatever a mount gives it: the demo camera's clip, and later the restream of live cameras.
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { NightjarError } from "../../errors.ts";
import type { RtspReply } from "./reply.ts";
import type { RtspRequest } from "./request-reader.ts";
import type { PacketHook, SenderCounters } from "./rtp-sender.ts";
import { RtspConnection } from "./rtsp-connection.ts";
import type { PlaybackOptions, ServedSource } from "./served-source.ts";
import { ServerAuth, type ServerAuthOptions } from "./server-auth.ts";
import { openUdpPorts, type UdpPorts } from "./udp-ports.ts";

/** What is served under a URL. */
export interface ServedMount {
  readonly source: ServedSource;
  readonly playback?: PlaybackOptions;
}

/** Where fakes reach in; production servers have none. */
export interface RtspServerHooks {
  /** Before a request is served: another answer, `silence`, or `close`. */
  request?(request: RtspRequest, connection: RtspConnection): RtspReply | "silence" | "close" | undefined;
  /** Before an answer is written; true: the hook has written something itself. */
  answer?(bytes: Buffer, request: RtspRequest, connection: RtspConnection): boolean;
  sdp?(sdp: string): string;
  packet?: PacketHook;
  frame?: (channel: number, packet: Buffer) => Buffer;
  readonly base?: { readonly sequence: number; readonly rtpTime: number };
  /** A client begins to get media. */
  playing?(connection: RtspConnection): void;
}

/** Where a server listens, what it serves, and to whom. */
export interface RtspServerOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** What to serve under a path such as `/cam/17`; undefined: 404. */
  readonly mount: (path: string, query: URLSearchParams) => ServedMount | undefined;
  readonly auth?: ServerAuthOptions;
  readonly tls?: { readonly key: string; readonly cert: string };
  readonly transports?: readonly ("tcp" | "udp")[];
  /** One write per `packet`, as cameras do, or per `frame` (default), which is cheaper. */
  readonly writes?: "packet" | "frame";
  /** Silence of a client after which its session ends. Default 60. */
  readonly sessionTimeoutSeconds?: number;
  /** Default 1024. */
  readonly maxConnections?: number;
  readonly serverName?: string;
  readonly hooks?: RtspServerHooks;
}

/** A running RTSP server. */
export interface RtspServer {
  readonly host: string;
  readonly port: number;
  /** `rtsp://host:port` and the path. */
  url(path: string): string;
  /** Clients connected now. */
  readonly connections: number;
  /** Clients that get media now. */
  readonly playing: number;
  readonly counters: Readonly<SenderCounters>;
  close(): Promise<void>;
}

/** What connections share; internal to the server. */
export interface RtspServerContext {
  readonly mount: RtspServerOptions["mount"];
  readonly auth: ServerAuth | undefined;
  readonly transports: readonly ("tcp" | "udp")[];
  readonly writes: "packet" | "frame";
  readonly sessionTimeoutSeconds: number;
  readonly serverName: string;
  readonly hooks: RtspServerHooks | undefined;
  readonly udp: UdpPorts | undefined;
  readonly counters: SenderCounters;
}

/** Starts a server. Throws `NJ_RTSP_LISTEN_FAILED` when the port cannot be had. The caller closes it. */
export async function createRtspServer(options: RtspServerOptions): Promise<RtspServer> {
  const host = options.host ?? "127.0.0.1";
  const transports = options.transports ?? ["tcp", "udp"];
  const connections = new Set<RtspConnection>();
  const udp = transports.includes("udp")
    ? await openUdpPorts(host, (_packet, address, port) => {
        for (const connection of connections) if (connection.sendsFrom(address, port)) connection.heard();
      })
    : undefined;
  const context: RtspServerContext = {
    mount: options.mount,
    auth: options.auth === undefined ? undefined : new ServerAuth(options.auth),
    transports,
    writes: options.writes ?? "frame",
    sessionTimeoutSeconds: options.sessionTimeoutSeconds ?? 60,
    serverName: options.serverName ?? "Nightjar",
    hooks: options.hooks,
    udp,
    counters: { packets: 0, bytes: 0, unitsDropped: 0 },
  };
  const accept = (socket: Socket): void => {
    const connection = new RtspConnection(socket, context);
    connections.add(connection);
    socket.once("close", () => connections.delete(connection));
  };
  const server: Server =
    options.tls === undefined ? createServer(accept) : createTlsServer({ ...options.tls }, accept);
  server.maxConnections = options.maxConnections ?? 1_024;
  try {
    server.listen(options.port ?? 0, host);
    await once(server, "listening");
  } catch (error) {
    udp?.close();
    throw new NightjarError(
      "NJ_RTSP_LISTEN_FAILED",
      "unavailable",
      `the RTSP server cannot listen on ${host}:${options.port ?? 0}`,
      { host, port: options.port ?? 0 },
      error,
    );
  }
  const watch = setInterval(() => {
    const now = performance.now();
    for (const connection of connections) connection.checkTimeout(now);
  }, 250);
  watch.unref();
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const scheme = options.tls === undefined ? "rtsp" : "rtsps";
  return {
    host,
    port,
    url: (path) => `${scheme}://${host.includes(":") ? `[${host}]` : host}:${port}${path}`,
    get connections() {
      return connections.size;
    },
    get playing() {
      let count = 0;
      for (const connection of connections) if (connection.isPlaying) count += 1;
      return count;
    },
    counters: context.counters,
    async close() {
      clearInterval(watch);
      const closed = once(server, "close");
      server.close();
      // A server says that it is closed before its sockets do: what plays must not find the UDP sockets gone.
      for (const connection of connections) connection.close();
      await closed;
      udp?.close();
    },
  };
}
