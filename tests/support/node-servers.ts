// Servers that answer as a Nightjar's health does, and worse: what tests of watched nodes ask.
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { generate } from "selfsigned";

export const SETUP = {
  ...{ activated: true, product: "Nightjar", version: "0.1.0", timeZone: "UTC", demo: false },
};

/** Answers as a recorder that is well. */
export function wellNode(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(SETUP));
}

export interface NodeServer {
  readonly url: string;
  readonly port: number;
  readonly server: Server;
  /** Paths that were asked for. */
  readonly asked: string[];
  connections: number;
  stop(): Promise<void>;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** Listens on loopback until the test ends; on `port`, if given. */
export async function nodeServer(
  t: Pick<TestContext, "after">,
  handler: Handler = wellNode,
  options: { readonly port?: number; readonly tls?: { readonly key: string; readonly cert: string } } = {},
): Promise<NodeServer> {
  const { tls, port = 0 } = options;
  const server: Server = tls === undefined ? createServer(handler) : createTlsServer(tls, handler);
  const asked: string[] = [];
  server.on("request", (request) => asked.push(request.url ?? ""));
  server.on("tlsClientError", () => undefined);
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const at = (server.address() as AddressInfo).port;
  let isOver = false;
  const made: NodeServer = {
    ...{ url: `${tls === undefined ? "http" : "https"}://127.0.0.1:${at}`, port: at, server, asked },
    connections: 0,
    async stop() {
      if (isOver) return;
      isOver = true;
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  server.on(tls === undefined ? "connection" : "secureConnection", () => {
    made.connections += 1;
  });
  t.after(() => made.stop());
  return made;
}

export interface MadeCertificate {
  readonly key: string;
  readonly cert: string;
  readonly fingerprint: string;
}

/** A certificate for 127.0.0.1: signed by `root`, or by itself. */
export async function madeCertificate(
  name: string,
  root?: MadeCertificate,
  isRoot = false,
): Promise<MadeCertificate> {
  const made = await generate([{ name: "commonName", value: name }], {
    ...{ keyType: "ec", curve: "P-256", algorithm: "sha256" },
    ...(root === undefined ? {} : { ca: { key: root.key, cert: root.cert } }),
    extensions: [
      { name: "basicConstraints", cA: isRoot, critical: true },
      { name: "subjectAltName", altNames: [{ type: 7, ip: "127.0.0.1" }] },
    ],
  });
  const { X509Certificate } = process.getBuiltinModule("node:crypto");
  // A chain is certificates one below the other.
  const cert = `${made.cert.trimEnd()}\n`;
  return { key: made.private, cert, fingerprint: new X509Certificate(made.cert).fingerprint256 };
}
