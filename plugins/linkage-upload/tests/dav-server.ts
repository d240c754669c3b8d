// A small WebDAV server in the test's own process, with an account, a certificate if wanted, and a way to be told what to
// answer: for faults that a real one (tests/integration/upload-servers.test.ts) cannot be had to make.
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export const USER = "nvr";
export const PASSWORD = "correct horse";

export interface DavServer extends AsyncDisposable {
  /** A target's fields with which it is reached. */
  readonly target: {
    readonly protocol: "webdav";
    readonly url: string;
    readonly user: string;
    readonly password: string;
  };
  readonly port: number;
  /** By path. */
  readonly files: ReadonlyMap<string, Buffer>;
  readonly folders: ReadonlySet<string>;
  /** `PUT /dav/x`, in the order in which they came. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

/** Starts one. `answer` may take a request over: then it says true. */
export async function davServer(
  answer: (request: IncomingMessage, response: ServerResponse) => boolean = () => false,
): Promise<DavServer> {
  const files = new Map<string, Buffer>();
  const folders = new Set(["/dav"]);
  const asked: string[] = [];
  const word = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString("base64")}`;
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://x").pathname).replace(/\/$/, "");
    const { method = "" } = request;
    asked.push(`${method} ${path}`);
    if (answer(request, response)) return;
    const end = (status: number): void => void response.writeHead(status).end();
    const hasFolder = folders.has(path.slice(0, path.lastIndexOf("/")));
    if (request.headers.authorization !== word) end(401);
    else if (method === "MKCOL" && folders.has(path)) end(405);
    else if (!hasFolder) end(409);
    else if (method === "MKCOL") {
      folders.add(path);
      end(201);
    } else if (method === "PUT") {
      files.set(path, Buffer.concat(parts));
      end(201);
    } else if (method === "DELETE") end(files.delete(path) ? 204 : 404);
    else if (method === "MOVE") {
      const bytes = files.get(path);
      if (bytes === undefined) return end(404);
      files.delete(path);
      files.set(decodeURIComponent(new URL(String(request.headers["destination"])).pathname), bytes);
      end(201);
    } else end(405);
  });
  const port = await listening(server);
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    if (!server.listening) return;
    server.close();
    await once(server, "close");
  };
  return {
    target: { protocol: "webdav", url: `http://127.0.0.1:${port}/dav`, user: USER, password: PASSWORD },
    port,
    files,
    folders,
    asked,
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function listening(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}
