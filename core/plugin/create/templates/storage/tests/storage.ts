// A storage for the tests: a real server with one share, which it unlocks and locks.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export const KEY = "the key of the recorder";
export const SHARE = "footage";

export interface TestStorage {
  readonly url: string;
  unlocked: boolean;
  close(): Promise<void>;
}

/** Starts it on loopback, locked. The caller closes it. */
export async function testStorage(): Promise<TestStorage> {
  const storage = { url: "", unlocked: false, close: async (): Promise<void> => undefined };
  const server = createServer((request, response) => {
    request.resume();
    response.setHeader("connection", "close");
    const isLetIn = request.headers.authorization === `Bearer ${KEY}`;
    response.statusCode = !isLetIn ? 401 : request.url === `/shares/${SHARE}` ? 200 : 404;
    if (response.statusCode === 200 && request.method === "PUT") storage.unlocked = true;
    if (response.statusCode === 200 && request.method === "DELETE") storage.unlocked = false;
    response.end(JSON.stringify({ unlocked: storage.unlocked }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  storage.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  storage.close = async () => {
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return storage;
}
