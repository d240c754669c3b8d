// A small reverse proxy of the kind people put before a recorder: one path of its own is passed on, everything else is
// somebody else's. WebSockets go through as they are. With a certificate it is where TLS ends, and says so to the recorder.
import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect, type Socket } from "node:net";

export interface ReverseProxy {
  /** `http://localhost:1234/prefix` (`https:` with a certificate), without a slash at the end. */
  readonly url: string;
  /** Requests that came for a path outside the prefix: the page forgot where it lives. */
  readonly strays: readonly string[];
  close(): Promise<void>;
}

/** Opens a proxy that passes `prefix` (as "/nvr") on to `target`, by TLS where it has a pair. The caller closes it. */
export async function openReverseProxy(
  target: string,
  prefix: string,
  tls?: { readonly cert: string; readonly key: string },
): Promise<ReverseProxy> {
  const port = Number(new URL(target).port);
  const strays: string[] = [];
  const sockets = new Set<Socket>();
  const isOurs = (incoming: IncomingMessage): boolean => incoming.url?.startsWith(`${prefix}/`) === true;
  /** What a proxy adds: who asked, and how. The recorder's own address goes in the place of the public one. */
  const forwarded = (incoming: IncomingMessage): Record<string, string> =>
    tls === undefined
      ? {}
      : {
          host: `localhost:${port}`,
          "x-forwarded-for": incoming.socket.remoteAddress ?? "",
          "x-forwarded-proto": "https",
          "x-forwarded-host": incoming.headers.host ?? "",
        };
  const serve = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    if (!isOurs(incoming)) {
      strays.push(incoming.url ?? "");
      outgoing.writeHead(404).end();
      return;
    }
    const { method, url, headers } = incoming;
    const onward = request(
      {
        host: "localhost",
        port,
        method: method ?? "GET",
        path: url ?? "/",
        headers: { ...headers, ...forwarded(incoming) },
      },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    onward.on("error", () => outgoing.destroy());
    outgoing.on("close", () => onward.destroy());
    incoming.pipe(onward);
  };
  const server = tls === undefined ? createServer(serve) : createTlsServer(tls, serve);
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.on("upgrade", (incoming: IncomingMessage, near: Socket, head: Buffer) => {
    if (!isOurs(incoming)) {
      strays.push(incoming.url ?? "");
      near.destroy();
      return;
    }
    const far = connect(port, "localhost", () => {
      const lines = [`${incoming.method} ${incoming.url} HTTP/1.1`];
      const added = forwarded(incoming);
      for (const [name, value] of Object.entries(added)) lines.push(`${name}: ${value}`);
      for (let at = 0; at + 1 < incoming.rawHeaders.length; at += 2) {
        if ((incoming.rawHeaders[at] ?? "").toLowerCase() in added) continue;
        lines.push(`${incoming.rawHeaders[at]}: ${incoming.rawHeaders[at + 1]}`);
      }
      far.write(`${lines.join("\r\n")}\r\n\r\n`);
      far.write(head);
      near.pipe(far);
      far.pipe(near);
    });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on("error", () => other.destroy());
      one.on("close", () => other.destroy());
    }
  });
  server.listen(0, "localhost");
  await once(server, "listening");
  const address = server.address();
  const own = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `${tls === undefined ? "http" : "https"}://localhost:${own}${prefix}`,
    strays,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
