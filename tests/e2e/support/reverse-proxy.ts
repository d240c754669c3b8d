// A small reverse proxy of the kind people put before a recorder: one path of its own is passed on, everything else is
// somebody else's. WebSockets go through as they are.
import { once } from "node:events";
import { createServer, type IncomingMessage, request } from "node:http";
import { connect, type Socket } from "node:net";

export interface ReverseProxy {
  /** `http://localhost:1234/prefix`, without a slash at the end. */
  readonly url: string;
  /** Requests that came for a path outside the prefix: the page forgot where it lives. */
  readonly strays: readonly string[];
  close(): Promise<void>;
}

/** Opens a proxy that passes `prefix` (as "/nvr") on to `target`. The caller closes it. */
export async function openReverseProxy(target: string, prefix: string): Promise<ReverseProxy> {
  const port = Number(new URL(target).port);
  const strays: string[] = [];
  const sockets = new Set<Socket>();
  const isOurs = (incoming: IncomingMessage): boolean => incoming.url?.startsWith(`${prefix}/`) === true;
  const server = createServer((incoming, outgoing) => {
    if (!isOurs(incoming)) {
      strays.push(incoming.url ?? "");
      outgoing.writeHead(404).end();
      return;
    }
    const { method, url, headers } = incoming;
    const onward = request(
      { host: "localhost", port, method: method ?? "GET", path: url ?? "/", headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    onward.on("error", () => outgoing.destroy());
    outgoing.on("close", () => onward.destroy());
    incoming.pipe(onward);
  });
  server.on("connection", (socket) => {
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
      for (let at = 0; at + 1 < incoming.rawHeaders.length; at += 2) {
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
    url: `http://localhost:${own}${prefix}`,
    strays,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
