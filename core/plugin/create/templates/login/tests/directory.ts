// A directory for the tests: a real server that knows one person.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export const ANNA = { userName: "anna", password: "heron lantern quarry", groups: ["guards"] };
export const KEY = "the key of the recorder";

export interface TestDirectory {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts it on loopback. The caller closes it. */
export async function testDirectory(): Promise<TestDirectory> {
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const part of request) text += part;
    const { name, password } = JSON.parse(text) as { name: string; password: string };
    const isLetIn = request.headers.authorization === `Bearer ${KEY}`;
    const isRight = name === ANNA.userName && password === ANNA.password;
    response.statusCode = !isLetIn ? 403 : isRight ? 200 : 401;
    response.setHeader("connection", "close");
    response.end(JSON.stringify(response.statusCode === 200 ? { groups: ANNA.groups } : {}));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/check`,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
