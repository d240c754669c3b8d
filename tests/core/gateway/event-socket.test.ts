// The stream of changes by WebSocket, through a real gateway: what core tells comes out as messages, refusals come as
// they are, foreign pages get nothing, and the socket ends with the session.
import assert from "node:assert/strict";
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { after, before, describe, it } from "node:test";
import { EventStreamReader } from "../../../core/gateway/doors/event-stream-reader.ts";
import { testPatience } from "../../../core/testing/wait-for.ts";
import { startTestGateway, type TestGateway, until } from "./fake-peers.ts";

describe("the stream of changes by WebSocket", () => {
  let gateway: TestGateway;
  let asked: IncomingMessage[] = [];
  let streams: ServerResponse[] = [];
  before(async () => {
    gateway = await startTestGateway();
    gateway.core.answer = (request, response) => {
      asked.push(request);
      if (request.headers.authorization !== "Bearer good") {
        response.writeHead(401, { "content-type": "application/problem+json" });
        response.end(JSON.stringify({ code: "NJ_UNAUTHENTICATED", detail: "sign in first" }));
        return;
      }
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write("retry: 2000\n\n");
      streams.push(response);
    };
  });
  after(() => gateway.stop());

  async function connected(path: string) {
    [asked, streams] = [[], []];
    const viewer = gateway.viewer(path);
    await until(() => streams.length === 1 && viewer.socket.readyState === viewer.socket.OPEN, "open");
    return { viewer, stream: streams[0] as ServerResponse };
  }

  it("brings each change as one message with its id, and asks core for what the client asked for", async () => {
    const { viewer, stream } = await connected("/api/v1/changes?cameras=yard&since=a-1");
    assert.equal(asked[0]?.url, "/api/v1/changes?cameras=yard&since=a-1");
    assert.equal(asked[0]?.headers.accept, "text/event-stream");
    assert.equal(asked[0]?.headers["x-nightjar-client-address"], "127.0.0.1");
    assert.ok(!Object.keys(asked[0]?.headers ?? {}).some((name) => name.startsWith("sec-websocket")));
    stream.write('id: a-2\nevent: camera\ndata: {"id":"ya');
    stream.write('rd"}\n\n: alive\n\nid: a-3\nevent: coverage\ndata: {}\n\n');
    await until(() => viewer.received.length === 2, "two messages");
    assert.deepEqual(viewer.received, [
      { id: "a-2", type: "camera", data: { id: "yard" } },
      { id: "a-3", type: "coverage", data: {} },
    ]);
    viewer.socket.terminate();
    await until(() => stream.destroyed || stream.closed, "core's stream let go");
  });

  it("is at the address of events too", async () => {
    const { viewer } = await connected("/api/v1/events");
    assert.equal(asked[0]?.url, "/api/v1/events");
    viewer.socket.terminate();
  });

  it("passes core's refusal on as it is, without a handshake", async () => {
    const viewer = gateway.viewer("/api/v1/changes", { headers: { authorization: "Bearer stolen" } });
    await until(() => viewer.closeCode !== undefined, "refusal");
    assert.equal(viewer.status, 401);
    assert.equal((JSON.parse(viewer.problem) as { code: string }).code, "NJ_UNAUTHENTICATED");
  });

  it("refuses a foreign page before anybody is asked (attack list A8)", async () => {
    [asked, streams] = [[], []];
    const viewer = gateway.viewer("/api/v1/changes", {
      headers: { authorization: "Bearer good", origin: "https://evil.example" },
    });
    await until(() => viewer.closeCode !== undefined, "refusal");
    assert.equal(viewer.status, 403);
    assert.equal(asked.length, 0);
  });

  it("ends at once when core says that the session ended, and tells why", async () => {
    const { viewer, stream } = await connected("/api/v1/changes");
    const start = performance.now();
    stream.end("event: session-ended\ndata: {}\n\n");
    const [code, reason] = (await once(viewer.socket, "close")) as [number, Buffer];
    assert.equal(code, 1008);
    assert.equal(String(reason), "NJ_SESSION_ENDED");
    assert.ok(performance.now() - start < 1_000 * testPatience());
    assert.deepEqual(viewer.texts("session-ended").length, 1);
  });

  it("asks to come back when core goes away", async () => {
    const { viewer, stream } = await connected("/api/v1/changes");
    stream.destroy();
    const [code] = (await once(viewer.socket, "close")) as [number];
    assert.equal(code, 1013);
  });

  it("stops reading from core while a client does not read, so that core's bound holds", async () => {
    const { viewer, stream } = await connected("/api/v1/changes");
    viewer.socket.pause();
    const message = `event: camera\ndata: ${JSON.stringify({ name: "x".repeat(100_000) })}\n\n`;
    for (let index = 0; index < 600; index += 1) stream.write(message);
    // Until nothing moves any more, as long as the gateway has other things to do.
    let before: number;
    do {
      before = stream.writableLength;
      for (let round = 0; round < 20; round += 1) await (await fetch(`${gateway.http}/ca.crt`)).text();
    } while (before !== stream.writableLength);
    // The sockets on the way took some megabytes; without a brake nothing would be left.
    assert.ok(stream.writableLength > 30_000_000, `${stream.writableLength} bytes wait at core`);
    viewer.socket.resume();
    await until(() => viewer.received.length === 600, "all of it read");
    viewer.socket.terminate();
  });

  it("is no WebSocket at other addresses of the API", async () => {
    const viewer = gateway.viewer("/api/v1/cameras");
    await until(() => viewer.closeCode !== undefined, "refusal");
    assert.equal(viewer.status, 404);
  });
});

describe("reading event streams", () => {
  it("puts events together wherever the pieces were cut", () => {
    const text = 'retry: 1\n\nid: 1\nevent: a\ndata: {"x":1}\n\n: alive\n\nevent: b\ndata: []\n\n';
    const whole = new EventStreamReader().read(text);
    assert.deepEqual(whole, [
      { id: "1", type: "a", data: '{"x":1}' },
      { type: "b", data: "[]" },
    ]);
    const reader = new EventStreamReader();
    assert.deepEqual(
      [...text].flatMap((letter) => reader.read(letter)),
      whole,
    );
  });
});
