// What the recorder relies on in every linkage plugin, with the recorder and in a process of its own.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { linkageActionContract } from "@nightjar/core/testing";

const SECRET = "a key of twenty-three!!";

linkageActionContract({
  pluginFolder: new URL("..", import.meta.url),
  async target() {
    const bodies: string[] = [];
    const server = createServer(async (request, response) => {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part as Buffer);
      bodies.push(Buffer.concat(parts).toString("utf8"));
      response.end();
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    return {
      settings: { secret: SECRET, url: `http://127.0.0.1:${port}/hook?token=hidden-word` },
      config: { picture: true },
      secrets: [SECRET, "hidden-word"],
      received: () =>
        bodies.map((text) => ({ text, isTest: (JSON.parse(text) as { isTest: boolean }).isTest })),
      async close() {
        server.closeAllConnections();
        if (!server.listening) return;
        server.close();
        await once(server, "close");
      },
    };
  },
  silentTarget: ({ host, port }) => ({ config: { url: `http://${host}:${port}/` } }),
  wrong: {
    "an address with a password": { url: "http://me:word@127.0.0.1/" },
    "an address of no machine": { url: "http://255.255.255.255/" },
    "longer than an action may take": { timeoutSeconds: 26 },
  },
});
