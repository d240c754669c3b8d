// Who keeps a connection when strangers take all places (attack list A25), on real sockets with a few places.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";
import { describe, it, type TestContext } from "node:test";
import { connect as connectTls } from "node:tls";
import { generate } from "selfsigned";
import { ConnectionPlaces } from "../../../../core/gateway/doors/connection-places.ts";
import { waitFor } from "../../../../core/testing/wait-for.ts";

interface Rig {
  readonly places: ConnectionPlaces;
  /** Opens a connection and waits until it has been judged. */
  open(first?: string, from?: string): Promise<Socket>;
  readonly held: { readonly request: IncomingMessage; readonly response: ServerResponse }[];
}

async function rig(t: TestContext, limits: { limit: number; limitPerAddress: number }): Promise<Rig> {
  const places = new ConnectionPlaces({ isTrusted: (address) => address === "127.0.0.9", ...limits });
  const held: Rig["held"] = [];
  let judged = 0;
  const server: Server = createServer((request, response) => {
    places.serve(request, response);
    if (request.url === "/hold") held.push({ request, response });
    else request.resume().on("end", () => response.end("done"));
  });
  server.on("connection", (socket: Socket) => {
    places.admit(socket);
    judged += 1;
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const sockets: Socket[] = [];
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    places,
    held,
    async open(first, from = "127.0.0.1") {
      const before = judged;
      const socket = connect({ port, host: "127.0.0.1", localAddress: from });
      socket.on("error", () => undefined);
      socket.resume();
      sockets.push(socket);
      await waitFor(() => judged > before, { what: "the connection to be judged" });
      if (first !== undefined) socket.write(first);
      return socket;
    },
  };
}

const request = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;

describe("places for connections", () => {
  it("go to the newcomer when all are taken: the one that was silent longest gives way", async (t) => {
    const { open, places } = await rig(t, { limit: 3, limitPerAddress: 10 });
    const [first, second, third] = [await open(), await open("GET / HT"), await open()];
    const newcomer = await open(request("/"));
    const [answer] = (await once(newcomer, "data")) as [Buffer];
    assert.match(String(answer), /^HTTP\/1\.1 200/);
    await waitFor(() => first.closed, { what: "the first to be cut off" });
    assert.equal(second.closed || third.closed, false);
    assert.equal(places.count, 3);
  });

  it("are kept by those who are being served, and by bodies only once they are whole", async (t) => {
    const { open, held, places } = await rig(t, { limit: 2, limitPerAddress: 10 });
    const served = await open(request("/hold"));
    await waitFor(() => held.length === 1, { what: "the request" });
    const dripping = await open("POST /drip HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\na");
    for (let count = 0; count < 5; count += 1) await open();
    assert.equal(served.closed, false);
    await waitFor(() => dripping.closed, { what: "the endless body to be cut off" });
    held[0]?.response.end("late");
    const [answer] = (await once(served, "data")) as [Buffer];
    assert.match(String(answer), /late/);
    // Once answered, it waits like the others.
    await open();
    await open();
    await waitFor(() => served.closed, { what: "the answered one to give way" });
    assert.equal(places.count, 2);
  });

  it("are known by TLS connections too", async (t) => {
    const { private: key, cert } = await generate([{ name: "commonName", value: "x" }], {
      keyType: "ec",
      curve: "P-256",
    });
    const places = new ConnectionPlaces({ isTrusted: () => false, limit: 1, limitPerAddress: 10 });
    const held: ServerResponse[] = [];
    const server = createTlsServer({ key, cert }, (incoming, response) => {
      places.serve(incoming, response);
      held.push(response);
    });
    server.on("connection", (socket: Socket) => places.admit(socket));
    server.on("tlsClientError", () => undefined);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const served = connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false });
    t.after(() => {
      served.destroy();
      server.closeAllConnections();
      server.close();
    });
    served.on("error", () => undefined);
    served.write(request("/"));
    await waitFor(() => held.length === 1, { what: "the request" });
    const refused = connect({ port, host: "127.0.0.1" });
    refused.on("error", () => undefined);
    refused.resume();
    await waitFor(() => refused.closed, { what: "the refusal" });
    assert.equal(served.closed, false);
    held[0]?.end();
    await waitFor(() => held[0]?.closed === true, { what: "the answer" });
    const next = connect({ port, host: "127.0.0.1" });
    next.on("error", () => undefined);
    t.after(() => next.destroy());
    served.resume();
    await waitFor(() => served.closed, { what: "the answered one to give way" });
  });

  it("are refused when all who have them are being served", async (t) => {
    const { open, held, places } = await rig(t, { limit: 1, limitPerAddress: 10 });
    const served = await open(request("/hold"));
    await waitFor(() => held.length === 1, { what: "the request" });
    const refused = await open();
    await waitFor(() => refused.closed, { what: "the refusal" });
    assert.equal(served.closed, false);
    assert.equal(places.count, 1);
  });

  it("are a stranger's share only, but as many as they like for a trusted proxy", async (t) => {
    const { open, places } = await rig(t, { limit: 10, limitPerAddress: 2 });
    const strangers = [await open(), await open(), await open()];
    await waitFor(() => strangers[2]?.closed === true, { what: "the third to be refused" });
    assert.equal(places.count, 2);
    for (let count = 0; count < 4; count += 1) await open(undefined, "127.0.0.9");
    assert.equal(places.count, 6);
    strangers[0]?.destroy();
    await waitFor(() => places.count === 5, { what: "a place to become free" });
    await open();
    assert.equal(places.count, 6);
  });
});
